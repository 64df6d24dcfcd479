"""Questions about the hub's regions: open, secured, connected, and large enough. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from catalog.doctor.facts import Facts, RegionFacts, Unseen
from catalog.doctor.verdicts import Standing, Verdict, missing, unknown, well
from catalog.planning import quotas as planned
from catalog.state import CatalogState

SERVICES = ("sagemaker", "servicecatalog")
"""Services that a catalog needs in each of its regions, as boto3 names them."""

QUOTA_NAMES = {
    "portfolios": "Portfolios",
    "products": "Products",
    "products-per-portfolio": "Products per portfolio",
    "versions-per-product": "Product versions per product",
}
"""Quotas that can be raised -> their names in Service Quotas (General Reference)."""


def support(facts: Facts) -> Iterator[Verdict]:
    """AWS offers the services in each region, and the account has the region turned on."""
    for region, seen in facts.regions.items():
        subject = f"region {region}"
        lacking = [name for name in SERVICES if name not in seen.offered]
        if lacking:
            why = (
                f"AWS offers no {' and no '.join(lacking)} there; take it out of "
                f"targets.{facts.target.name}.regions in catalog.yaml"
            )
            command = "aws ssm get-parameters-by-path --path "
            command += f"/aws/service/global-infrastructure/services/{lacking[0]}/regions"
            yield missing(subject, why, command)
        else:
            yield _turned_on(subject, region, seen)


def _turned_on(subject: str, region: str, seen: RegionFacts) -> Verdict:
    match seen.standing:
        case Unseen() as unseen:
            return unknown(subject, unseen)
        case "ENABLED" | "ENABLED_BY_DEFAULT":
            return well(subject)
        case "ENABLING":
            why = "it is being turned on; look again in some minutes"
            return Verdict(subject=subject, standing=Standing.UNKNOWN, why=why)
        case status:
            command = f"aws account enable-region --region-name {region}"
            return missing(subject, f"it is {status} in this account", command)


def buckets(facts: Facts) -> Iterator[Verdict]:
    """The artifact bucket of each region is as publishers leave it."""
    for region, seen in facts.regions.items():
        subject = f"bucket {facts.target.bucket_in(region)}"
        if isinstance(seen.bucket, Unseen):
            yield unknown(subject, seen.bucket)
        elif seen.bucket:
            command = f"make bootstrap TARGET={facts.target.name}"
            yield missing(subject, "; ".join(seen.bucket), command)
        else:
            yield well(subject)


def lifecycles(facts: Facts) -> Iterator[Verdict]:
    """No lifecycle rule deletes what is published; the command keeps the other rules."""
    for region, seen in facts.regions.items():
        bucket = facts.target.bucket_in(region)
        subject = f"lifecycle rules of bucket {bucket}"
        if isinstance(seen.lifecycle, Unseen):
            yield unknown(subject, seen.lifecycle)
        elif seen.lifecycle.deleting:
            where = f"--bucket {bucket} --region {region}"
            command = f"aws s3api delete-bucket-lifecycle {where}"
            if others := seen.lifecycle.others:
                command = f"aws s3api put-bucket-lifecycle-configuration {where}"
                command += f" --lifecycle-configuration {shlex.quote(others)}"
            yield missing(subject, "; ".join(seen.lifecycle.faults), command)
        else:
            yield well(subject)


def connections(facts: Facts) -> Iterator[Verdict]:
    """Connections to Git providers, which only a person completes, in the console."""
    for region, seen in facts.regions.items():
        if isinstance(seen.connections, Unseen):
            yield unknown(f"connections in {region}", seen.connections)
            continue
        for name, status in sorted(seen.connections.items()):
            subject = f"connection {name} in {region}"
            if status == "AVAILABLE":
                yield well(subject)
                continue
            page = f"https://{region}.console.aws.amazon.com/codesuite/settings/connections"
            why = f"it is {status}: somebody signs in to the provider, in the console"
            yield missing(subject, why, f"open {page}", facts.target.account)


def quotas(facts: Facts) -> Iterator[Verdict]:
    """What is to be published fits what the account may have."""
    most: dict[str, planned.Count] = {}
    for count in planned.counts(facts.needs.desired, CatalogState()):
        if count.quota in QUOTA_NAMES:
            held = most.get(count.quota)
            most[count.quota] = count if held is None or count.number > held.number else held
    for region, seen in facts.regions.items():
        if isinstance(seen.quotas, Unseen):
            yield unknown(f"quotas in {region}", seen.quotas)
            continue
        verdicts = [
            verdict
            for count in most.values()
            if (verdict := _quota(facts, region, seen, count)) is not None
        ]
        yield from verdicts or [well(f"quotas in {region}")]


def _quota(facts: Facts, region: str, seen: RegionFacts, count: planned.Count) -> Verdict | None:
    """One quota: what is published, and what the target says it may count on."""
    assert not isinstance(seen.quotas, Unseen)  # noqa: S101 - looked at before
    name = QUOTA_NAMES[count.quota]
    subject, limit = f"quota “{name}” in {region}", seen.quotas.get(name)
    needed = max(count.number, facts.target.quotas.get(count.quota, 0))
    if limit is None:
        why = "Service Quotas lists none of this name"
        return Verdict(subject=subject, standing=Standing.UNKNOWN, why=why)
    if needed <= limit.value:
        return None
    what = f"{count.subject} has {count.number} {count.noun}"
    if needed > count.number:
        what = f"targets.{facts.target.name}.quotas counts on {needed}"
    command = (
        "aws service-quotas request-service-quota-increase --service-code servicecatalog "
        f"--quota-code {limit.code} --desired-value {needed} --region {region}"
    )
    return missing(subject, f"{what}, the account may have {limit.value}", command)
