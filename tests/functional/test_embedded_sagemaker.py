"""Models, endpoints and invocations of the embedded SageMaker, by call and by CloudFormation."""

from __future__ import annotations

import io
import json
import tarfile

import pytest
from botocore.exceptions import ClientError

from local_aws import iam
from local_aws.sagemaker import algorithms, outside
from tests.sagemaker_world import HUB, IMAGE, MEMBER, Registry, until

ROWS = b"1.1,0.9\n5.1,5.1\n"


@pytest.fixture
def hosting(clients) -> Registry:
    """An artifact and a model of it."""
    made = Registry(clients)
    made.prepare()
    made.artifact()
    return made


@pytest.fixture
def endpoint(hosting) -> Registry:
    """An endpoint `iris` in service."""
    hosting.model("first")
    hosting.config("first")
    hosting.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="first")
    assert hosting.settled("iris")["EndpointStatus"] == "InService"
    return hosting


def invoke(world: Registry, body: bytes = ROWS, content_type: str = "text/csv") -> str:
    runtime = world.clients("sagemaker-runtime", world.account)
    answer = runtime.invoke_endpoint(EndpointName="iris", Body=body, ContentType=content_type)
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    return answer["Body"].read().decode()


def failure(world: Registry, model: str) -> str:
    """Why an endpoint of a model does not come up."""
    world.config(model)
    world.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName=model)
    found = world.settled("iris")
    assert found["EndpointStatus"] == "Failed"
    return found["FailureReason"]


def test_an_endpoint_comes_up_and_answers_with_its_model(endpoint):
    assert invoke(endpoint) == "0.0\n1.0\n"


def test_every_status_is_told_in_capitals(hosting):
    arrived = hosting.listen("SageMaker Endpoint State Change")
    hosting.model("first")
    hosting.config("first")
    hosting.sagemaker.create_endpoint(
        EndpointName="iris", EndpointConfigName="first", Tags=[{"Key": "project", "Value": "p"}]
    )
    heard = until(lambda: len(arrived()) == 2 and arrived())
    assert [event["detail"]["EndpointStatus"] for event in heard] == ["CREATING", "IN_SERVICE"]
    assert heard[0]["detail"]["Tags"] == {"project": "p"}
    assert isinstance(heard[0]["detail"]["CreationTime"], int)


def test_an_endpoint_of_another_account_is_not_found(endpoint, clients, refused):
    ask = clients("sagemaker-runtime", MEMBER).invoke_endpoint
    text = refused("ValidationError", ask, EndpointName="iris", Body=ROWS)
    assert text == f"Endpoint iris of account {MEMBER} not found."


def test_an_endpoint_that_is_not_up_does_not_answer(hosting, clients, refused):
    hosting.model("first")
    hosting.s3.delete_object(Bucket=hosting.bucket, Key="model.tar.gz")
    failure(hosting, "first")
    ask = clients("sagemaker-runtime").invoke_endpoint
    refused("ValidationError", ask, EndpointName="iris", Body=ROWS)


def test_what_the_container_refuses_is_a_model_error(endpoint):
    with pytest.raises(ClientError) as raised:
        invoke(endpoint, b"1,2,3\n")
    answer = raised.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert answer["Error"]["Code"] == "ModelError"
    assert "Feature shape mismatch" in answer["Error"]["Message"]
    with pytest.raises(ClientError, match=r"client error \(415\)"):
        invoke(endpoint, b"{}", "application/json")


def test_garbage_in_the_artifact_is_found_when_it_is_asked(hosting):
    body = outside.pack({"xgboost-model": b"garbage"})
    hosting.s3.put_object(Bucket=hosting.bucket, Key="model.tar.gz", Body=body)
    hosting.model("first")
    hosting.config("first")
    hosting.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="first")
    assert hosting.settled("iris")["EndpointStatus"] == "InService"
    with pytest.raises(ClientError, match="ModelError"):
        invoke(hosting)


def test_an_artifact_that_is_gone_fails_the_endpoint(hosting):
    hosting.model("first")
    hosting.s3.delete_object(Bucket=hosting.bucket, Key="model.tar.gz")
    reason = failure(hosting, "first")
    assert reason.startswith('Failed to download model data for container "container_1" from URL')
    assert "the role passed to CreateModel has permissions" in reason


def test_an_artifact_that_is_no_archive_fails_the_endpoint(hosting):
    hosting.s3.put_object(Bucket=hosting.bucket, Key="model.tar.gz", Body=b"no archive")
    hosting.model("first")
    assert failure(hosting, "first").startswith("Failed to extract model data archive")


def test_a_role_that_is_gone_or_trusts_somebody_else_fails_the_endpoint(hosting):
    hosting.model("first")
    hosting.iam.detach_role_policy(
        RoleName="execution", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    hosting.iam.delete_role(RoleName="execution")
    assert failure(hosting, "first").startswith(f"Could not assume role {hosting.role}")
    hosting.make_role(service="lambda.amazonaws.com")
    hosting.sagemaker.delete_endpoint(EndpointName="iris")
    until(lambda: not hosting.sagemaker.list_endpoints()["Endpoints"])
    hosting.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="first")
    assert "assume role" in hosting.settled("iris")["FailureReason"]


