"""Foundation stacks in their accounts: created, kept, updated, replaced; failures explained."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from catalog.aws.accounts import Accounts
from catalog.aws.session import Credentials, Session
from catalog.aws.stacks import BODY_LIMIT, LiveStack, Stacks
from catalog.errors import EnvironmentFault, Refused
from catalog.foundation import by_account, deploying
from catalog.foundation.deployments import PRODUCT_TAG, Verb
from catalog.foundation.staging import Stage
from catalog.model import Kind, Release, SourceFile
from catalog.releases import bundles
from catalog.targets import Deployment
from local_aws import faults, identity
from local_aws.faults import Fault, Faults
from local_aws.process import Embedded
from tests.publishing_world import BUCKET, REGION, TARGET, Hub, release

MANAGEMENT, MEMBER = "777788889999", "111111111111"
TEMPLATE = """\
Parameters:
  Suffix: {Type: String, AllowedPattern: "[a-z]+"}
  Path: {Type: String, Default: /}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "work-${Suffix}"
      Path: !Ref Path
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
"""
TOPIC = "  Topic:\n    Type: AWS::SNS::Topic\n"
BROKEN = """\
  Group:
    Type: AWS::SNS::Subscription
    DependsOn: Role
    Properties: {TopicArn: "arn:aws:sns:us-east-1:111111111111:no", Protocol: sqs, Endpoint: "q"}
