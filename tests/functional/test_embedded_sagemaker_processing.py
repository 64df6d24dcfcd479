"""Processing jobs of the embedded SageMaker: plain Python that really runs, also in pipelines."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import pytest

from local_aws import iam, work
from tests.functional.test_embedded_sagemaker_pipelines import run, statuses, training
from tests.sagemaker_world import HUB, IMAGE, Registry, until

BUCKET = f"sagemaker-us-east-1-{HUB}"
SCIKIT = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SPARK = "173754725891.dkr.ecr.us-east-1.amazonaws.com/sagemaker-spark-processing:3.3-cpu-py39-v1.0"
EVALUATE = """\
    import argparse, json, math, pathlib, tarfile

    parser = argparse.ArgumentParser()
    for name in ("model", "test", "report", "message"):
        parser.add_argument(f"--{name}", type=pathlib.Path)
    given = parser.parse_args()
    with tarfile.open(given.model / "model.tar.gz") as archive:
        (name,) = archive.getnames()
        means = json.load(archive.extractfile(name))["means"]
    rows = [[float(x) for x in line.split(",")] for line in (given.test / "rows.csv").open()]
    def nearest(row):
        return min((math.dist(mean, row), label) for label, mean in enumerate(means))[1]
    right = sum(nearest(row[1:]) == row[0] for row in rows)
    report = {"metrics": {"accuracy": {"value": right / len(rows)}}}
    (given.report / "evaluation.json").write_text(json.dumps(report))
    given.message.write_text(f"{right} of {len(rows)} right")