@pytest.fixture
def in_force(hosting):  # after the embedded AWS was emptied
    iam.force(True)
    yield
    iam.force(False)


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        (["ecr:*"], "Failed to download model data"),
        (["s3:GetObject"], "permissions to access them"),
        (["ecr:*", "s3:GetObject"], ""),
    ],
)
@pytest.mark.usefixtures("in_force")
def test_the_role_needs_its_permissions_when_denials_are_in_force(hosting, actions, reason):
    hosting.model("first")
    hosting.config("first")
    hosting.iam.detach_role_policy(
        RoleName="execution", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    hosting.iam.put_role_policy(
        RoleName="execution",
        PolicyName="some",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    hosting.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="first")
    found = hosting.settled("iris")
    assert (found["EndpointStatus"] == "InService") is (not reason)
    assert reason in found.get("FailureReason", "")


def test_an_image_nobody_declared_fails_the_endpoint(hosting):
    hosting.model("first", Image="111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1")
    assert "Please make sure all images included in the model" in failure(hosting, "first")


class Echo:
    def train(self, channels, hyperparameters):
        return {}

    def answer(self, files, body, content_type):
        return body.upper()


def test_an_algorithm_may_be_declared_for_an_image(hosting):
    algorithms.declare("own", Echo())
    hosting.model("first", Image="111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1")
    hosting.config("first")
    hosting.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="first")
    assert hosting.settled("iris")["EndpointStatus"] == "InService"
    assert invoke(hosting, b"abc") == "ABC"


def test_an_update_moves_the_endpoint_while_it_serves(endpoint):
    endpoint.artifact("second.tar.gz", b"1,1.0,1.0\n0,5.0,5.0\n")
    url = f"s3://{endpoint.bucket}/second.tar.gz"
    endpoint.model("second", Image=IMAGE, ModelDataUrl=url)
    endpoint.config("second")
    endpoint.sagemaker.update_endpoint(EndpointName="iris", EndpointConfigName="second")
    assert invoke(endpoint) == "0.0\n1.0\n"
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        endpoint.sagemaker.update_endpoint(EndpointName="iris", EndpointConfigName="first")
    assert endpoint.settled("iris")["EndpointConfigName"] == "second"
    assert invoke(endpoint) == "1.0\n0.0\n"


def test_a_failed_update_leaves_the_old_model_in_service(endpoint):
    endpoint.artifact("second.tar.gz")
    url = f"s3://{endpoint.bucket}/second.tar.gz"
    endpoint.model("second", Image=IMAGE, ModelDataUrl=url)
    endpoint.config("second")
    endpoint.s3.delete_object(Bucket=endpoint.bucket, Key="second.tar.gz")
    endpoint.sagemaker.update_endpoint(EndpointName="iris", EndpointConfigName="second")
    found = endpoint.settled("iris")
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", "first")
    assert "Failed to download model data" in found["FailureReason"]
    assert invoke(endpoint) == "0.0\n1.0\n"


def test_the_name_of_an_endpoint_has_no_case_but_for_who_asks_it(hosting, refused):
    hosting.model("first")
    hosting.config("first")
    wanted = {"EndpointConfigName": "first"}
    made = hosting.sagemaker.create_endpoint(EndpointName="Iris", **wanted)
    assert made["EndpointArn"].endswith(":endpoint/iris")
    assert hosting.settled("iris")["EndpointName"] == "Iris"
    create = hosting.sagemaker.create_endpoint
    assert "already existing" in refused(
        "ValidationException", create, EndpointName="IRIS", **wanted
    )
    runtime = hosting.clients("sagemaker-runtime", hosting.account)
    ask = {"Body": ROWS, "ContentType": "text/csv"}
    refused("ValidationError", runtime.invoke_endpoint, EndpointName="iris", **ask)
    runtime.invoke_endpoint(EndpointName="Iris", **ask)


def test_an_endpoint_in_progress_is_not_deleted(hosting, refused):
    hosting.model("first")
    hosting.config("first")
    hosting.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="first")
    delete = hosting.sagemaker.delete_endpoint
    assert "in-progress" in refused("ValidationException", delete, EndpointName="iris")
    hosting.settled("iris")
    delete(EndpointName="iris")
    assert "in-progress" in refused("ValidationException", delete, EndpointName="iris")


def test_names_are_taken_once_and_what_is_named_must_exist(endpoint, refused):
    taken = refused("ValidationException", lambda: endpoint.config("first"))
    assert "already existing endpoint configuration" in taken
    create = endpoint.sagemaker.create_endpoint
    text = refused("ValidationException", create, EndpointName="rose", EndpointConfigName="missing")
    assert text.startswith("Could not find endpoint configuration")
    text = refused("ValidationException", lambda: endpoint.config("rose", "missing"))
    assert text.startswith("Could not find model")


