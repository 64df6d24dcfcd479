"""Each question doctor asks: when all is well, what is missing, what may not be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.doctor import checks, organization, regions
from catalog.doctor.facts import (
    RESOURCE_SHARES,
    SERVICE_CATALOG,
    STACK_SETS,
    Facts,
    Held,
    Lifecycle,
    Limit,
    Needs,
    RegionFacts,
    Unseen,
)
from catalog.doctor.needs import needs
from catalog.doctor.telling import lines, summary
from catalog.doctor.verdicts import Standing, Verdict, missing, well
from catalog.model import Kind
from catalog.stacks import Drift, DriftedResource
from catalog.state import CatalogState, PortfolioState, Principal, PrincipalKind, Share
from catalog.targets import Deployment, Target, UnitDeployment
from tests.publishing_world import release

HUB, BOSS, SPOKE, OTHER = "444455556666", "777788889999", "111111111111", "222222222222"
UNIT = "ou-ab12-20000000"
LAUNCH, READER = "launch", "sagemaker-catalog-reader"
DENIED = Unseen(permission="organizations:ListRoots", why="no")
BY_UNIT = UnitDeployment(product="watch", alias="workloads", unit=UNIT, regions=("eu-west-1",))
TARGET = Target(
    name="prod",
    account=HUB,
    regions=("eu-west-1",),
    ous={"workloads": UNIT},
    foundation=(BY_UNIT, Deployment(product="roles", account=SPOKE, region="eu-west-1")),
)
SHARED = PortfolioState(
    title="Projects",
    provider="Team",
    summary="",
    tags={},
    products=frozenset({"demo"}),
    principals=frozenset(
        {Principal(arn="arn:aws:iam:::role/scientist-*", kind=PrincipalKind.IAM_PATTERN)}
    ),
    shares={UNIT: Share(principals=True, tag_options=False)},
)
NEEDS = Needs(
    desired=CatalogState(portfolios={"projects": SHARED}),
    launch_roles={"demo": LAUNCH},
    makers={LAUNCH: frozenset({"roles"}), READER: frozenset({"watch"})},
)
QUOTAS = {name: Limit(code=f"L-{name}", value=100) for name in regions.QUOTA_NAMES.values()}
REGION = RegionFacts(
    offered=frozenset({"sagemaker", "servicecatalog"}),
    connections={"git": "AVAILABLE"},
    quotas=QUOTAS,
)
FACTS = Facts(
    target=TARGET,
    needs=NEEDS,
    management=BOSS,
    trusted=frozenset({SERVICE_CATALOG, STACK_SETS}),
    administrators={SERVICE_CATALOG: frozenset({HUB}), STACK_SETS: frozenset({HUB})},
    root="r-ab12",
    units={"workloads": frozenset({SPOKE, OTHER})},
    roles={
        HUB: Held(ours=frozenset({LAUNCH}), arns=frozenset()),
        SPOKE: Held(ours=frozenset({LAUNCH, READER}), arns=frozenset()),
        OTHER: Held(ours=frozenset({READER}), arns=frozenset()),
    },
    regions={"eu-west-1": REGION},
)


def found(facts: Facts) -> list[Verdict]:
    return [each for each in checks.verdicts(facts) if each.standing is not Standing.WELL]


def seen(region: RegionFacts) -> Facts:
    return replace(FACTS, regions={"eu-west-1": region})


def test_where_all_is_well_nothing_is_missing() -> None:
    assert found(FACTS) == []
    assert {each.subject for each in checks.verdicts(FACTS)} >= {
        "OU workloads",
        "quotas in eu-west-1",
        f"roles in {OTHER}",
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            replace(FACTS, access="DISABLED", trusted=frozenset({STACK_SETS})),
            missing(
                "organization access of Service Catalog",
                "it is DISABLED: nothing can be shared with an OU",
                "aws servicecatalog enable-aws-organizations-access",
                BOSS,
            ),
        ),
        (
            replace(FACTS, trusted=frozenset({SERVICE_CATALOG})),
            missing(
                "trusted access of CloudFormation StackSets",
                f"the organization does not trust {STACK_SETS}",
                "aws cloudformation activate-organizations-access",
                BOSS,
            ),
        ),
        (
            replace(FACTS, needs=replace(NEEDS, shares_resources=True)),
            missing(
                "trusted access of Resource Access Manager",
                f"the organization does not trust {RESOURCE_SHARES}",
                "aws ram enable-sharing-with-aws-organization",
                BOSS,
            ),
        ),
        (
            replace(
                FACTS,
                administrators={SERVICE_CATALOG: frozenset({HUB}), STACK_SETS: frozenset({OTHER})},
            ),
            missing(
                "delegated administrator of CloudFormation StackSets",
                f"{HUB} is none",
                f"aws organizations register-delegated-administrator --account-id {HUB} "
                f"--service-principal {STACK_SETS}",
                BOSS,
            ),
        ),
        (
            replace(FACTS, target=replace(TARGET, ous={**TARGET.ous, "later": "ou-ab12-9"})),
            missing(
                "OU later",
                "the organization has no ou-ab12-9; correct targets.prod.ous in catalog.yaml, "
                "or make the unit and write its id there",
                "aws organizations create-organizational-unit --parent-id r-ab12 --name later",
                BOSS,
            ),
        ),
        (
            seen(replace(REGION, offered=frozenset({"sagemaker"}))),
            missing(
                "region eu-west-1",
                "AWS offers no servicecatalog there; take it out of targets.prod.regions in "
                "catalog.yaml",
                "aws ssm get-parameters-by-path --path "
                "/aws/service/global-infrastructure/services/servicecatalog/regions",
            ),
        ),
        (
            seen(replace(REGION, standing="DISABLED")),
            missing(
                "region eu-west-1",
                "it is DISABLED in this account",
                "aws account enable-region --region-name eu-west-1",
            ),
        ),
        (
            seen(replace(REGION, bucket=("it keeps no versions", "it is not encrypted"))),
            missing(
                f"bucket sagemaker-catalog-{HUB}-eu-west-1",
                "it keeps no versions; it is not encrypted",
                "make bootstrap TARGET=prod",
            ),
        ),
        (
            seen(replace(REGION, lifecycle=Lifecycle(deleting=("old",)))),
            missing(
                f"lifecycle rules of bucket sagemaker-catalog-{HUB}-eu-west-1",
                "lifecycle rule 'old' deletes what is published",
                f"aws s3api delete-bucket-lifecycle --bucket sagemaker-catalog-{HUB}-eu-west-1 "
                "--region eu-west-1",
            ),
        ),
        (
            seen(replace(REGION, connections={"git": "PENDING"})),
            missing(
                "connection git in eu-west-1",
                "it is PENDING: somebody signs in to the provider, in the console",
                "open https://eu-west-1.console.aws.amazon.com/codesuite/settings/connections",
                HUB,
            ),
        ),
        (
            seen(replace(REGION, quotas={**QUOTAS, "Portfolios": Limit(code="L-1", value=0)})),
            missing(
                "quota “Portfolios” in eu-west-1",
                "the region has 1 portfolios, the account may have 0",
                "aws service-quotas request-service-quota-increase --service-code servicecatalog "
                "--quota-code L-1 --desired-value 1 --region eu-west-1",
            ),
        ),
        (
            replace(FACTS, target=replace(TARGET, quotas={"products": 400})),
            missing(
                "quota “Products” in eu-west-1",
                "targets.prod.quotas counts on 400, the account may have 100",
                "aws service-quotas request-service-quota-increase --service-code servicecatalog "
                "--quota-code L-Products --desired-value 400 --region eu-west-1",
            ),
        ),
    ],
    ids=lambda value: value.subject if isinstance(value, Verdict) else "",
)
def test_what_is_missing_comes_with_what_mends_it(facts: Facts, expected: Verdict) -> None:
    assert found(facts) == [expected]


@pytest.mark.parametrize(
    ("facts", "subjects"),
    [
        (replace(FACTS, access=DENIED), {"organization access of Service Catalog"}),
        (replace(FACTS, access="UNDER_CHANGE"), {"organization access of Service Catalog"}),
        (replace(FACTS, trusted=DENIED), {"trusted access of CloudFormation StackSets"}),
        (
            replace(FACTS, administrators={SERVICE_CATALOG: DENIED, STACK_SETS: DENIED}),
            {
                "delegated administrator of Service Catalog",
                "delegated administrator of CloudFormation StackSets",
            },
        ),
        (replace(FACTS, units={"workloads": DENIED}), {"OU workloads"}),
        (seen(replace(REGION, standing=DENIED)), {"region eu-west-1"}),
        (seen(replace(REGION, standing="ENABLING")), {"region eu-west-1"}),
        (seen(replace(REGION, bucket=DENIED)), {f"bucket sagemaker-catalog-{HUB}-eu-west-1"}),
        (seen(replace(REGION, connections=DENIED)), {"connections in eu-west-1"}),
        (seen(replace(REGION, quotas=DENIED)), {"quotas in eu-west-1"}),
        (
            seen(replace(REGION, quotas={})),
            {
                "quota “Portfolios” in eu-west-1",
                "quota “Products” in eu-west-1",
                "quota “Products per portfolio” in eu-west-1",
            },
        ),
        (replace(FACTS, roles={**FACTS.roles, SPOKE: DENIED}), {f"roles in {SPOKE}"}),
    ],
)
def test_what_is_not_seen_is_never_said_to_be_well(facts: Facts, subjects: set[str]) -> None:
    assert {each.subject for each in found(facts)} == subjects
    assert {each.standing for each in found(facts)} == {Standing.UNKNOWN}


def held(account: str, *ours: str, arns: frozenset[str] | Unseen = frozenset()) -> Facts:
    return replace(FACTS, roles={**FACTS.roles, account: Held(ours=frozenset(ours), arns=arns)})


def test_the_management_account_needs_no_delegation_and_no_units_no_organization() -> None:
    boss = replace(FACTS, target=replace(TARGET, account=BOSS), administrators={})
    assert list(organization.administrators(boss)) == [
        well("delegated administrator of Service Catalog", "the hub is the management account"),
        well(
            "delegated administrator of CloudFormation StackSets",
            "the hub is the management account",
        ),
    ]
    alone = Facts(
        target=Target(name="prod", account=HUB, regions=("eu-west-1",)), access="DISABLED"
    )
    for check in (organization.access, organization.trusted, organization.administrators):
        assert list(check(alone)) == []


def test_an_account_without_the_reader_role_is_blind_and_bootstrap_mends_it() -> None:
    (only,) = found(held(OTHER, LAUNCH))
    assert only.subject == f"role {READER} in {OTHER}"
    assert (only.why, only.command) == (
        "the hub cannot see what runs there",
        "make bootstrap TARGET=prod",
    )


def test_the_reader_role_is_the_one_that_the_target_names() -> None:
    target = replace(TARGET, reader_role="auditor")
    theirs = Held(ours=frozenset({LAUNCH, "auditor"}), arns=frozenset())
    seeing = replace(FACTS, target=target, roles=dict.fromkeys((HUB, SPOKE, OTHER), theirs))
    assert found(seeing) == []
    blind = {verdict.subject for verdict in found(replace(FACTS, target=target))}
    assert blind == {f"role auditor in {account}" for account in (SPOKE, OTHER)}


def test_a_launch_role_is_needed_where_the_foundation_brings_it() -> None:
    (only,) = found(held(SPOKE, READER))
    assert only.subject == f"role {LAUNCH} in {SPOKE}"
    assert only.why == "launches there fail"


def test_a_launch_role_is_needed_where_somebody_can_launch() -> None:
    person = frozenset({f"arn:aws:iam::{OTHER}:role/scientist-iris"})
    (only,) = found(held(OTHER, READER, arns=person))
    assert only.subject == f"role {LAUNCH} in {OTHER}"
    assert "add a product that makes it (roles) for this account" in only.why
    nobody = frozenset({f"arn:aws:iam::{OTHER}:role/auditor"})
    assert found(held(OTHER, READER, arns=nobody)) == []
    (unsure,) = found(held(OTHER, READER, arns=Unseen(permission="iam:ListRoles")))
    assert (unsure.standing, unsure.why) == (Standing.UNKNOWN, "you lack iam:ListRoles")


def test_the_hub_needs_every_launch_role_and_no_reader() -> None:
    (only,) = found(held(HUB))
    assert only.subject == f"role {LAUNCH} in {HUB}"


def test_needs_are_read_from_templates() -> None:
    template = """
