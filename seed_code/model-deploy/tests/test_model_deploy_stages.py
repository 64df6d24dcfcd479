"""Deploying to accounts, waiting, failing, and checking what runs there."""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from model_deployment import check, deploy, deployment, failure, samples
from model_deployment.stacks import Stack
from model_deployment.targets import accounts_of, session_in
from moto import mock_aws
from moto.iam.models import iam_backends

TEMPLATE = """
Parameters:
  Name: {Type: String}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Ref Name}
"""
DECIDED = deployment.Deployment(
    stage="staging",
    model="2",
    mode="Accounts",
    accounts=("333333333333", "222222222222"),
    unit="",
    role="sagemaker-role-staging",
    stack="sagemaker-iris-p-1-deploy-staging",
    endpoint="sagemaker-iris-p-1-staging",
    parameters={"Name": "sagemaker-first"},
    tags={"sagemaker:project-name": "iris"},
)


@pytest.fixture
def session(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    deployment.FOLDER.mkdir()
    deployment.TEMPLATE.write_text(TEMPLATE)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        for account in DECIDED.accounts:
            trusting_role(account)
        yield boto3.Session(region_name="us-east-1")


def trusting_role(account):
    """The role in a target account; moto's own model of it, since no client is at home there."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam_backends[account]["aws"].create_role(
        role_name=DECIDED.role,
        assume_role_policy_document=json.dumps({"Statement": [statement]}),
        path="/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )


def topics(session, account):
    target = session_in(account, DECIDED.role, session)
    found = target.client("sns").list_topics()["Topics"]
    return [topic["TopicArn"].rsplit(":", 1)[1] for topic in found]


def test_every_account_gets_the_stack_and_none_but_them(session):
    deploy.deploy(DECIDED, session, pause=0)
    for account in DECIDED.accounts:
        assert topics(session, account) == ["sagemaker-first"]
    assert session.client("sns").list_topics()["Topics"] == []


def test_deploying_twice_is_harmless_and_a_change_arrives(session):
    deploy.deploy(DECIDED, session, pause=0)
    deploy.deploy(DECIDED, session, pause=0)
    deploy.deploy(replace(DECIDED, parameters={"Name": "sagemaker-second"}), session, pause=0)
    assert topics(session, "333333333333") == ["sagemaker-second"]


def test_nothing_approved_deploys_nothing(session):
    deploy.deploy(replace(DECIDED, model=""), session, pause=0)
    assert topics(session, "333333333333") == []


class Scripted:
    """A CloudFormation whose stack goes through given statuses."""

    def __init__(self, statuses, events=(), refuses=""):
        self.statuses = list(statuses)
        self.events = events
        self.refuses = refuses
        self.calls = []

    def describe_stacks(self, **request):
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if not status:
            message = f"Stack with id {request['StackName']} does not exist"
            error = {"Error": {"Code": "ValidationError", "Message": message}}
            raise ClientError(error, "DescribeStacks")
        return {"Stacks": [{"StackStatus": status}]}

    def describe_stack_events(self, **request):
        return {"StackEvents": self.events}

    def delete_stack(self, **request):
        self.calls.append("delete")

    def create_stack(self, **request):
        self.calls.append("create")

    def update_stack(self, **request):
        self.calls.append("update")
        if self.refuses:
            error = {"Error": {"Code": "ValidationError", "Message": self.refuses}}
            raise ClientError(error, "UpdateStack")


def stack(client):
    return Stack(client, "sagemaker-x", pause=0, patience=5)


def test_a_stack_that_never_came_up_is_made_again():
    client = Scripted(["ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", ""])
    assert stack(client).begin("", {}, {})
    assert client.calls == ["delete", "create"]


def test_a_stack_under_change_is_waited_for():
    client = Scripted(
        ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]
    )
    assert stack(client).begin("", {}, {})
    assert client.calls == ["update"]


def test_no_updates_is_no_failure_but_other_refusals_are():
    same = Scripted(["CREATE_COMPLETE"], refuses="No updates are to be performed.")
    assert not stack(same).begin("", {}, {})
    wrong = Scripted(["CREATE_COMPLETE"], refuses="Template format error")
    with pytest.raises(ClientError, match="Template format error"):
        stack(wrong).begin("", {}, {})


def test_a_failed_stack_says_why_and_the_first_cause_first():
    def event(name, status, why=""):
        found = {"LogicalResourceId": name, "ResourceStatus": status}
        return {**found, "ResourceStatusReason": why} if why else found

    events = [
        event("sagemaker-x", "ROLLBACK_COMPLETE"),
        event("Endpoint", "CREATE_FAILED", "Resource creation cancelled"),
        event("Model", "CREATE_FAILED", "Could not access model data"),
    ]
    client = Scripted(["CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"], events)
    with pytest.raises(failure.Failure, match=r"ROLLBACK_COMPLETE: Model: Could not access"):
        stack(client).finish()


def test_waiting_ends():
    with pytest.raises(failure.Failure, match="still CREATE_IN_PROGRESS"):
        Stack(Scripted(["CREATE_IN_PROGRESS"]), "x", pause=0, patience=0.01).finish()


def test_one_bad_account_does_not_hide_the_others(session, monkeypatch):
    def session_or_refusal(account, role, base):
        if account == "333333333333":
            error = {"Error": {"Code": "AccessDenied", "Message": "not trusted"}}
            raise ClientError(error, "AssumeRole")
        return session_in(account, role, base)

    monkeypatch.setattr(deploy, "session_in", session_or_refusal)
    with pytest.raises(failure.Failure, match=r"account 333333333333: .*not trusted"):
        deploy.deploy(DECIDED, session, pause=0)
    assert topics(session, "222222222222") == ["sagemaker-first"]


def test_accounts_of_a_unit_include_those_of_units_below(session):
    organizations = session.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]

    def unit(parent, name):
        made = organizations.create_organizational_unit(ParentId=parent, Name=name)
        return made["OrganizationalUnit"]["Id"]

    def account(name, parent):
        made = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        found = made["CreateAccountStatus"]["AccountId"]
        organizations.move_account(AccountId=found, SourceParentId=root, DestinationParentId=parent)
        return found

    staging = unit(root, "staging")
    below = unit(staging, "team")
    expected = sorted([account("one", staging), account("two", below)])
    account("other", unit(root, "prod"))
    assert list(accounts_of(staging, organizations)) == expected


SAMPLE = samples.Sample(name="three", body="1\n2\n3\n", count=3, minimum=0, maximum=2)


def serve(session, account, name=DECIDED.endpoint):
    target = session_in(account, DECIDED.role, session)
    sagemaker = target.client("sagemaker")
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=f"arn:aws:iam::{account}:role/sagemaker-role-staging",
        PrimaryContainer={"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"},
    )
    variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


QUICK = {"Delay": 0, "MaxAttempts": 1}


def test_every_endpoint_is_invoked_and_its_answer_decides(session):
    for account in DECIDED.accounts:
        serve(session, account)
    # moto answers every invocation with the text "body".
    said = samples.Sample(name="said", body="x", matches="^body$")
    results = check.check(DECIDED, [said, SAMPLE], session, waiter=QUICK)
    assert [(r.account, r.sample, bool(r.why)) for r in results] == [
        (account, sample, bad)
        for account in DECIDED.accounts
        for sample, bad in (("said", False), ("three", True))
    ]
    with pytest.raises(failure.Failure, match="2 of 4 checks of staging failed"):
        check.report("staging", results)
    written = json.loads(Path("test-results/staging.json").read_text())
    assert len(written) == 4


def test_a_missing_endpoint_is_a_failed_check(session):
    serve(session, "222222222222")
    said = samples.Sample(name="said", body="x", matches="body")
    results = check.check(DECIDED, [said], session, waiter=QUICK)
    assert [(r.account, bool(r.why)) for r in results] == [
        ("333333333333", True),
        ("222222222222", False),
    ]


def test_no_check_at_all_is_a_failure(session):
    with pytest.raises(failure.Failure, match="0 of 0"):
        check.report("staging", [])


def test_a_program_that_fails_says_so_in_one_line_and_exits_1(caplog):
    def step():
        raise failure.Failure("account 333333333333: role is missing")

    with pytest.raises(SystemExit) as stopped:
        failure.run(step)
    assert stopped.value.code == 1
    (record,) = caplog.records
    assert record.getMessage() == "Failed: account 333333333333: role is missing"
    assert record.exc_info is None
