"""Deploying to accounts, waiting, failing, and checking what runs there."""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from model_deployment import check, deploy, deployment, failure, samples
from model_deployment.stack_sets import StackSet
from model_deployment.stacks import Stack
from model_deployment.targets import accounts_of, session_in
from moto import mock_aws

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
        yield boto3.Session(region_name="us-east-1")


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


class Sets:
    """A CloudFormation with one stack set, which is busy for its first `busy` requests."""

    def __init__(self, present=None, instances=(), busy=0, outcome="SUCCEEDED"):
        self.present = present
        self.instances = list(instances)
        self.busy = busy
        self.outcome = outcome
        self.calls = []

    def _begin(self, name, request):
        assert request["CallAs"] == "DELEGATED_ADMIN"
        if self.busy:
            self.busy -= 1
            error = {"Error": {"Code": "OperationInProgressException", "Message": "busy"}}
            raise ClientError(error, name)
        self.calls.append(name)
        return {"OperationId": name}

    def describe_stack_set(self, **request):
        if self.present is None:
            error = {"Error": {"Code": "StackSetNotFoundException", "Message": "none"}}
            raise ClientError(error, "DescribeStackSet")
        return {"StackSet": self.present}

    def create_stack_set(self, **request):
        assert request["PermissionModel"] == "SERVICE_MANAGED"
        self.calls.append("create_stack_set")

    def update_stack_set(self, **request):
        return self._begin("update_stack_set", request)

    def create_stack_instances(self, **request):
        self.instances.append({"OrganizationalUnitId": request["DeploymentTargets"]})
        return self._begin("create_stack_instances", request)

    def describe_stack_set_operation(self, **request):
        return {"StackSetOperation": {"Status": self.outcome}}

    def list_stack_set_operation_results(self, **request):
        failed = {"Account": "333333333333", "Status": "FAILED", "StatusReason": "no quota"}
        return {"Summaries": [failed]}

    def get_paginator(self, operation):
        assert operation == "list_stack_instances"
        return self

    def paginate(self, **request):
        return [{"Summaries": self.instances}]


PRESENT = {
    "TemplateBody": "T",
    "Parameters": [{"ParameterKey": "Name", "ParameterValue": "one"}],
}
THERE = {"OrganizationalUnitId": "ou-ab12-22000000"}


@pytest.mark.parametrize(
    ("client", "name", "calls"),
    [
        (Sets(), "one", ["create_stack_set", "create_stack_instances"]),
        (Sets(PRESENT, [THERE]), "one", []),
        (Sets(PRESENT, [THERE]), "two", ["update_stack_set"]),
        (Sets(PRESENT, [THERE], busy=2), "two", ["update_stack_set"]),
        (Sets(PRESENT), "one", ["create_stack_instances"]),
    ],
    ids=["new", "as it should be", "changed", "busy at first", "without instances"],
)
def test_a_stack_set_is_brought_to_what_was_decided(client, name, calls):
    StackSet(client, "sagemaker-x", pause=0).deploy(
        "T", {"Name": name}, {}, "ou-ab12-22000000", "us-east-1"
    )
    assert client.calls == calls


def test_a_failed_stack_set_names_account_and_reason():
    client = Sets(PRESENT, [THERE], outcome="FAILED")
    with pytest.raises(failure.Failure, match="account 333333333333: no quota"):
        StackSet(client, "sagemaker-x", pause=0).deploy(
            "T", {"Name": "two"}, {}, "ou-ab12-22000000", "us-east-1"
        )


SAMPLE = samples.Sample(name="three", body="1\n2\n3\n", count=3, minimum=0, maximum=2)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("0.0\n1.0\n2.0\n", ""),
        ("0.0,1.0,2.0", ""),
        ("[0, 1, 2]", ""),
        ("0,1", "2 numbers instead of 3"),
        ("0,1,7", "7.0 is more than 2"),
        ("-1,0,1", "-1.0 is less than 0"),
        ("body", "is not a list of numbers"),
        ("", "0 numbers instead of 3"),
    ],
)
def test_answers_are_judged(answer, why):
    found = samples.complaint(SAMPLE, answer)
    assert (why in found) if why else (found == "")


def test_answers_may_be_matched_by_an_expression():
    sample = samples.Sample(name="label", body="x", matches='"label": "(cat|dog)"')
    assert samples.complaint(sample, '{"label": "cat"}') == ""
    assert "does not match" in samples.complaint(sample, '{"label": "tree"}')


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "holds no sample"),
        ('[{"name": "x", "body": "1"}]', "expects nothing"),
        ('[{"name": "x", "bodi": "1"}]', "is not a list of samples"),
        ("{", "is not a list of samples"),
    ],
)
def test_samples_that_could_not_fail_are_refused(tmp_path, text, why):
    path = tmp_path / "samples.json"
    path.write_text(text)
    with pytest.raises(failure.Failure, match=why):
        samples.load(path)


def test_the_samples_that_come_with_the_project_can_be_read():
    found = samples.load(Path(__file__).parents[1] / "config" / "samples.json")
    assert found[0].count == len(found[0].body.splitlines())


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