def test_a_model_is_refused_without_its_artifact_or_with_a_foreign_role(hosting, refused):
    url = f"s3://{hosting.bucket}/missing.tar.gz"
    text = refused("ValidationException", lambda: hosting.model("x", Image=IMAGE, ModelDataUrl=url))
    assert text == f"Could not find model data at {url}."
    create = hosting.sagemaker.create_model
    text = refused(
        "ValidationException",
        create,
        ModelName="x",
        PrimaryContainer={"Image": IMAGE},
        ExecutionRoleArn=f"arn:aws:iam::{MEMBER}:role/execution",
    )
    assert "Cross-account pass role" in text


def test_a_model_of_another_accounts_package(hosting, clients, refused):
    """The group admits the account, then the bucket has to let its role read as well."""
    hosting.sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    package = hosting.package()
    member = Registry(clients, MEMBER)
    member.prepare()
    text = refused("AccessDeniedException", lambda: member.model("first", ModelPackageName=package))
    assert "sagemaker:CreateModel" in text
    statement = (
        f'{{"Effect": "Allow", "Principal": {{"AWS": "{MEMBER}"}}, '
        '"Action": "sagemaker:CreateModel", "Resource": "*"}'
    )
    hosting.sagemaker.put_model_package_group_policy(
        ModelPackageGroupName="iris",
        ResourcePolicy=f'{{"Version": "2012-10-17", "Statement": [{statement}]}}',
    )
    member.model("first", ModelPackageName=package)
    member.config("first")
    member.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="first")
    member.settled("iris")
    refused("ValidationException", lambda: member.model("second", ModelPackageName=f"{package}0"))


def test_an_archive_is_read_with_its_folders():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        folder = tarfile.TarInfo("./code")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        tar.addfile(tarfile.TarInfo("./code/model"), io.BytesIO())
    assert outside.unpack(archive.getvalue()) == {"code/model": b""}


BODY = f"""
Parameters:
  Url: {{Type: String}}
  Revision: {{Type: String, Default: one}}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ModelName: !Sub sagemaker-${{Revision}}
      ExecutionRoleArn: arn:aws:iam::{HUB}:role/execution
      PrimaryContainer: {{ModelPackageName: !Ref Url}}
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      EndpointConfigName: !Sub sagemaker-${{Revision}}
      ProductionVariants:
        - VariantName: AllTraffic
          ModelName: !GetAtt Model.ModelName
          InstanceType: ml.m5.large
          InitialInstanceCount: 2
          InitialVariantWeight: 1
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointName: iris
      EndpointConfigName: !GetAtt Config.EndpointConfigName
Outputs:
  Ref: {{Value: !Ref Endpoint}}
"""


@pytest.fixture
def stack(hosting):
    """Bring the stack `served` to a package and a revision; its status."""
    hosting.sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    cloudformation = hosting.cloudformation

    def bring(package: str, revision: str) -> str:
        values = {"Url": package, "Revision": revision}
        given = {
            "StackName": "served",
            "TemplateBody": BODY,
            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
        }
        there = [s["StackName"] for s in cloudformation.describe_stacks()["Stacks"]]
        verb = cloudformation.update_stack if "served" in there else cloudformation.create_stack
        verb(**given)
        return cloudformation.describe_stacks(StackName="served")["Stacks"][0]["StackStatus"]

    return bring


def reasons(world: Registry) -> str:
    events = world.cloudformation.describe_stack_events(StackName="served")["StackEvents"]
    return "\n".join(each.get("ResourceStatusReason", "") for each in events)


def test_a_stack_waits_for_its_endpoint_and_moves_it(hosting, stack):
    assert stack(hosting.package(), "one") == "CREATE_COMPLETE"
    found = hosting.sagemaker.describe_endpoint(EndpointName="iris")
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", "sagemaker-one")
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert stack(hosting.package(), "two") == "UPDATE_COMPLETE"
    moved = hosting.sagemaker.describe_endpoint(EndpointName="iris")
    assert (moved["EndpointConfigName"], moved["CreationTime"]) == (
        "sagemaker-two",
        found["CreationTime"],
    )
    configs = hosting.sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert [each["EndpointConfigName"] for each in configs] == ["sagemaker-two"]
    hosting.cloudformation.delete_stack(StackName="served")
    assert hosting.sagemaker.list_endpoints()["Endpoints"] == []
    assert hosting.sagemaker.list_models()["Models"] == []


def test_a_stack_whose_endpoint_fails_leaves_nothing(hosting, stack):
    package = hosting.package(url=f"s3://{hosting.bucket}/missing.tar.gz")
    assert stack(package, "one") == "ROLLBACK_COMPLETE"
    assert "did not stabilize: Failed to download model data" in reasons(hosting)
    assert hosting.sagemaker.list_endpoints()["Endpoints"] == []


def test_a_stack_whose_update_fails_goes_back(hosting, stack):
    assert stack(hosting.package(), "one") == "CREATE_COMPLETE"
    package = hosting.package(url=f"s3://{hosting.bucket}/missing.tar.gz")
    assert stack(package, "two") == "UPDATE_ROLLBACK_COMPLETE"
    assert "did not stabilize: Failed to download model data" in reasons(hosting)
    assert invoke(hosting) == "0.0\n1.0\n"
    configs = hosting.sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert [each["EndpointConfigName"] for each in configs] == ["sagemaker-one"]


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
