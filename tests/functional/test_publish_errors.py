"""A world that is not ready: one clear error, nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from catalog import aws
from catalog.aws.session import Credentials
from catalog.errors import CatalogError, EnvironmentFault, Refused, ServiceFault
from catalog.model import PortfolioShare
from catalog.publishing import publisher
from local_aws import embedded, faults
from local_aws.faults import Fault, Faults
from tests.publishing_world import (
    BUCKET,
    FIRST,
    HUB,
    MANNER,
    REGION,
    SMALL,
    TARGET,
    Hub,
    hub,
    portfolio,
    release,
    wish,
)

WRITES = ("Create", "Update", "Delete", "Associate", "Disassociate", "Put")


@pytest.fixture
def our() -> Iterator[Hub]:
    with embedded(SMALL, HUB, REGION) as running:
        yield hub(running)


def refused(gateways: aws.Gateways, what: publisher.Wish, kind: type[CatalogError]) -> str:
    """The message of a publish that must stop before its first write."""
    with pytest.raises(kind) as raised:
        publisher.publish(gateways, what, MANNER)
    written = [
        name for name in gateways.session.meter.calls() if name.partition(":")[2].startswith(WRITES)
    ]
    assert not written
    assert raised.value.remedy
    return str(raised.value)


def test_another_account(our: Hub) -> None:
    message = refused(our.gateways("777788889999"), FIRST, EnvironmentFault)
    assert "The credentials are for account 777788889999" in message
    assert f"target prod is account {HUB}" in message


def test_no_credentials(our: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    aws.session._boto.cache_clear()
    try:
        message = refused(aws.connect(TARGET, REGION), FIRST, EnvironmentFault)
    finally:
        aws.session._boto.cache_clear()
    assert "There are no AWS credentials" in message


def test_credentials_are_in_no_representation() -> None:
    keys = Credentials(access_key="AKIAEXAMPLE", secret_key="hush", session_token="quiet")
    assert "hush" not in repr(keys)
    assert "quiet" not in repr(keys)
    assert "AKIA" not in repr(keys)


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_credentials_nobody_accepts(our: Hub, code: str) -> None:
    faults.set(Faults(fail=(Fault(operation="sts:*", times=0, error=code),)))
    assert "does not accept the credentials" in refused(our.gateways(), FIRST, EnvironmentFault)


def test_a_missing_permission(our: Hub) -> None:
    denied = Fault(operation="servicecatalog:ListPortfolios", error="AccessDeniedException")
    faults.set(Faults(fail=(denied,)))
    message = refused(our.gateways(), FIRST, ServiceFault)
    assert "the action servicecatalog:ListPortfolios" in message


def test_a_permission_missing_half_way_is_told_by_the_action(our: Hub) -> None:
    denied = Fault(operation="servicecatalog:CreateConstraint", times=0, error="AccessDenied")
    faults.set(Faults(fail=(denied,)))
    published = publisher.publish(our.own, FIRST, MANNER)
    assert published.failed
    (error,) = {o.error for o in published.outcomes if o.result.value == "failed"}
    assert "the action servicecatalog:CreateConstraint" in error


def test_somebody_elses_bucket(our: Hub) -> None:
    theirs = our.gateways("777788889999")
    theirs.storage.bucket.service.call("create_bucket", Bucket=BUCKET)
    message = refused(our.gateways(), FIRST, Refused)
    assert f"Bucket {BUCKET} exists, but account {HUB} may not use it" in message


def test_a_missing_launch_role(our: Hub) -> None:
    what = wish(release(launch_role="nobody-made-this"))
    message = refused(our.gateways(), what, EnvironmentFault)
    assert f"The launch role nobody-made-this does not exist in account {HUB}" in message


def test_an_ou_that_does_not_exist(our: Hub) -> None:
    target = replace(TARGET, ous={"workloads": "ou-ab12-99999999"})
    message = refused(our.gateways(), replace(FIRST, target=target), EnvironmentFault)
    assert "has no ou-ab12-99999999" in message


def test_organization_access_that_is_off(our: Hub) -> None:
    management = our.gateways("777788889999").surroundings.servicecatalog
    try:
        management.call("disable_aws_organizations_access")
    except ServiceFault:  # not while there are delegated administrators, says the API reference
        gone = Fault(
            operation="servicecatalog:GetAWSOrganizationsAccessStatus",
            error="OperationNotSupportedException",
        )
        faults.set(Faults(fail=(gone,)))
    message = refused(our.gateways(), FIRST, EnvironmentFault)
    assert "organization access is DISABLED" in message


def test_an_ou_alias_the_target_does_not_have(our: Hub) -> None:
    shared = portfolio("deploy", share=(PortfolioShare(ou="elsewhere"),))
    message = refused(our.gateways(), wish(release(), portfolios=(shared,)), Refused)
    assert "shared with 'elsewhere', which target prod does not have" in message


def test_a_quota(our: Hub) -> None:
    target = replace(TARGET, quotas={"products": 1})
    what = replace(wish(release(), release("train")), target=target)
    message = refused(our.gateways(), what, CatalogError)
    assert "2 products, but the quota is 1" in message
