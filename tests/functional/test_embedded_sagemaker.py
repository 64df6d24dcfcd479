"""Models and endpoints of the embedded SageMaker, through CloudFormation and by call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

HUB, MEMBER = "444455556666", "111111111111"
ROLE = f"arn:aws:iam::{HUB}:role/sagemaker-role-x"
CONTAINER = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}
BODY = f"""
Parameters:
  Count: {{Type: Number}}
  Revision: {{Type: String, Default: one}}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ModelName: !Sub sagemaker-${{Revision}}
      ExecutionRoleArn: {ROLE}
      PrimaryContainer: {json.dumps(CONTAINER)}
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      EndpointConfigName: !Sub sagemaker-${{Revision}}
      ProductionVariants:
        - VariantName: all
          ModelName: !GetAtt Model.ModelName
          InstanceType: ml.m5.large
          InitialInstanceCount: !Ref Count
          InitialVariantWeight: 1
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointName: sagemaker-served
      EndpointConfigName: !GetAtt Config.EndpointConfigName
Outputs:
  Ref: {{Value: !Ref Endpoint}}
"""


@pytest.fixture
def sagemaker(clients) -> Any:
    return clients("sagemaker")


def given(**values: str) -> dict[str, Any]:
    listed = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    return {"StackName": "served", "TemplateBody": BODY, "Parameters": listed}


def test_names_and_numbers_of_a_template_reach_the_service(clients, sagemaker):
    cloudformation = clients("cloudformation")
    cloudformation.create_stack(**given(Count="2"))
    stack = cloudformation.describe_stacks(StackName="served")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    endpoint = sagemaker.describe_endpoint(EndpointName="sagemaker-served")
    assert stack["Outputs"][0]["OutputValue"] == endpoint["EndpointArn"]
    assert endpoint["EndpointConfigName"] == "sagemaker-one"
    config = sagemaker.describe_endpoint_config(EndpointConfigName="sagemaker-one")
    (variant,) = config["ProductionVariants"]
    assert (variant["ModelName"], variant["InitialInstanceCount"]) == ("sagemaker-one", 2)

    cloudformation.update_stack(**given(Count="3", Revision="two"))
    moved = sagemaker.describe_endpoint(EndpointName="sagemaker-served")
    assert moved["EndpointConfigName"] == "sagemaker-two"
    assert moved["CreationTime"] == endpoint["CreationTime"]
    configs = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert [each["EndpointConfigName"] for each in configs] == ["sagemaker-two"]

    cloudformation.delete_stack(StackName="served")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_models()["Models"] == []


def test_a_number_out_of_bounds_fails_also_as_text(clients):
    cloudformation = clients("cloudformation")
    cloudformation.create_stack(
        StackName="queue",
        TemplateBody="""
Parameters: {Days: {Type: Number}}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: {ZipFile: x}
      Role: arn:aws:iam::444455556666:role/x
      EphemeralStorage: {Size: !Ref Days}
""",
        Parameters=[{"ParameterKey": "Days", "ParameterValue": "5"}],
    )
    events = cloudformation.describe_stack_events(StackName="queue")["StackEvents"]
    reasons = [each.get("ResourceStatusReason", "") for each in events]
    assert any("5.0 is less than the minimum of 512" in reason for reason in reasons)


def test_a_name_is_taken_once(sagemaker):
    model = {"ModelName": "one", "ExecutionRoleArn": ROLE, "PrimaryContainer": CONTAINER}
    sagemaker.create_model(**model)
    with pytest.raises(ClientError, match="already existing model"):
        sagemaker.create_model(**model)


def test_an_endpoint_takes_only_a_configuration_that_exists(sagemaker):
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.update_endpoint(EndpointName="none", EndpointConfigName="none")


def policy(principal: str, action: str = "sagemaker:CreateModel") -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})


def test_another_accounts_package_needs_the_policy_of_its_group(clients, sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    package = sagemaker.create_model_package(
        ModelPackageGroupName="iris",
        InferenceSpecification={"Containers": [CONTAINER]},
    )["ModelPackageArn"]

    def use(account: str, name: str, arn: str = package) -> None:
        clients("sagemaker", account).create_model(
            ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"ModelPackageName": arn}
        )

    use(HUB, "own")
    with pytest.raises(ClientError, match="Could not find model package"):
        use(HUB, "missing", f"{package}0")
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        sagemaker.get_model_package_group_policy(ModelPackageGroupName="iris")
    for text in (policy(HUB), policy(MEMBER, "sagemaker:DescribeModelPackage")):
        sagemaker.put_model_package_group_policy(ModelPackageGroupName="iris", ResourcePolicy=text)
        with pytest.raises(ClientError, match=f"{MEMBER} may not use model package"):
            use(MEMBER, "refused")
    for principal in (MEMBER, f"arn:aws:iam::{MEMBER}:root"):
        sagemaker.put_model_package_group_policy(
            ModelPackageGroupName="iris", ResourcePolicy=policy(principal)
        )
        use(MEMBER, f"admitted-{len(principal)}")
    kept = sagemaker.get_model_package_group_policy(ModelPackageGroupName="iris")
    assert json.loads(kept["ResourcePolicy"])["Statement"][0]["Principal"]["AWS"].endswith(":root")


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [{"Effect": "Allow"}]}'])
def test_a_policy_that_admits_nobody_or_is_none_is_refused(sagemaker, text):
    sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    with pytest.raises(ClientError, match="The resource policy"):
        sagemaker.put_model_package_group_policy(ModelPackageGroupName="iris", ResourcePolicy=text)
