"""Deploying to an organizational unit with one stack set."""

import pytest
from botocore.exceptions import ClientError
from model_deployment import failure
from model_deployment.stack_sets import StackSet


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
        for each in self.instances:
            each |= {"Status": "CURRENT"} if each["Status"] == "OUTDATED" else {}
        return self._begin("update_stack_set", request)

    def create_stack_instances(self, **request):
        (unit,) = request["DeploymentTargets"]["OrganizationalUnitIds"]
        self.instances.append({**THERE, "OrganizationalUnitId": unit})
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
UNIT = "ou-ab12-22000000"
THERE = {"OrganizationalUnitId": UNIT, "Account": "333333333333", "Status": "CURRENT"}
LEFT_BEHIND = {**THERE, "Status": "OUTDATED"}
ELSEWHERE = {**LEFT_BEHIND, "OrganizationalUnitId": "ou-ab12-21000000"}


@pytest.mark.parametrize(
    ("client", "name", "calls"),
    [
        (Sets(), "one", ["create_stack_set", "create_stack_instances"]),
        (Sets(PRESENT, [THERE]), "one", []),
        (Sets(PRESENT, [THERE]), "two", ["update_stack_set"]),
        (Sets(PRESENT, [THERE], busy=2), "two", ["update_stack_set"]),
        (Sets(PRESENT), "one", ["create_stack_instances"]),
        (Sets(PRESENT, [LEFT_BEHIND]), "one", ["update_stack_set"]),
        (Sets(PRESENT, [THERE, ELSEWHERE]), "one", []),
    ],
    ids=[
        "new",
        "as it should be",
        "changed",
        "busy at first",
        "without instances",
        "an account left behind",
        "an account of another unit left behind",
    ],
)
def test_a_stack_set_is_brought_to_what_was_decided(client, name, calls):
    StackSet(client, "sagemaker-x", pause=0).deploy("T", {"Name": name}, {}, UNIT, "us-east-1")
    assert client.calls == calls


def test_a_failed_stack_set_names_account_and_reason():
    client = Sets(PRESENT, [THERE], outcome="FAILED")
    with pytest.raises(failure.Failure, match="account 333333333333: no quota"):
        StackSet(client, "sagemaker-x", pause=0).deploy("T", {"Name": "two"}, {}, UNIT, "us-east-1")


def test_an_account_that_stays_behind_is_a_failure():
    """What a failed deletion left cannot be updated; the operation succeeds without it."""
    stuck = {**THERE, "Status": "INOPERABLE", "StatusReason": "deletion failed"}
    with pytest.raises(failure.Failure, match="account 333333333333: deletion failed"):
        StackSet(Sets(PRESENT, [stuck]), "sagemaker-x", pause=0).deploy(
            "T", {"Name": "one"}, {}, UNIT, "us-east-1"
        )
