"""StackSets by account list and by OU, in the organization."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.cloudformation import stack_set_operations, stack_sets

HUB, MANAGEMENT, MEMBER, OTHER = "444455556666", "777788889999", "111111111111", "222222222222"
WORKLOADS, PRODUCTION = "ou-ab12-20000000", "ou-ab12-21000000"
BODY = """
Parameters: {Name: {Type: String, Default: first}}
Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}}
"""


def queues(clients: Any, account: str) -> set[str]:
    found = clients("sqs", account).list_queues().get("QueueUrls", [])
    return {url.rpartition("/")[2] for url in found}


def role(clients: Any, account: str, name: str) -> None:
    clients("iam", account).create_role(RoleName=name, AssumeRolePolicyDocument="{}")


def result(client: Any, operation: str, **more: Any) -> list[dict[str, Any]]:
    return client.list_stack_set_operation_results(
        StackSetName="set", OperationId=operation, **more
    )["Summaries"]


def test_by_account_list_through_roles_on_both_sides(clients):
    client = clients("cloudformation")
    client.create_stack_set(StackSetName="set", TemplateBody=BODY)
    where = {"Accounts": [MEMBER, OTHER], "Regions": ["us-east-1"]}

    def deploy() -> list[dict[str, Any]]:
        made = client.create_stack_instances(StackSetName="set", **where)
        return result(client, made["OperationId"])

    assert "AWSCloudFormationStackSetAdministrationRole" in deploy()[0]["StatusReason"]
    role(clients, HUB, "AWSCloudFormationStackSetAdministrationRole")
    assert "AWSCloudFormationStackSetExecutionRole" in deploy()[0]["StatusReason"]
    for account in (MEMBER, OTHER):
        role(clients, account, "AWSCloudFormationStackSetExecutionRole")
    assert [one["Status"] for one in deploy()] == ["SUCCEEDED", "SUCCEEDED"]
    assert queues(clients, MEMBER) == queues(clients, OTHER) == {"first"}
    change = [{"ParameterKey": "Name", "ParameterValue": "second"}]
    client.update_stack_set(StackSetName="set", UsePreviousTemplate=True, Parameters=change)
    assert queues(clients, OTHER) == {"second"}
    with pytest.raises(ClientError) as refused:
        client.delete_stack_set(StackSetName="set")
    assert refused.value.response["Error"]["Code"] == "StackSetNotEmptyException"
    client.delete_stack_instances(StackSetName="set", RetainStacks=False, **where)
    assert queues(clients, MEMBER) == set()
    client.delete_stack_set(StackSetName="set")
    assert client.list_stack_sets()["Summaries"] == []


def test_by_ou_as_delegated_administrator(clients):
    client = clients("cloudformation")
    delegated = {"CallAs": "DELEGATED_ADMIN"}
    client.create_stack_set(
        StackSetName="set",
        TemplateBody=BODY,
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
        **delegated,
    )
    target = {
        "DeploymentTargets": {"OrganizationalUnitIds": [WORKLOADS]},
        "Regions": ["us-east-1", "eu-west-1"],
        **delegated,
    }
    made = client.create_stack_instances(StackSetName="set", **target)
    assert len(result(client, made["OperationId"], **delegated)) == 4
    assert queues(clients, MEMBER) == queues(clients, OTHER) == {"first"}
    assert queues(clients, HUB) == set()
    owner = clients("cloudformation", MANAGEMENT)
    shown = owner.list_stack_instances(StackSetName="set")["Summaries"]
    assert {one["Status"] for one in shown} == {"CURRENT"}
    with pytest.raises(ClientError, match="not found"):
        client.describe_stack_set(StackSetName="set")
    client.delete_stack_instances(StackSetName="set", RetainStacks=False, **target)
    assert queues(clients, MEMBER) == set()


def test_accounts_narrow_an_ou(clients):
    client = clients("cloudformation", MANAGEMENT)
    client.create_stack_set(
        StackSetName="set", TemplateBody=BODY, PermissionModel="SERVICE_MANAGED"
    )
    target = {
        "OrganizationalUnitIds": [WORKLOADS],
        "Accounts": [OTHER],
        "AccountFilterType": "DIFFERENCE",
    }
    client.create_stack_instances(
        StackSetName="set", DeploymentTargets=target, Regions=["us-east-1"]
    )
    assert (queues(clients, MEMBER), queues(clients, OTHER)) == ({"first"}, set())


@pytest.mark.parametrize(("account", "caller"), [(HUB, "SELF"), (MEMBER, "DELEGATED_ADMIN")])
def test_only_management_and_its_delegate_deploy_by_ou(clients, account, caller):
    with pytest.raises(ClientError, match="delegated admin"):
        clients("cloudformation", account).create_stack_set(
            StackSetName="set", TemplateBody=BODY, PermissionModel="SERVICE_MANAGED", CallAs=caller
        )


def test_a_failing_instance_is_told_with_its_reason(clients):
    client = clients("cloudformation", MANAGEMENT)
    bad = (
        "Resources: {P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {}}}}"
    )
    client.create_stack_set(StackSetName="set", TemplateBody=bad, PermissionModel="SERVICE_MANAGED")
    made = client.create_stack_instances(
        StackSetName="set",
        DeploymentTargets={"OrganizationalUnitIds": [PRODUCTION]},
        Regions=["us-east-1"],
    )
    operation = client.describe_stack_set_operation(
        StackSetName="set", OperationId=made["OperationId"]
    )["StackSetOperation"]
    assert operation["Status"] == "FAILED"
    assert "failed to create: [P]" in json.dumps(result(client, made["OperationId"]))


def test_a_set_does_one_operation_at_a_time(clients):
    client = clients("cloudformation", MANAGEMENT)
    client.create_stack_set(
        StackSetName="set", TemplateBody=BODY, PermissionModel="SERVICE_MANAGED"
    )
    where = {
        "DeploymentTargets": {"OrganizationalUnitIds": [WORKLOADS]},
        "Regions": ["us-east-1"],
    }
    others = [
        (client.update_stack_set, {"TemplateBody": BODY}),
        (client.create_stack_instances, where),
        (client.update_stack_instances, where),
        (client.delete_stack_instances, {**where, "RetainStacks": False}),
        (client.delete_stack_set, {}),
    ]
    found = stack_sets.get((MANAGEMENT, "us-east-1"), "set")
    with stack_set_operations.under_way(found, "UPDATE", {}):
        (running,) = client.list_stack_set_operations(StackSetName="set")["Summaries"]
        assert (running["Status"], "EndTimestamp" in running) == ("RUNNING", False)
        for call, arguments in others:
            with pytest.raises(ClientError) as refused:
                call(StackSetName="set", **arguments)
            assert refused.value.response["Error"]["Code"] == "OperationInProgressException"
    client.create_stack_instances(StackSetName="set", **where)
    assert queues(clients, MEMBER) == {"first"}


def test_failures_within_tolerance_are_a_success(clients):
    client = clients("cloudformation")
    delegated = {"CallAs": "DELEGATED_ADMIN"}
    client.create_stack_set(
        StackSetName="set",
        TemplateBody="Resources: {P: {Type: AWS::SSM::Parameter, Properties: "
        "{Name: /taken, Type: String, Value: v}}}",
        PermissionModel="SERVICE_MANAGED",
        **delegated,
    )
    clients("ssm", MEMBER).put_parameter(Name="/taken", Type="String", Value="v")

    def status(percent: int) -> str:
        made = client.create_stack_instances(
            StackSetName="set",
            DeploymentTargets={"OrganizationalUnitIds": [WORKLOADS]},
            Regions=["us-east-1"],
            OperationPreferences={"FailureTolerancePercentage": percent},
            **delegated,
        )
        shown = client.describe_stack_set_operation(
            StackSetName="set", OperationId=made["OperationId"], **delegated
        )
        return shown["StackSetOperation"]["Status"]

    assert [status(percent) for percent in (0, 40, 50)] == ["FAILED", "FAILED", "SUCCEEDED"]
    with pytest.raises(ClientError, match="AutoDeployment cannot be given with"):
        client.update_stack_set(
            StackSetName="set",
            UsePreviousTemplate=True,
            AutoDeployment={"Enabled": False},
            Regions=["us-east-1"],
            **delegated,
        )
    told = client.list_stack_set_auto_deployment_targets(StackSetName="set", **delegated)
    assert told["Summaries"] == [{"OrganizationalUnitId": WORKLOADS, "Regions": ["us-east-1"]}]