Resources:
  Mine: {Type: AWS::IAM::Role, Properties: {RoleName: mine}}
  Any: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub "x-${AWS::Region}"}}
  Share: {Type: AWS::RAM::ResourceShare, Properties: {Name: s}}
  Fn::ForEach::Each: [Name, [a], {"${Name}": {Type: AWS::SNS::Topic}}]
"""
    made = replace(release(name="base", kind=Kind.FOUNDATION, content="x"), template=template)
    asked = needs([made.product], {"base": made}, CatalogState())
    assert asked.makers == {"mine": frozenset({"base"})}
    assert asked.shares_resources
    assert not needs([], {}, CatalogState()).shares_resources


def test_lines_are_a_table_with_the_command_below() -> None:
    told = [well("a bucket", "fine"), missing("OU x", "none", "aws do", BOSS)]
    assert list(lines(told)) == [
        "✓ a bucket  fine",
        "✗ OU x      none",
        f"    in account {BOSS}: aws do",
    ]
    assert summary(told) == "✗ 1 well, 1 missing"
    assert summary([well("a")]) == "✓ 1 well"


def drifted(*drifts: Drift) -> list[Verdict]:
    place = f"stack catalog-roles in {SPOKE} eu-west-1"
    return found(replace(FACTS, drifts={place: drifts}))


STACK = f"arn:aws:cloudformation:eu-west-1:{SPOKE}:stack/catalog-roles/1"
ROLE = DriftedResource(resource="Role", type="AWS::IAM::Role")


def test_what_was_changed_by_hand_is_told_with_what_puts_it_back() -> None:
    emptied = replace(ROLE, properties=("Policies/0 gone", "Policies/1 added"))
    assert drifted(Drift(stack=STACK)) == []
    assert drifted(Drift(stack=STACK, resources=(ROLE, emptied))) == [
        missing(
            f"stack catalog-roles in {SPOKE} eu-west-1",
            "Role (AWS::IAM::Role) was deleted by hand; Role (AWS::IAM::Role) was changed by hand: "
            "Policies/0 gone, Policies/1 added",
            "make bootstrap TARGET=prod",
        )
    ]
    (unsure,) = drifted(Drift(stack=STACK, unknown="no iam:GetRole"))
    assert unsure.standing is Standing.UNKNOWN
    assert unsure.why.endswith("changed by hand: no iam:GetRole")


def test_a_stack_of_a_set_is_told_by_its_account() -> None:
    seen = (Drift(stack=STACK, resources=(ROLE,)), Drift(stack=STACK.replace(SPOKE, OTHER)))
    place = "stack set catalog-watch in OU workloads, eu-west-1"
    (only,) = found(replace(FACTS, drifts={place: seen}))
    assert only.subject == f"stack set catalog-watch in {SPOKE} eu-west-1"


def test_a_stack_of_a_set_that_failed_is_missing() -> None:
    (failed,) = drifted(Drift(stack=STACK, fault="it is OUTDATED: Role with name x exists"))
    assert failed.standing is Standing.MISSING
    assert failed.why == "it is OUTDATED: Role with name x exists"
    assert failed.command == "make bootstrap TARGET=prod"


def test_a_deployment_that_is_not_there_is_missing() -> None:
    (absent,) = found(replace(FACTS, drifts={"stack catalog-roles": None, "stack set x": ()}))
    assert (absent.subject, absent.why) == ("stack catalog-roles", "it is not there")
    assert found(replace(FACTS, drifts={"stack catalog-roles": DENIED}))[0].why == (
        "you lack organizations:ListRoots"
    )
