"""Publishing into the embedded AWS: what is made, changed, kept and removed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from catalog.errors import Refused, StalePlan
from catalog.model import Kind, Lifecycle, Release, SourceFile, VersionState
from catalog.planning import index, planning, plans
from catalog.planning.desired import desired, digest_of, retirements
from catalog.publishing import report, surveying
from catalog.releases import bundles, packaging
from local_aws import iam
from local_aws.process import Embedded
from tests.publishing_world import (
    BUCKET,
    DEEP,
    FIRST,
    HUB,
    MANNER,
    OTHER_ROLE,
    PRUNE,
    SECOND,
    TODAY,
    WORKLOADS,
    Hub,
    hub,
    portfolio,
    release,
    wish,
)


@pytest.fixture
def our(aws: Embedded) -> Hub:
    return hub(aws)


def test_a_first_publish_makes_everything(our: Hub) -> None:
    published = our.publish(FIRST)
    counts = report.summary(published.plan, published.outcomes)
    assert counts == {"created": 8, "updated": 0, "unchanged": 0, "removed": 0, "failed": 0}
    held = our.dump()
    (product,) = held["products"]
    assert product["Name"] == "Deploy"
    assert {tag["Key"]: tag["Value"] for tag in product["tags"]} == {
        "catalog:product": "deploy",
        "cost-centre": "ml",
        "sagemaker:studio-visibility": "true",
    }
    (version,) = product["versions"]
    assert version["Name"] == "1.0.0"
    assert digest_of(version["Description"]) == FIRST.releases[0].digest
    (made,) = held["portfolios"]
    assert made["members"] == ["Deploy"]
    assert made["shares"][0]["PrincipalId"] == WORKLOADS
    assert made["shares"][0]["SharePrincipals"] is True
    assert sorted(kind for _, kind, _ in made["constraints"]) == ["LAUNCH", "RESOURCE_UPDATE"]
    assert made["principals"] == [
        {"PrincipalARN": "arn:aws:iam:::role/data-scientist-*", "PrincipalType": "IAM_PATTERN"}
    ]


def test_a_second_publish_has_nothing_to_do_and_makes_two_calls(our: Hub) -> None:
    our.publish(FIRST)
    gateways = our.gateways()
    seen = surveying.survey(gateways, FIRST)
    assert seen.plan.empty
    assert gateways.session.meter.calls() == {
        "resourcegroupstaggingapi:GetResources": 1,
        "s3:GetObject": 1,
    }
    assert report.plan_lines(seen.plan, {}) == [
        "Nothing to do: 2 portfolios and products are as they should be."
    ]


def test_a_deep_look_finds_nothing_either(our: Hub) -> None:
    our.publish(FIRST)
    assert our.survey(FIRST, deep=True).plan.empty
    assert not our.publish(FIRST, DEEP).outcomes


def test_an_update_changes_exactly_what_changed(our: Hub) -> None:
    our.publish(FIRST)
    plan = our.survey(SECOND).plan
    assert [action.kind for action in plan.actions] == [
        "update-product",
        "create-version",
        "update-version",
        "update-constraint",
        "update-template",
        "update-share",
    ]
    assert plan.actions[0].reason == "summary: What deploy does. -> What it does now."
    assert plan.actions[2].reason == "deprecated: Slow."
    before = our.client("servicecatalog").search_products_as_admin()["ProductViewDetails"]
    our.publish(SECOND)
    after = our.client("servicecatalog").search_products_as_admin()["ProductViewDetails"]
    assert [p["ProductARN"] for p in before] == [p["ProductARN"] for p in after]
    (product,) = our.dump()["products"]
    guidance = {version["Name"]: version["Guidance"] for version in product["versions"]}
    assert guidance == {"1.0.0": "DEPRECATED", "1.1.0": "DEFAULT"}
    (made,) = our.dump()["portfolios"]
    assert ["Deploy", "LAUNCH", {"LocalRoleName": OTHER_ROLE}] in made["constraints"]
    assert made["shares"][0]["ShareTagOptions"] is True
    assert our.survey(SECOND, deep=True).plan.empty


def test_a_lifecycle_rule_comes_into_force_on_its_day(our: Hub) -> None:
    rule = Lifecycle(
        versions="<2", state=VersionState.INACTIVE, since=TODAY.replace(day=21), because="Old."
    )
    what = wish(release(lifecycle=(rule,)))
    our.publish(what)
    assert our.survey(what).plan.empty
    tomorrow = replace(what, today=TODAY.replace(day=21))
    assert [(action.kind, action.reason) for action in our.publish(tomorrow).plan.actions] == [
        ("update-version", "inactive: Old."),
        ("withdraw-template", "Old."),
    ]
    assert our.dump()["products"][0]["versions"][0]["Active"] is False


def test_an_admin_product_is_not_tagged_for_studio(our: Hub) -> None:
    our.publish(wish(release(kind=Kind.ADMIN)))
    tags = {tag["Key"] for tag in our.dump()["products"][0]["tags"]}
    assert tags == {"catalog:product", "cost-centre"}
    assert [kind for _, kind, _ in our.dump()["portfolios"][0]["constraints"]] == ["LAUNCH"]


def test_the_same_version_with_other_content_is_refused(our: Hub) -> None:
    our.publish(FIRST)
    with pytest.raises(Refused, match=r"version 1\.0\.0 of deploy: .*published with digest"):
        our.publish(wish(release(content="changed")))
    with pytest.raises(Refused, match="raise `version`"):
        our.publish(wish(release(content="changed")), DEEP)


def test_a_lower_version_is_refused(our: Hub) -> None:
    our.publish(SECOND)
    with pytest.raises(Refused, match=r"below 1\.1\.0, which is published already"):
        our.publish(FIRST)


def test_a_lost_index_is_rebuilt_without_twins(our: Hub) -> None:
    our.publish(FIRST)
    before = our.dump()
    our.client("s3").delete_object(Bucket=BUCKET, Key="catalog/index.json")
    assert not our.publish(FIRST).outcomes
    assert our.dump() == before
    assert our.survey(FIRST).scope == frozenset()


def test_what_is_no_longer_here_is_kept_and_shown_until_prune(our: Hub) -> None:
    both = wish(release(), release("train"))
    our.publish(both)
    kept = ["product train"]
    for _ in range(2):
        published = our.publish(FIRST)
        assert [entry.subject for entry in published.plan.kept][-1:] == kept
        assert len(our.dump()["products"]) == 2
    removed = our.publish(FIRST, PRUNE)
    kinds = [outcome.action.kind for outcome in removed.outcomes]
    assert kinds == [
        "withdraw-template",
        "remove-constraint",
        "remove-constraint",
        "disassociate",
        "remove-product",
    ]
    assert [product["Name"] for product in our.dump()["products"]] == ["Deploy"]
    assert our.survey(FIRST, deep=True).plan.empty
    assert not our.survey(FIRST).plan.kept


def test_strangers_are_left_alone_and_nothing_is_made_beside_them(our: Hub) -> None:
    catalog = our.client("servicecatalog")
    other = catalog.create_portfolio(DisplayName="Other", ProviderName="Somebody")
    our.publish(FIRST)
    assert our.survey(FIRST, deep=True).plan.empty
    catalog.create_portfolio(DisplayName="More", ProviderName="Somebody")
    named = wish(release(), portfolios=(portfolio("deploy"), portfolio("deploy", name="more")))
    with pytest.raises(Refused, match="we did not make"):
        our.publish(named)
    described = catalog.describe_portfolio(Id=other["PortfolioDetail"]["Id"])
    assert described["PortfolioDetail"]["ProviderName"] == "Somebody"


def test_a_plan_kept_in_a_file_is_applied_exactly_or_not_at_all(our: Hub) -> None:
    plan = plans.plan_from_json(plans.to_json(our.survey(FIRST).plan))
    with pytest.raises(StalePlan, match="not what this repository"):
        our.publish(wish(release(summary="Another.")), replace(MANNER, approved=plan))
    our.publish(FIRST, replace(MANNER, approved=plan))
    with pytest.raises(StalePlan, match="catalog moved"):
        our.publish(FIRST, replace(DEEP, approved=plan))


def test_plans_against_nothing_and_against_a_file(our: Hub) -> None:
    our.publish(FIRST)
    seen = our.survey(SECOND, deep=True)
    held = plans.state_from_json(plans.to_json(seen.observed))
    wanted = desired(SECOND, held)
    made = planning.plan(wanted, held, retired=retirements(SECOND, wanted))
    assert made.actions == seen.plan.actions


def test_untested_releases_are_refused_where_records_are_demanded(our: Hub) -> None:
    with pytest.raises(Refused, match=r"Not tested .*deploy 1\.0\.0"):
        our.publish(FIRST, replace(MANNER, passed=()))
    passed = (("deploy", FIRST.releases[0].digest),)
    our.publish(FIRST, replace(MANNER, passed=passed))
    our.publish(FIRST, replace(MANNER, passed=()))


def test_the_report_has_the_agreed_form(our: Hub) -> None:
    published = our.publish(FIRST)
    data = report.as_data(published.plan, published.outcomes, {"s3:GetObject": 1}, 1.5)
    assert json.loads(json.dumps(data)) == data
    assert set(data["actions"][0]) == {"kind", "subject", "reason", "outcome", "seconds"}
    assert report.merged([data, data])["summary"]["created"] == 16


OUR_STATEMENTS = [
    "CatalogTlsOnly",
    "CatalogOrganizationReads",
    "CatalogOrganizationListsTemplates",
    "CatalogOrganizationReadsTemplateTags",
]


def test_the_bucket_is_private_and_keeps_foreign_statements(our: Hub) -> None:
    our.publish(FIRST)
    s3 = our.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert [s["Sid"] for s in policy["Statement"]] == OUR_STATEMENTS
    condition = policy["Statement"][1]["Condition"]["StringEquals"]
    assert condition == {
        "aws:PrincipalOrgID": "o-exampleorg1",
        "s3:ExistingObjectTag/servicecatalog:provisioning": "true",
    }
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    foreign = {**policy["Statement"][0], "Sid": "Theirs", "Action": "s3:PutBucketAcl"}
    policy["Statement"].insert(0, foreign)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    our.publish(SECOND)
    sids = [
        s["Sid"] for s in json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    ]
    assert sids == ["Theirs", *OUR_STATEMENTS]


def test_only_the_publisher_publishes_where_one_is_named(our: Hub) -> None:
    others = replace(FIRST, target=replace(FIRST.target, publisher="sagemaker-catalog-publisher"))
    with pytest.raises(Refused, match="Only the role sagemaker-catalog-publisher publishes to"):
        our.publish(others)
    assert our.read("catalog/lock.json") is None


def test_what_publishers_keep_is_denied_to_everybody_else(our: Hub) -> None:
    ours = replace(FIRST, target=replace(FIRST.target, publisher="OrganizationAccountAccessRole"))
    our.publish(ours)
    policy = json.loads(our.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert "CatalogPublisherWrites" in {statement["Sid"] for statement in policy["Statement"]}
    our.role("somebody")
    our.client("iam").attach_role_policy(
        RoleName="somebody", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    theirs = our.aws.client("s3", HUB, "somebody")
    body = {"Bucket": BUCKET, "Body": b"{}"}
    iam.force(True)
    try:
        kept = ("releases/deploy/9.9.9.json", "studio/deploy.yaml", "catalog/index.json")
        code = ("bundles/other.zip", "templates/deploy/1.0.0/0.yaml")
        for key in (*kept, *code, "catalog/lock.json"):
            with pytest.raises(ClientError, match="AccessDenied"):
                theirs.put_object(Key=key, **body)
        with pytest.raises(ClientError, match="AccessDenied"):
            theirs.put_object_tagging(Bucket=BUCKET, Key=kept[1], Tagging={"TagSet": []})
        theirs.put_object(Key="staged/bundles/other.zip", **body)
        our.client("s3").put_object(Key="releases/deploy/9.9.9.json", **body)
    finally:
        iam.force(False)


def with_code(version: str) -> Release:
    """A release with code that other versions have too."""
    code = bundles.bundle("hello", "function", {"index.py": SourceFile(content=b"code")})
    made = release(version=version)
    digest = packaging.digest(made.template, [code])
    return replace(made, bundles=(code,), digest=digest)


@pytest.mark.parametrize("checksum", [{}, {"ChecksumAlgorithm": "SHA256"}])
def test_a_bundle_that_was_overwritten_goes_up_again(our: Hub, checksum: dict[str, str]) -> None:
    our.publish(wish(with_code("1.0.0")))
    (code,) = with_code("1.0.0").bundles
    s3, where = our.client("s3"), {"Bucket": BUCKET, "Key": code.key}
    before = s3.get_object(**where)["Body"].read()
    s3.put_object(**where, Body=b"theirs", **checksum)
    our.publish(wish(with_code("1.1.0")))
    assert s3.get_object(**where)["Body"].read() == before == bundles.archive(code)
    assert s3.get_object_tagging(**where)["TagSet"]


def test_a_bundle_that_is_in_place_is_not_sent_again(our: Hub) -> None:
    our.publish(wish(with_code("1.0.0")))
    (code,) = with_code("1.0.0").bundles
    s3 = our.client("s3")
    our.publish(wish(with_code("1.1.0")))
    listed = s3.list_object_versions(Bucket=BUCKET, Prefix=code.key)["Versions"]
    assert len(listed) == 1


def test_the_index_remembers_ids_and_digests(our: Hub) -> None:
    our.publish(FIRST)
    text = json.dumps(our.read("catalog/index.json"))
    held = index.from_text(text)
    assert held is not None
    assert set(held.products["deploy"].versions) == {"1.0.0"}
    assert held.products["deploy"].arn.startswith("arn:aws:catalog:us-east-1:")
    assert len(held.products["deploy"].digest) == len(held.portfolios["templates"].digest) == 64


def test_one_change_costs_no_look_at_the_other_products(our: Hub) -> None:
    names = [f"p{number}" for number in range(12)]
    portfolios = (portfolio(*names[:6], name="one"), portfolio(*names[6:], name="two"))
    our.publish(wish(*map(release, names), portfolios=portfolios))
    changed = wish(
        release("p0", summary="Another."), *map(release, names[1:]), portfolios=portfolios
    )
    gateways = our.gateways()
    seen = surveying.survey(gateways, changed)
    assert [action.kind for action in seen.plan.actions] == ["update-product"]
    assert seen.plan.unchanged == 13
    calls = gateways.session.meter.calls()
    assert calls["servicecatalog:ListProvisioningArtifacts"] == 1
    assert calls["servicecatalog:SearchProductsAsAdmin"] == 1
    assert "servicecatalog:DescribeProductAsAdmin" not in calls
    assert sum(count for name, count in calls.items() if name.startswith("servicecat")) == 7
