"""SageMaker pipelines and training jobs of the embedded AWS: the iris example, and failures."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.sagemaker_world import HUB, IMAGE, MEMBER, SETTINGS, Registry, until

NOTEBOOKS = Path(__file__).parents[2] / "seed_code/model-deploy/notebooks"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("iris", NOTEBOOKS / "iris_pipeline.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def world(clients) -> Registry:
    made = Registry(clients)
    made.prepare()
    made.s3.put_object(Bucket=made.bucket, Key="data/train/rows.csv", Body=b"0,1,1\n1,5,5\n")
    made.sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    return made


def ended(world: Registry, arn: str) -> dict:
    def look():
        found = world.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return found if found["PipelineExecutionStatus"] not in ("Executing", "Stopping") else None

    return until(look)


def run(world: Registry, *steps: dict, parameters=(), given=(), name: str = "flow") -> dict:
    """Make a pipeline of steps and run it; how it ended."""
    definition = {"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps)}
    world.sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDefinition=json.dumps(definition),
        RoleArn=world.role,
        ClientRequestToken="t" * 32,
    )
    started = world.sagemaker.start_pipeline_execution(
        PipelineName=name, PipelineParameters=[{"Name": n, "Value": v} for n, v in given]
    )
    return ended(world, started["PipelineExecutionArn"])


def statuses(world: Registry, execution: dict) -> dict[str, str]:
    listed = world.sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=execution["PipelineExecutionArn"]
    )["PipelineExecutionSteps"]
    return {step["StepName"]: step["StepStatus"] for step in listed}


def training(prefix: str = "data/train/", image: str = IMAGE, **settings: str) -> dict:
    bucket = f"sagemaker-us-east-1-{HUB}"
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{prefix}"}
    return {
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "RoleArn": f"arn:aws:iam::{HUB}:role/execution",
        "HyperParameters": SETTINGS | settings,
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 5,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }


def job(world: Registry, **arguments) -> dict:
    world.sagemaker.create_training_job(TrainingJobName="job", **(training() | arguments))

    def look():
        found = world.sagemaker.describe_training_job(TrainingJobName="job")
        return found if found["TrainingJobStatus"] in ("Completed", "Failed", "Stopped") else None

    return until(look)


def test_the_iris_example_runs_to_an_endpoint_that_knows_its_flowers(world, example):
    data = example.upload(world.s3, world.bucket, "iris", NOTEBOOKS / "iris.csv")
    defined = example.definition(
        group="iris", image_uri=IMAGE, role=world.role, bucket=world.bucket, data=data
    )
    for _ in "12":
        example.save(world.sagemaker, "sagemaker-iris", defined, world.role, [])
    execution = example.start(world.sagemaker, "sagemaker-iris", {"TrainingInstanceCount": "1"})
    example.wait(world.sagemaker, execution, pause=0.05, patience=10)
    package = world.sagemaker.describe_model_package(
        ModelPackageName=example.newest(world.sagemaker, "iris")
    )
    assert package["MetadataProperties"]["GeneratedBy"] == execution
    world.model("iris", ModelPackageName=package["ModelPackageArn"])
    world.config("iris")
    world.sagemaker.create_endpoint(EndpointName="iris", EndpointConfigName="iris")
    assert world.settled("iris")["EndpointStatus"] == "InService"
    answer = world.clients("sagemaker-runtime").invoke_endpoint(
        EndpointName="iris",
        ContentType="text/csv",
        Body=b"5.1,3.5,1.4,0.2\n6.4,3.2,4.5,1.5\n6.3,3.3,6.0,2.5\n",
    )
    assert answer["Body"].read().split() == [b"0.0", b"1.0", b"2.0"]
    jobs = world.sagemaker.list_training_jobs()["TrainingJobSummaries"]
    assert jobs[0]["TrainingJobName"].startswith(f"pipelines-{execution[-12:]}-TrainIris-")


def test_steps_and_executions_are_told_and_shown_newest_first(world):
    arrived = world.listen("SageMaker Training Job State Change")
    execution = run(
        world,
        {
            "Name": "Register",
            "Type": "RegisterModel",
            "Arguments": {
                "ModelPackageGroupName": "iris",
                "InferenceSpecification": {
                    "Containers": [
                        {
                            "Image": IMAGE,
                            "ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
                        }
                    ]
                },
            },
        },
        {"Name": "Train", "Type": "Training", "Arguments": training()},
    )
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    steps = world.sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=execution["PipelineExecutionArn"]
    )["PipelineExecutionSteps"]
    assert [step["StepName"] for step in steps] == ["Register", "Train"]
    assert steps[0]["Metadata"]["RegisterModel"]["Arn"].endswith("iris/1")
    heard = until(lambda: len(arrived()) == 2 and arrived())
    assert [event["detail"]["TrainingJobStatus"] for event in heard] == ["InProgress", "Completed"]


def test_parameters_have_types_defaults_and_values_that_may_be(world, refused):
    where = {"Std:Join": {"On": "-", "Values": [{"Get": "Parameters.Kind"}, 1, "x"]}}
    fail = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": where}}
    parameters = [
        {"Name": "Kind", "Type": "String", "EnumValues": ["a", "b"]},
        {"Name": "Count", "Type": "Integer", "DefaultValue": 2},
    ]
    found = run(world, fail, parameters=parameters, given=[("Kind", "b"), ("Count", "3")])
    assert found["PipelineExecutionStatus"] == "Failed"
    assert "Stop: b-1-x" in found["FailureReason"]
    values = world.sagemaker.list_pipeline_parameters_for_execution(
        PipelineExecutionArn=found["PipelineExecutionArn"]
    )["PipelineParameters"]
    assert {one["Name"]: one["Value"] for one in values} == {"Kind": "b", "Count": "3"}
    start = world.sagemaker.start_pipeline_execution
    for wrong in ({"Kind": "c"}, {"Kind": "a", "Count": "x"}, {"Kind": "a", "New": "1"}, {}):
        listed = [{"Name": name, "Value": value} for name, value in wrong.items()]
        refused("ValidationException", start, PipelineName="flow", PipelineParameters=listed)


@pytest.mark.parametrize(("least", "taken"), [(1, "Good"), (3, "Bad")])
def test_a_condition_takes_one_branch(world, least, taken):
    def registering(name: str) -> dict:
        arguments = {"ModelPackageGroupName": "iris", "ModelPackageDescription": name}
        return {"Name": name, "Type": "RegisterModel", "Arguments": arguments}

    compared = {"LeftValue": {"Get": "Parameters.Score"}, "RightValue": least}
    found = run(
        world,
        {
            "Name": "Check",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [{"Type": "GreaterThanOrEqualTo", **compared}],
                "IfSteps": [registering("Good")],
                "ElseSteps": [registering("Bad")],
            },
        },
        {**registering("After"), "DependsOn": ["Good"]},
        parameters=[{"Name": "Score", "Type": "Float", "DefaultValue": 2.0}],
    )
    assert found["PipelineExecutionStatus"] == "Succeeded"
    done = statuses(world, found)
    assert taken in done
    assert ("After" in done) is (taken == "Good")


@pytest.mark.parametrize(
    "step",
    [
        {"Name": "Clean", "Type": "Tuning", "Arguments": {}},
        {"Name": "Clean", "Type": "Fail", "Arguments": {"ErrorMessage": {"Std:Sum": {}}}},
    ],
)
def test_what_does_not_run_here_fails_by_name(world, step):
    found = run(world, step)
    assert found["PipelineExecutionStatus"] == "Failed"
    assert "not implemented in the embedded AWS" in found["FailureReason"]


def test_a_role_that_does_not_trust_fails_the_execution(world):
    world.make_role("lambda", "lambda.amazonaws.com")
    definition = {
        "Version": "2020-12-01",
        "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {}}],
    }
    world.sagemaker.create_pipeline(
        PipelineName="flow",
        PipelineDefinition=json.dumps(definition),
        RoleArn=f"arn:aws:iam::{HUB}:role/lambda",
        ClientRequestToken="t" * 32,
    )
    started = world.sagemaker.start_pipeline_execution(PipelineName="flow")
    found = ended(world, started["PipelineExecutionArn"])
    assert "does not trust sagemaker.amazonaws.com" in found["FailureReason"]


def test_an_execution_may_be_stopped(world):
    world.sagemaker.create_pipeline(
        PipelineName="flow",
        PipelineDefinition=json.dumps(
            {
                "Version": "2020-12-01",
                "Steps": [{"Name": "Train", "Type": "Training", "Arguments": training()}],
            }
        ),
        RoleArn=world.role,
        ClientRequestToken="t" * 32,
    )
    token = "s" * 32
    arns = {
        world.sagemaker.start_pipeline_execution(PipelineName="flow", ClientRequestToken=token)[
            "PipelineExecutionArn"
        ]
        for _ in "12"
    }
    (arn,) = arns
    world.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert ended(world, arn)["PipelineExecutionStatus"] == "Stopped"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"Steps": []}',
        '{"Version": "1", "Steps": []}',
        '{"Version": "1", "Steps": [{"Name": "A", "Type": "Fail", "DependsOn": ["B"]}]}',
        '{"Version": "1", "Steps": [{"Name": "A"}]}',
    ],
)
def test_a_definition_that_is_none_is_refused(world, refused, text):
    said = refused(
        "ValidationException",
        world.sagemaker.create_pipeline,
        PipelineName="flow",
        PipelineDefinition=text,
        RoleArn=world.role,
        ClientRequestToken="t" * 32,
    )
    assert "pipeline definition" in said


def test_names_of_pipelines_are_unique_but_a_request_may_come_twice(world, refused):
    run(world, {"Name": "Stop", "Type": "Fail", "Arguments": {}})
    create = world.sagemaker.create_pipeline
    given = {
        "PipelineName": "flow",
        "PipelineDefinition": '{"Version": "1", "Steps": [{"Name": "A", "Type": "Fail"}]}',
        "RoleArn": world.role,
    }
    create(**given, ClientRequestToken="t" * 32)
    text = refused("ValidationException", create, **given, ClientRequestToken="u" * 32)
    assert "already exists" in text
    world.sagemaker.update_pipeline(PipelineName="flow", PipelineDescription="new")
    assert world.sagemaker.describe_pipeline(PipelineName="flow")["PipelineDescription"] == "new"
    world.sagemaker.delete_pipeline(PipelineName="flow")
    refused("ResourceNotFound", world.sagemaker.describe_pipeline, PipelineName="flow")


def test_training_writes_its_artifact_under_its_role(world):
    found = job(world)
    assert found["TrainingJobStatus"] == "Completed"
    url = f"s3://{world.bucket}/models/job/output/model.tar.gz"
    assert found["ModelArtifacts"]["S3ModelArtifacts"] == url
    assert world.s3.head_object(Bucket=world.bucket, Key="models/job/output/model.tar.gz")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (training(prefix="none/"), "No S3 objects found under S3 URL"),
        (training(image="111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1"), "training image"),
        (training(num_class="1"), "AlgorithmError: label must be in"),
    ],
)
def test_a_job_that_cannot_train_says_why(world, arguments, reason):
    found = job(world, **arguments)
    assert found["TrainingJobStatus"] == "Failed"
    assert reason in found["FailureReason"]


def test_a_job_needs_a_role_that_trusts(world, refused):
    create = world.sagemaker.create_training_job
    wrong = training() | {"RoleArn": f"arn:aws:iam::{MEMBER}:role/none"}
    text = refused("ValidationException", create, TrainingJobName="job", **wrong)
    assert text.startswith("Could not assume role")
    refused("ResourceNotFound", world.sagemaker.describe_training_job, TrainingJobName="job")