"""


@pytest.fixture
def world(clients) -> Registry:
    made = Registry(clients)
    made.prepare()
    for name, rows in (("train", b"0,1,1\n1,5,5\n"), ("test", b"0,1,2\n1,5,4\n1,0,0\n1,4,4\n")):
        made.s3.put_object(Bucket=BUCKET, Key=f"data/{name}/rows.csv", Body=rows)
    made.sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    return made


def script(world: Registry, text: str) -> None:
    world.s3.put_object(Bucket=BUCKET, Key="code/job.py", Body=textwrap.dedent(text).encode())


def brings(name: str, url: Any) -> dict:
    local = f"/opt/ml/processing/input/{name}"
    source = {"S3Uri": url, "LocalPath": local, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": source}


def processing(*inputs: dict, arguments: tuple[str, ...] = (), **more: Any) -> dict:
    """A request that runs `code/job.py` and keeps what it leaves as `report`."""
    specification = {
        "ImageUri": SCIKIT,
        "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/job.py"],
    }
    if arguments:
        specification["ContainerArguments"] = list(arguments)
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
    output = {
        "S3Uri": f"s3://{BUCKET}/report",
        "LocalPath": "/opt/ml/processing/report",
        "S3UploadMode": "EndOfJob",
    }
    return {
        "AppSpecification": specification,
        "ProcessingInputs": [brings("code", f"s3://{BUCKET}/code/job.py"), *inputs],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "report", "S3Output": output}]},
        "ProcessingResources": {"ClusterConfig": cluster},
        "RoleArn": f"arn:aws:iam::{HUB}:role/execution",
        **more,
    }


def job(world: Registry, **request: Any) -> dict:
    world.sagemaker.create_processing_job(ProcessingJobName="job", **request)

    def look() -> dict | None:
        found = world.sagemaker.describe_processing_job(ProcessingJobName="job")
        return found if found["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped") else None

    found: dict = until(look)
    return found


def report(world: Registry, name: str = "evaluation.json") -> Any:
    return json.loads(world.s3.get_object(Bucket=BUCKET, Key=f"report/{name}")["Body"].read())


def evaluating(least: float) -> list[dict]:
    """Train, evaluate with a script, and register when the evaluation is good enough."""
    model = {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
    folder = "/opt/ml/processing"
    arguments = (
        f"--model={folder}/input/model",
        f"--test={folder}/input/test",
        *("--report", f"{folder}/report", "--message", "/opt/ml/output/message"),
    )
    inputs = brings("model", model), brings("test", f"s3://{BUCKET}/data/test")
    accuracy = {
        "Std:JsonGet": {
            "PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Evaluation"},
            "Path": "metrics.accuracy.value",
        }
    }
    url = {"Get": "Steps.Evaluate.ProcessingOutputConfig.Outputs['report'].S3Output.S3Uri"}
    container = {"Image": IMAGE, "ModelDataUrl": model}
    register = {
        "ModelPackageGroupName": "iris",
        "InferenceSpecification": {"Containers": [container]},
        "ModelPackageDescription": {"Std:Join": {"On": "/", "Values": [url, "evaluation.json"]}},
    }
    compared = {"Type": "GreaterThanOrEqualTo", "LeftValue": accuracy, "RightValue": least}
    return [
        {"Name": "Train", "Type": "Training", "Arguments": training()},
        {
            "Name": "Evaluate",
            "Type": "Processing",
            "Arguments": processing(*inputs, arguments=arguments),
            "PropertyFiles": [
                {
                    "PropertyFileName": "Evaluation",
                    "OutputName": "report",
                    "FilePath": "evaluation.json",
                }
            ],
        },
        {
            "Name": "Check",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [compared],
                "IfSteps": [{"Name": "Register", "Type": "RegisterModel", "Arguments": register}],
                "ElseSteps": [{"Name": "Poor", "Type": "Fail", "Arguments": {}}],
            },
        },
    ]


@pytest.mark.parametrize(("least", "status"), [(0.75, "Succeeded"), (0.8, "Failed")])
def test_a_model_is_registered_only_if_its_evaluation_is_good_enough(world, least, status):
    script(world, EVALUATE)
    execution = run(world, *evaluating(least))
    assert execution["PipelineExecutionStatus"] == status, execution.get("FailureReason")
    assert report(world) == {"metrics": {"accuracy": {"value": 0.75}}}
    assert ("Register" in statuses(world, execution)) is (status == "Succeeded")
    steps = world.sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=execution["PipelineExecutionArn"]
    )["PipelineExecutionSteps"]
    (arn,) = (s["Metadata"]["ProcessingJob"]["Arn"] for s in steps if s["StepName"] == "Evaluate")
    found = world.sagemaker.describe_processing_job(ProcessingJobName=arn.rpartition("/")[2])
    assert found["ExitMessage"] == "3 of 4 right"
    if status == "Succeeded":
        url = f"arn:aws:sagemaker:us-east-1:{HUB}:model-package/iris/1"
        package = world.sagemaker.describe_model_package(ModelPackageName=url)
        assert package["ModelPackageDescription"] == f"s3://{BUCKET}/report/evaluation.json"


def test_a_script_works_under_the_jobs_role_with_nothing_inherited(world, monkeypatch):
    monkeypatch.setenv("SECRET_OF_OURS", "1")
    script(
        world,
        """\
        import boto3, json, os, pathlib
        who = boto3.client("sts", region_name=os.environ["AWS_REGION"]).get_caller_identity()["Arn"]
        print("it says this")
        folder = pathlib.Path(os.environ["REPORT"])
        seen = {"who": who, "inherited": "SECRET_OF_OURS" in os.environ}
        (folder / "deep").mkdir()
        (folder / "deep" / "seen.json").write_text(json.dumps(seen))
        """,
    )
    arrived = world.listen("SageMaker Processing Job State Change")
    found = job(world, **processing(Environment={"REPORT": "/opt/ml/processing/report"}))
    assert found["ProcessingJobStatus"] == "Completed", found.get("FailureReason")
    seen = report(world, "deep/seen.json")
    assert seen["who"].startswith(f"arn:aws:sts::{HUB}:assumed-role/execution/")
    assert not seen["inherited"]
    heard = until(lambda: len(arrived()) == 2 and arrived())
    assert [e["detail"]["ProcessingJobStatus"] for e in heard] == ["InProgress", "Completed"]
    assert heard[0]["resources"] == [found["ProcessingJobArn"]]
    group = "/aws/sagemaker/ProcessingJobs"
    logged = world.logs.filter_log_events(logGroupName=group)["events"]
    assert [event["message"] for event in logged] == ["it says this"]
    jobs = world.sagemaker.list_processing_jobs(StatusEquals="Completed")["ProcessingJobSummaries"]
    assert [one["ProcessingJobName"] for one in jobs] == ["job"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise SystemExit(3)", "AlgorithmError: See job logs for more information"),
        ("import sklearn", "AlgorithmError: See job logs for more information"),
        ('open("/opt/ml/processing/x")', "job.py names paths below /opt/ml itself"),
    ],
)
def test_a_script_that_fails_fails_its_job(world, text, reason):
    script(world, text)
    found = job(world, **processing())
    assert found["ProcessingJobStatus"] == "Failed"
    assert reason in found["FailureReason"]


def test_a_role_that_may_not_read_fails_the_job(world):
    script(world, "pass")
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/code/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    world.iam.put_role_policy(RoleName="execution", PolicyName="no", PolicyDocument=policy)
    iam.force(True)
    found = job(world, **processing())
    assert found["ProcessingJobStatus"] == "Failed"
    assert f"s3://{BUCKET}/code/job.py" in found["FailureReason"]
    assert "AccessDenied" in found["FailureReason"]


def test_a_missing_input_fails_the_job(world):
    script(world, "pass")
    found = job(world, **processing(brings("data", f"s3://{BUCKET}/none/")))
    assert "No S3 objects found under S3 URL" in found["FailureReason"]


@pytest.mark.parametrize("how", ["stopped", "too long"])
def test_a_job_ends_when_it_is_stopped_or_takes_too_long(world, how):
    script(world, "import time; time.sleep(60)")
    limit = 60 if how == "stopped" else 1
    request = processing(StoppingCondition={"MaxRuntimeInSeconds": limit})
    if how == "stopped":
        world.sagemaker.create_processing_job(ProcessingJobName="job", **request)
        world.sagemaker.stop_processing_job(ProcessingJobName="job")
        until(lambda: not [one for one in work.under_way() if one.startswith("processing job")])
        found = world.sagemaker.describe_processing_job(ProcessingJobName="job")
    else:
        found = job(world, **request)
    assert found["ProcessingJobStatus"] == "Stopped"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"AppSpecification": {"ImageUri": SPARK}}, "sagemaker-spark-processing"),
        ({"AppSpecification": {"ImageUri": SCIKIT}}, "entrypoint"),
        ({"NetworkConfig": {"EnableNetworkIsolation": True}}, "network isolation"),
        (
            {
                "ProcessingResources": {
                    "ClusterConfig": {
                        "InstanceCount": 2,
                        "InstanceType": "ml.m5.large",
                        "VolumeSizeInGB": 5,
                    }
                }
            },
            "several instances",
        ),
    ],
)
def test_jobs_that_are_not_plain_python_are_refused_by_name(world, refused, change, named):
    create = world.sagemaker.create_processing_job
    request = processing() | change
    said = refused("NotImplementedException", create, ProcessingJobName="job", **request)
    assert "not implemented in the embedded AWS" in said
    assert named in said


def test_what_sagemaker_refuses_is_refused(world, refused):
    create = world.sagemaker.create_processing_job
    request = processing()
    request["ProcessingInputs"][0]["S3Input"]["LocalPath"] = "/opt/ml/processing/../../../etc"
    refused("ValidationException", create, ProcessingJobName="job", **request)
    script(world, "pass")
    job(world, **processing())
    refused("ResourceInUse", create, ProcessingJobName="job", **processing())
    stop = world.sagemaker.stop_processing_job
    refused("ValidationException", stop, ProcessingJobName="job")
    refused("ResourceNotFound", stop, ProcessingJobName="none")
