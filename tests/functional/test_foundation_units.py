"""Foundation products in every account of an OU: a stack set made, kept, changed, followed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from catalog.aws.accounts import Accounts
from catalog.aws.session import Credentials, Session
from catalog.errors import ServiceFault
from catalog.foundation import by_unit, deploying
from catalog.foundation.deployments import PRODUCT_TAG, Verb
from catalog.foundation.staging import Stage
from catalog.model import Kind
from catalog.targets import Target, UnitDeployment
from local_aws import faults, identity
from local_aws.faults import Fault, Faults
from local_aws.process import Embedded
from tests.publishing_world import HUB, PRODUCTION, REGION, TARGET, WORKLOADS, Hub, release

MANAGEMENT, MEMBER, OTHER = "777788889999", "111111111111", "222222222222"
FURTHER = "eu-west-1"
TEMPLATE = """\
Parameters:
  Value: {Type: String, Default: first}
Resources:
  Fact:
    Type: AWS::SSM::Parameter
    Properties: {Name: /facts/hub, Type: String, Value: !Ref Value}
"""
KEPT = """\
  Store:
    Type: AWS::S3::Bucket
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties: {BucketName: !Sub "facts-${AWS::AccountId}"}
"""
WANTED = UnitDeployment(product="facts", alias="workloads", unit=WORKLOADS, regions=(REGION,))


@dataclass
class Ground:
    """What a target wants of an OU, and what happens when it is laid."""

    hub: Hub
    accounts: Accounts
    deployment: UnitDeployment = WANTED
    template: str = TEMPLATE
    account: str = HUB

    @property
    def target(self) -> Target:
        return replace(TARGET, account=self.account, foundation=(self.deployment,))

    @property
    def stage(self) -> Stage:
        gateways = {region: self.hub.gateways() for region in (REGION, FURTHER)}
        return Stage(target=self.target, gateways=gateways)

    def plan(self) -> deploying.Change:
        made = replace(
            release(name="facts", kind=Kind.FOUNDATION, content=self.template),
            template=self.template,
        )
        (change,) = deploying.plan(self.target, {"facts": made}, self.accounts, self.stage)
        return change

    def lay(self) -> deploying.Done:
        with deploying.foreseen([self.plan()], self.accounts, self.stage) as seen:
            (done,) = deploying.apply(seen, self.accounts, self.stage)
        return done

    def fact(self, account: str, region: str = REGION) -> str:
        ssm = self.hub.aws.session(account).client("ssm", region_name=region)
        found = ssm.get_parameters(Names=["/facts/hub"])["Parameters"]
        return found[0]["Value"] if found else ""

    def sets(self) -> Any:
        return self.hub.aws.session(HUB).client("cloudformation")


@pytest.fixture
def ground(aws: Embedded) -> Ground:
    access, secret, token = identity.keys_for(
        f"arn:aws:iam::{MANAGEMENT}:role/OrganizationAccountAccessRole"
    )
    keys = Credentials(access_key=access, secret_key=secret, session_token=token)
    session = Session(region=REGION, credentials=keys)
    return Ground(
        hub=Hub(aws),
        accounts=Accounts(session=session, home=MANAGEMENT, role="OrganizationAccountAccessRole"),
    )


def test_every_account_of_the_unit_gets_it_once(ground: Ground) -> None:
    assert str(ground.plan()).splitlines() == [
        "create stack set catalog-facts in OU workloads, us-east-1: facts 1.0.0",
        "  + adds Fact (AWS::SSM::Parameter)",
    ]
    assert str(ground.lay()) == "stack set catalog-facts in OU workloads, us-east-1: created"
    assert [ground.fact(each) for each in (MEMBER, OTHER, HUB)] == ["first", "first", ""]
    made = ground.sets().describe_stack_set(StackSetName="catalog-facts", CallAs="DELEGATED_ADMIN")[
        "StackSet"
    ]
    assert made["PermissionModel"] == "SERVICE_MANAGED"
    assert made["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": False}
    assert made["Tags"] == [{"Key": PRODUCT_TAG, "Value": "facts"}]
    assert ground.plan().verb is Verb.KEEP
    assert ground.lay().failures == ()


def test_the_management_account_calls_as_itself(ground: Ground) -> None:
    # The hub's bucket is of no use to another account; the template is small enough without.
    ground.account = MANAGEMENT
    assert by_unit._sets(ground.accounts, ground.stage).call_as == "SELF"
    ground.account = HUB
    assert by_unit._sets(ground.accounts, ground.stage).call_as == "DELEGATED_ADMIN"


def test_changes_reach_every_account(ground: Ground) -> None:
    ground.lay()
    ground.deployment = replace(WANTED, parameters={"Value": "second"})
    change = ground.plan()
    assert change.verb is Verb.UPDATE
    assert change.reasons == ("parameter Value changes from 'first' to 'second'",)
    assert str(ground.lay()).endswith(": updated")
    assert ground.fact(MEMBER) == ground.fact(OTHER) == "second"
    assert ground.plan().verb is Verb.KEEP


def test_a_further_region_is_the_only_thing_added(ground: Ground) -> None:
    ground.lay()
    ground.deployment = replace(WANTED, regions=(REGION, FURTHER))
    assert ground.plan().reasons == (f"goes to the accounts in {FURTHER}",)
    ground.lay()
    assert ground.fact(OTHER, FURTHER) == "first"
    assert ground.plan().verb is Verb.KEEP


def test_a_run_killed_between_set_and_stacks_is_finished_by_the_next(ground: Ground) -> None:
    change = ground.plan()
    sets = by_unit._sets(ground.accounts, ground.stage)
    sets.create("catalog-facts", {"TemplateBody": change.wanted.template}, {}, {})
    again = ground.plan()
    assert (again.verb, again.reasons) == (
        Verb.UPDATE,
        ("goes to the accounts in us-east-1",),
    )
    ground.lay()
    assert ground.fact(MEMBER) == "first"
    assert ground.plan().verb is Verb.KEEP


def test_a_failure_names_the_account_and_stops_no_other(ground: Ground) -> None:
    ssm = ground.hub.aws.session(MEMBER).client("ssm")
    ssm.put_parameter(Name="/facts/hub", Type="String", Value="mine")
    done = ground.lay()
    (failure,) = done.failures
    assert failure.resource == f"{MEMBER} {REGION}"
    assert "Fact" in failure.reason
    assert ground.fact(MEMBER) == "mine"
    assert ground.fact(OTHER) == "first"

    change = ground.plan()
    assert change.reasons[0].startswith(f"the stack in {MEMBER} {REGION} is OUTDATED: ")
    (seen,) = by_unit.drifts(ground.deployment, ground.accounts, ground.stage) or ()
    assert (seen.account, seen.lines) == (MEMBER, ())
    assert seen.fault.startswith("it is OUTDATED: ")
    ssm.delete_parameter(Name="/facts/hub")
    assert ground.lay().failures == ()
    assert ground.fact(MEMBER) == "first"
    assert ground.plan().verb is Verb.KEEP


def test_accounts_are_followed_as_they_come_and_go(ground: Ground) -> None:
    ground.deployment = replace(WANTED, alias="production", unit=PRODUCTION)
    ground.lay()
    assert (ground.fact(MEMBER), ground.fact(OTHER)) == ("", "first")
    organizations = ground.hub.aws.session(MANAGEMENT).client("organizations")
    organizations.move_account(
        AccountId=MEMBER, SourceParentId=WORKLOADS, DestinationParentId=PRODUCTION
    )
    assert ground.fact(MEMBER) == "first"
    organizations.move_account(
        AccountId=OTHER, SourceParentId=PRODUCTION, DestinationParentId=WORKLOADS
    )
    assert ground.fact(OTHER) == ""
    assert ground.plan().verb is Verb.KEEP


def test_a_set_that_follows_nobody_is_told_to(ground: Ground) -> None:
    ground.lay()
    ground.sets().update_stack_set(
        StackSetName="catalog-facts",
        UsePreviousTemplate=True,
        AutoDeployment={"Enabled": False},
        CallAs="DELEGATED_ADMIN",
    )
    assert ground.plan().reasons == ("accounts that join or leave the OU are to be followed",)
    ground.lay()
    assert ground.plan().verb is Verb.KEEP


def test_a_unit_without_accounts_is_remembered(ground: Ground) -> None:
    organizations = ground.hub.aws.session(MANAGEMENT).client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    made = organizations.create_organizational_unit(ParentId=root, Name="later")
    unit = made["OrganizationalUnit"]["Id"]
    ground.deployment = replace(WANTED, alias="later", unit=unit)
    ground.lay()
    assert ground.plan().verb is Verb.KEEP
    organizations.move_account(AccountId=OTHER, SourceParentId=PRODUCTION, DestinationParentId=unit)
    assert ground.fact(OTHER) == "first"


def test_without_trusted_access_nothing_is_deployed_by_unit(ground: Ground) -> None:
    ground.hub.aws.session(MANAGEMENT).client("organizations").disable_aws_service_access(
        ServicePrincipal="member.org.stacksets.cloudformation.amazonaws.com"
    )
    (failure,) = ground.lay().failures
    assert failure.type == "stack set"
    assert "must enable organizations access" in failure.reason


def test_an_account_that_was_left_out_gets_its_stack(ground: Ground) -> None:
    ground.lay()
    ground.sets().delete_stack_instances(
        StackSetName="catalog-facts",
        CallAs="DELEGATED_ADMIN",
        DeploymentTargets={
            "OrganizationalUnitIds": [WORKLOADS],
            "Accounts": [MEMBER],
            "AccountFilterType": "INTERSECTION",
        },
        Regions=[REGION],
        RetainStacks=False,
    )
    assert (ground.fact(MEMBER), ground.fact(OTHER)) == ("", "first")
    assert ground.plan().reasons == (f"{MEMBER} has no stack in {REGION}",)
    ground.lay()
    assert ground.fact(MEMBER) == "first"
    assert ground.plan().verb is Verb.KEEP


def test_an_account_that_is_closed_lacks_nothing(ground: Ground) -> None:
    ground.deployment = replace(WANTED, alias="production", unit=PRODUCTION)
    ground.lay()
    ground.sets().delete_stack_instances(
        StackSetName="catalog-facts",
        CallAs="DELEGATED_ADMIN",
        DeploymentTargets={
            "OrganizationalUnitIds": [PRODUCTION],
            "Accounts": [OTHER],
            "AccountFilterType": "INTERSECTION",
        },
        Regions=[REGION],
        RetainStacks=False,
    )
    assert ground.plan().reasons == (f"{OTHER} has no stack in {REGION}",)
    ground.hub.aws.session(MANAGEMENT).client("organizations").close_account(AccountId=OTHER)
    assert ground.plan().verb is Verb.KEEP


def test_what_was_changed_in_an_account_is_put_back_there(ground: Ground) -> None:
    ground.lay()
    before = instance(ground)
    ssm = ground.hub.aws.session(MEMBER).client("ssm", region_name=REGION)
    ssm.put_parameter(Name="/facts/hub", Value="mine", Overwrite=True)
    assert str(ground.plan()).splitlines() == [
        "update stack set catalog-facts in OU workloads, us-east-1: facts 1.0.0",
        f"  in {MEMBER} {REGION}: Fact (AWS::SSM::Parameter) was changed by hand: Value",
    ]
    assert ground.lay().failures == ()
    assert ground.fact(MEMBER) == "first"
    assert instance(ground) == before
    ssm.delete_parameter(Name="/facts/hub")
    assert ground.plan().by_hand == (
        f"in {MEMBER} {REGION}: Fact (AWS::SSM::Parameter) was deleted by hand",
    )
    assert ground.lay().failures == ()
    assert ground.fact(MEMBER) == "first"
    assert ground.plan().verb is Verb.KEEP


def test_where_nobody_can_enter_the_set_makes_the_stack_again(ground: Ground) -> None:
    ground.lay()
    before = instance(ground)
    ground.hub.aws.session(MEMBER).client("ssm").delete_parameter(Name="/facts/hub")
    ground.accounts = without_ways(ground)
    again = "its account cannot be entered, so its set deletes the stack and makes it again"
    assert ground.plan().by_hand[1:] == (f"in {MEMBER} {REGION}: {again}",)
    assert ground.lay().failures == ()
    assert ground.fact(MEMBER) == "first"
    assert instance(ground) != before
    assert ground.plan().verb is Verb.KEEP


def test_what_a_stack_keeps_is_not_left_behind_to_make_it_again(ground: Ground) -> None:
    ground.template = TEMPLATE + KEPT
    ground.lay()
    before = instance(ground)
    ground.hub.aws.session(MEMBER).client("ssm").delete_parameter(Name="/facts/hub")
    ways, ground.accounts = ground.accounts, without_ways(ground)
    kept = "its account cannot be entered, and a stack made again would lose hold of what it keeps"
    assert ground.plan().by_hand[1:] == (
        f"in {MEMBER} {REGION}: {kept}; name a role that leads there with access_role",
    )
    (failure,) = ground.lay().failures
    assert failure.resource == f"{MEMBER} {REGION}"
    assert "cannot be assumed" in failure.reason
    assert instance(ground) == before
    ground.accounts = ways
    assert ground.lay().failures == ()
    assert (ground.fact(MEMBER), instance(ground)) == ("first", before)
    ground.template = TEMPLATE
    assert "- removes Store (AWS::S3::Bucket); it is kept" in str(ground.plan())


def test_a_way_that_only_fails_at_the_moment_is_no_reason_to_make_a_stack_again(
    ground: Ground,
) -> None:
    ground.lay()
    ground.hub.aws.session(MEMBER).client("ssm").delete_parameter(Name="/facts/hub")
    ground.accounts = replace(without_ways(ground), role="OrganizationAccountAccessRole")
    faults.set(Faults(fail=(Fault(operation="sts:AssumeRole", error="InternalFailure", times=0),)))
    with pytest.raises(ServiceFault, match="InternalFailure"):
        ground.plan()


def without_ways(ground: Ground) -> Accounts:
    """The hub's own credentials, which lead into no other account."""
    keys = ground.hub.aws.session(HUB).get_credentials()
    credentials = Credentials(
        access_key=keys.access_key, secret_key=keys.secret_key, session_token=keys.token
    )
    session = replace(ground.accounts.session, credentials=credentials)
    return Accounts(session=session, home=HUB, role="none")


def instance(ground: Ground) -> str:
    """The id of the set's stack in the member account."""
    shown = ground.sets().describe_stack_instance(
        StackSetName="catalog-facts",
        StackInstanceAccount=MEMBER,
        StackInstanceRegion=REGION,
        CallAs="DELEGATED_ADMIN",
    )
    return str(shown["StackInstance"]["StackId"])