"""


WANTED = Deployment(product="roles", account=MEMBER, region=REGION, parameters={"Suffix": "iris"})


@dataclass
class Ground:
    """What a target wants, and what happens when it is laid."""

    hub: Hub
    accounts: Accounts
    deployment: Deployment = WANTED
    template: str = TEMPLATE

    def plan(self) -> deploying.Change:
        made: Release = replace(
            release(name="roles", kind=Kind.FOUNDATION, content=self.template),
            template=self.template,
        )
        target = replace(TARGET, foundation=(self.deployment,))
        (change,) = deploying.plan(target, {"roles": made}, self.accounts, self.stage)
        return change

    def lay(self) -> deploying.Done:
        with deploying.foreseen([self.plan()], self.accounts, self.stage) as seen:
            (done,) = deploying.apply(seen, self.accounts, self.stage)
        return done

    def foresee(self) -> deploying.Change:
        with deploying.foreseen([self.plan()], self.accounts, self.stage) as seen:
            (change,) = seen
        return change

    @property
    def stage(self) -> Stage:
        return Stage(target=TARGET, gateways={REGION: self.hub.gateways()})

    def stack(self) -> dict[str, Any] | None:
        client = self.hub.aws.session(MEMBER).client("cloudformation")
        found = [s for s in client.describe_stacks()["Stacks"] if s["StackName"] == "catalog-roles"]
        return found[0] if found else None

    def change_sets(self) -> list[object]:
        client = self.hub.aws.session(MEMBER).client("cloudformation")
        listed = client.list_change_sets(StackName="catalog-roles")["Summaries"]
        return [one for one in listed if one["ExecutionStatus"] == "AVAILABLE"]


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


def test_a_stack_is_made_once_and_then_left_alone(ground: Ground) -> None:
    assert ground.plan().verb is Verb.CREATE
    done = ground.lay()
    assert done.failures == ()
    assert str(done) == f"stack catalog-roles in {MEMBER} {REGION}: created"
    made = ground.stack()
    assert made is not None
    assert made["Tags"] == [{"Key": PRODUCT_TAG, "Value": "roles"}]
    iam = ground.hub.aws.session(MEMBER).client("iam")
    assert iam.get_role(RoleName="work-iris")["Role"]["Path"] == "/"

    again = ground.lay()
    assert again.change.verb is Verb.KEEP
    still = ground.stack()
    assert still is not None
    assert still.pop("DriftInformation")["StackDriftStatus"] == "IN_SYNC"
    assert made.pop("DriftInformation")["StackDriftStatus"] == "NOT_CHECKED"
    assert still == made


def test_a_comment_or_another_order_is_no_change(ground: Ground) -> None:
    ground.lay()
    ground.template = "# Said anew.\n" + TEMPLATE.replace(
        "  Path: {Type: String, Default: /}", "  Path:\n    Default: /\n    Type: String"
    )
    assert ground.plan().verb is Verb.KEEP


def test_changes_are_told_before_they_are_made(ground: Ground) -> None:
    ground.lay()
    ground.template = TEMPLATE.replace("lambda.amazonaws.com", "states.amazonaws.com") + TOPIC
    ground.deployment = replace(ground.deployment, parameters={"Suffix": "iris", "Path": "/team/"})
    assert str(ground.plan()).splitlines() == [
        f"update stack catalog-roles in {MEMBER} {REGION}: roles 1.0.0",
        "  parameter Path changes from '/' to '/team/'",
        "  + adds Topic (AWS::SNS::Topic)",
        "  ~ changes Role (AWS::IAM::Role)",
    ]
    # CloudFormation knows more: another path is another role.
    change = ground.foresee()
    assert change.verb is Verb.UPDATE
    assert [str(each) for each in change.resources] == [
        "! replaces Role (AWS::IAM::Role): AssumeRolePolicyDocument, Path; the old one is deleted",
        "+ adds Topic (AWS::SNS::Topic)",
    ]
    assert ground.change_sets() == []


def test_what_is_foreseen_leaves_nothing_behind(ground: Ground) -> None:
    change = ground.foresee()
    assert change.verb is Verb.CREATE
    assert [str(each) for each in change.resources] == ["+ adds Role (AWS::IAM::Role)"]
    assert ground.stack() is None


def test_a_run_killed_before_it_executed_is_done_by_the_next(ground: Ground) -> None:
    by_account.foresee(ground.plan(), WANTED, ground.accounts, ground.stage)
    assert ground.stack()["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert ground.plan().verb is Verb.CREATE
    assert str(ground.lay()).endswith(": created")
    assert ground.plan().verb is Verb.KEEP


def test_words_alone_are_nothing_to_do(ground: Ground) -> None:
    ground.lay()
    ground.template = f"Description: other words\n{TEMPLATE}"
    assert ground.plan().verb is Verb.UPDATE
    assert ground.foresee().verb is Verb.KEEP
    assert ground.change_sets() == []


def test_what_cloudformation_refuses_is_told_before_and_afterwards(ground: Ground) -> None:
    ground.deployment = replace(WANTED, parameters={"Suffix": "NOT-LOWER"})
    change = ground.foresee()
    assert "CloudFormation cannot foresee it yet" in change.reasons[0]
    (failure,) = ground.lay().failures
    assert (failure.resource, failure.type) == ("catalog-roles", "stack")
    assert "Suffix" in failure.reason


def test_an_update_reaches_the_account(ground: Ground) -> None:
    ground.lay()
    ground.template = TEMPLATE + TOPIC
    assert str(ground.lay()).endswith(": updated")
    assert len(ground.hub.aws.session(MEMBER).client("sns").list_topics()["Topics"]) == 1
    ground.template = TEMPLATE
    assert [str(each) for each in ground.foresee().resources] == [
        "- removes Topic (AWS::SNS::Topic); it is deleted"
    ]
    ground.lay()
    assert ground.hub.aws.session(MEMBER).client("sns").list_topics()["Topics"] == []


def test_a_value_taken_out_falls_back_to_the_default(ground: Ground) -> None:
    ground.deployment = replace(ground.deployment, parameters={"Suffix": "iris", "Path": "/team/"})
    ground.lay()
    ground.deployment = replace(ground.deployment, parameters={"Suffix": "iris"})
    assert ground.plan().reasons == ("parameter Path changes from '/team/' to '/'",)


def test_a_failure_names_the_resource_and_the_next_run_starts_anew(ground: Ground) -> None:
    ground.template = TEMPLATE + BROKEN
    done = ground.lay()
    (failure,) = done.failures
    assert (failure.resource, failure.type) == ("Group", "AWS::SNS::Subscription")
    assert failure.reason
    assert "failed\n  Group (AWS::SNS::Subscription): " in str(done)

    ground.template = TEMPLATE
    change = ground.plan()
    assert change.verb is Verb.REPLACE
    assert change.reasons == ("it is ROLLBACK_COMPLETE and can only be deleted and made again",)
    assert str(ground.lay()).endswith(": replaced")
    assert ground.plan().verb is Verb.KEEP


def test_a_failed_update_leaves_what_was_there(ground: Ground) -> None:
    ground.lay()
    ground.template = TEMPLATE + BROKEN
    assert [failure.resource for failure in ground.lay().failures] == ["Group"]
    # What failed before is not told again.
    ground.template = TEMPLATE + BROKEN.replace("Group", "Other")
    assert [failure.resource for failure in ground.lay().failures] == ["Other"]
    ground.template = TEMPLATE
    assert ground.plan().verb is Verb.KEEP


def shown_as(monkeypatch: pytest.MonkeyPatch, *statuses: str) -> None:
    """Let the next looks at a stack find it in these states."""
    look, left = Stacks.find, list(statuses)

    def find(stacks: Stacks, stack: str) -> LiveStack | None:
        live = look(stacks, stack)
        return replace(live, status=left.pop(0)) if live and left else live

    monkeypatch.setattr(Stacks, "find", find)


def test_a_stack_that_is_being_changed_is_waited_for(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.lay()
    shown_as(monkeypatch, "UPDATE_IN_PROGRESS")
    assert ground.plan().verb is Verb.KEEP


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_FAILED", "rollback-stack"),
    ],
)
def test_a_stack_that_lives_is_never_deleted_to_be_made_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, status: str, command: str
) -> None:
    ground.lay()
    shown_as(monkeypatch, status)
    with pytest.raises(Refused, match=f"catalog-roles in {MEMBER} {REGION} is {status}") as refused:
        ground.plan()
    assert f"`aws cloudformation {command} --stack-name catalog-roles" in refused.value.remedy


def test_a_large_template_goes_by_way_of_the_bucket(ground: Ground) -> None:
    ground.template = TEMPLATE + "".join(f"# {'x' * 90}\n" for _ in range(600))
    assert len(ground.template) > BODY_LIMIT
    assert ground.lay().failures == ()
    listed = ground.hub.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [each["Key"].split("/")[:2] for each in listed] == [["staged", "templates"]]


def test_a_bundle_that_was_overwritten_goes_up_again(ground: Ground) -> None:
    code = bundles.bundle("hello", "function", {"index.py": SourceFile(content=b"code")})
    made = replace(release(name="roles", kind=Kind.FOUNDATION), bundles=(code,))
    ground.stage.ready([REGION])
    ground.stage.put(made, REGION)
    key = f"staged/{code.key}"
    s3, where = ground.hub.client("s3"), {"Bucket": BUCKET, "Key": key}
    s3.put_object(**where, Body=b"theirs")
    ground.stage.put(made, REGION)
    ground.stage.put(made, REGION)
    assert s3.get_object(**where)["Body"].read() == bundles.archive(code)
    assert len(s3.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]) == 3


def test_an_account_that_cannot_be_entered_is_named(ground: Ground) -> None:
    ground.accounts = replace(ground.accounts, role="NoSuchRole")
    with pytest.raises(EnvironmentFault, match=f"{MEMBER}:role/NoSuchRole cannot be assumed"):
        ground.plan()


def test_what_was_changed_by_hand_comes_back_and_nothing_else_is_touched(ground: Ground) -> None:
    ground.template = TEMPLATE + TOPIC
    ground.lay()
    made = ground.stack()
    assert made is not None
    iam = ground.hub.aws.session(MEMBER).client("iam")
    nobody = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [nobody]})
    iam.update_assume_role_policy(RoleName="work-iris", PolicyDocument=document)
    assert str(ground.foresee()).splitlines() == [
        f"update stack catalog-roles in {MEMBER} {REGION}: roles 1.0.0",
        "  Role (AWS::IAM::Role) was changed by hand: AssumeRolePolicyDocument",
        "  ~ changes Role (AWS::IAM::Role): AssumeRolePolicyDocument",
    ]
    assert ground.change_sets() == []
    assert ground.lay().failures == ()
    trust = iam.get_role(RoleName="work-iris")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Effect"] == "Allow"

    iam.delete_role(RoleName="work-iris")
    assert ground.plan().by_hand == ("Role (AWS::IAM::Role) was deleted by hand",)
    assert ground.lay().failures == ()
    assert iam.get_role(RoleName="work-iris")["Role"]["RoleName"] == "work-iris"
    assert ground.plan().verb is Verb.KEEP


def test_what_cannot_be_read_is_told_and_not_called_as_wanted(ground: Ground) -> None:
    ground.template = TEMPLATE.replace("      Path", "      Tags: [{Key: a, Value: b}]\n      Path")
    group = (
        "  Group:\n    Type: AWS::Logs::LogGroup\n"
        "    Properties: {LogGroupName: g, Tags: [{Key: a, Value: b}]}\n"
    )
    ground.template += group
    ground.lay()
    change = ground.plan()
    assert change.verb is Verb.KEEP
    (line,) = change.by_hand
    assert line.startswith("CloudFormation cannot tell what else was changed by hand: Reading Tags")
    assert str(deploying.Done(change=change)).splitlines()[1] == f"  {line}"


def test_two_who_deploy_at_once_do_not_take_each_others_change_sets_away(ground: Ground) -> None:
    with deploying.foreseen([ground.plan()], ground.accounts, ground.stage) as first:
        with deploying.foreseen([ground.plan()], ground.accounts, ground.stage) as second:
            assert len(ground.change_sets()) == 2
            (done,) = deploying.apply(second, ground.accounts, ground.stage)
            assert done.failures == ()
        (late,) = deploying.apply(first, ground.accounts, ground.stage)
    assert ground.stack() is not None
    (failure,) = late.failures
    assert failure.reason.startswith("Somebody else changed stack arn:aws:cloudformation:")
    assert failure.reason.endswith("since this was shown; run it again.")
    assert ground.plan().verb is Verb.KEEP


def test_a_stack_that_only_one_of_two_wants_any_more_stays_for_the_other(ground: Ground) -> None:
    with deploying.foreseen([ground.plan()], ground.accounts, ground.stage) as first:
        with deploying.foreseen([ground.plan()], ground.accounts, ground.stage):
            pass
        (done,) = deploying.apply(first, ground.accounts, ground.stage)
    assert done.failures == ()
    assert ground.stack() is not None


@pytest.mark.parametrize("operation", ["CreateChangeSet", "ExecuteChangeSet"])
def test_an_answer_that_is_lost_is_asked_for_again(ground: Ground, operation: str) -> None:
    faults.set(Faults(fail=(Fault(operation=f"cloudformation:{operation}", lost=True),)))
    with deploying.foreseen([ground.plan()], ground.accounts, ground.stage) as seen:
        assert seen[0].prepared
        (done,) = deploying.apply(seen, ground.accounts, ground.stage)
    assert done.failures == ()
    assert ground.plan().verb is Verb.KEEP


def test_what_the_template_has_come_to_say_is_taken_as_it_is(ground: Ground) -> None:
    described = TEMPLATE.replace("      Path", "      Description: %s\n      Path")
    ground.template = described % "first"
    ground.lay()
    iam = ground.hub.aws.session(MEMBER).client("iam")
    iam.update_role(RoleName="work-iris", Description="second")
    ground.template = described % "second"
    assert str(ground.foresee()).splitlines()[-1] == "  = takes as it is Role (AWS::IAM::Role)"
    assert ground.lay().failures == ()
    assert ground.plan().verb is Verb.KEEP
