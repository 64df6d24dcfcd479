"""The iris example: its data, its pipeline definition, its notebook."""

import ast
import json
import statistics
from pathlib import Path

import boto3
import iris_pipeline
import pytest
from moto import mock_aws

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
DATA = {"train": "s3://bucket/train/", "validation": "s3://bucket/validation/"}


def definition():
    return iris_pipeline.definition(
        group="iris-multi-01",
        image_uri=iris_pipeline.image("us-east-1"),
        role="arn:aws:iam::111111111111:role/sagemaker-catalog-execution",
        bucket="sagemaker-us-east-1-111111111111",
        data=DATA,
    )


def test_the_data_are_fishers():
    flowers = iris_pipeline.rows(NOTEBOOKS / "iris.csv")
    assert [row[0] for row in flowers].count("1") == 50
    means = [statistics.mean(float(row[i]) for row in flowers) for i in range(1, 5)]
    assert means == pytest.approx([5.84333, 3.05733, 3.758, 1.19933], abs=1e-5)


def test_every_flower_is_used_once_and_the_split_is_stable():
    flowers = iris_pipeline.rows(NOTEBOOKS / "iris.csv")
    train, validation = iris_pipeline.split(flowers)
    lines = train.splitlines() + validation.splitlines()
    assert sorted(lines) == sorted(",".join(row) for row in flowers)
    assert len(validation.splitlines()) == 30
    assert (train, validation) == iris_pipeline.split(flowers)


def test_two_steps_and_the_second_registers_what_the_first_trained():
    train, register = definition()["Steps"]
    assert (train["Type"], register["Type"]) == ("Training", "RegisterModel")
    container = register["Arguments"]["InferenceSpecification"]["Containers"][0]
    assert container["ModelDataUrl"] == {
        "Get": f"Steps.{train['Name']}.ModelArtifacts.S3ModelArtifacts"
    }
    assert container["Image"] == train["Arguments"]["AlgorithmSpecification"]["TrainingImage"]
    assert register["Arguments"]["ModelApprovalStatus"] == "PendingManualApproval"


def test_the_arguments_are_ones_sagemaker_knows(monkeypatch):
    """Both steps take the members of an API request, except where a value comes from the run."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    model = boto3.client("sagemaker").meta.service_model
    train, register = definition()["Steps"]
    for step, operation in ((train, "CreateTrainingJob"), (register, "CreateModelPackage")):
        shape = model.operation_model(operation).input_shape
        check_members(step["Arguments"], shape)


def check_members(value, shape):
    if isinstance(value, dict) and set(value) == {"Get"}:
        return
    if shape.type_name == "structure":
        assert set(value) <= set(shape.members), set(value) - set(shape.members)
        for key, inner in value.items():
            check_members(inner, shape.members[key])
    elif shape.type_name == "list":
        for inner in value:
            check_members(inner, shape.member)


def test_parameters_that_steps_read_exist():
    found = definition()
    text = json.dumps(found["Steps"])
    for parameter in found["Parameters"]:
        assert f"Parameters.{parameter['Name']}" in text
    assert text.count("Parameters.") == len(found["Parameters"])


def test_an_unknown_region_says_what_to_do():
    with pytest.raises(ValueError, match="REGISTRIES"):
        iris_pipeline.image("mars-north-1")


@pytest.fixture
def session(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.Session(region_name="us-east-1")


def test_from_data_to_approval(session):
    s3, sagemaker = session.client("s3"), session.client("sagemaker")
    s3.create_bucket(Bucket="models")
    sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    data = iris_pipeline.upload(s3, "models", "iris", NOTEBOOKS / "iris.csv")
    assert data["train"] == "s3://models/iris/data/train/"
    role = "arn:aws:iam::123456789012:role/sagemaker-catalog-execution"
    for _ in range(2):
        iris_pipeline.save(sagemaker, "sagemaker-iris", definition(), role, [])
    execution = iris_pipeline.start(sagemaker, "sagemaker-iris", {"TrainingInstanceCount": "1"})
    iris_pipeline.wait(sagemaker, execution, pause=0)
    with pytest.raises(LookupError, match="no version yet"):
        iris_pipeline.newest(sagemaker, "iris")
    arguments = {
        "ModelPackageGroupName": "iris",
        "ModelApprovalStatus": "PendingManualApproval",
    }
    first, second = (sagemaker.create_model_package(**arguments)["ModelPackageArn"] for _ in "12")
    assert iris_pipeline.newest(sagemaker, "iris") == second
    iris_pipeline.approve(sagemaker, second, "good")
    for package, status in ((first, "PendingManualApproval"), (second, "Approved")):
        found = sagemaker.describe_model_package(ModelPackageName=package)
        assert found["ModelApprovalStatus"] == status


def test_a_failed_execution_says_why():
    class SageMaker:
        def describe_pipeline_execution(self, **request):
            return {"PipelineExecutionStatus": "Failed", "FailureReason": "no instances"}

    with pytest.raises(RuntimeError, match="Failed: no instances"):
        iris_pipeline.wait(SageMaker(), "arn", pause=0)


def notebook():
    return json.loads((NOTEBOOKS / "iris.ipynb").read_text())


def test_the_notebook_has_the_form_of_one():
    found = notebook()
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in found["cells"]]
    assert len(ids) == len(set(ids))
    for cell in found["cells"]:
        required = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            required |= {"execution_count", "outputs"}
        assert set(cell) == required


def test_the_notebook_holds_no_outputs_and_names_the_project_in_its_second_cell():
    code = [cell for cell in notebook()["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    second = "".join(notebook()["cells"][1]["source"])
    assert second.startswith("project_name = ")


def test_the_notebook_calls_only_functions_that_exist():
    code = [cell for cell in notebook()["cells"] if cell["cell_type"] == "code"]
    tree = ast.parse("\n".join("".join(cell["source"]) + "\n" for cell in code))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "iris_pipeline"
    }
    assert {"definition", "save", "start", "wait", "newest", "approve"} <= used
    assert all(hasattr(iris_pipeline, name) for name in used)


class Sagemaker:
    """moto's SageMaker, which also knows the project and carries out the steps of a pipeline."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(self.client, name)

    def describe_project(self, **request):
        return {**request, "ProjectId": "p-a1b2c3d4e5f6"}

    def start_pipeline_execution(self, **request):
        started = self.client.start_pipeline_execution(**request)
        kept = self.client.describe_pipeline(PipelineName=request["PipelineName"])
        defined = json.loads(kept["PipelineDefinition"])
        values = {
            f"Parameters.{each['Name']}": each["DefaultValue"] for each in defined["Parameters"]
        }
        for each in request["PipelineParameters"]:
            kind = type(values[f"Parameters.{each['Name']}"])
            values[f"Parameters.{each['Name']}"] = kind(each["Value"])
        train, register = defined["Steps"]
        self.client.create_training_job(
            TrainingJobName="pipelines-1-train", **resolved(train["Arguments"], values)
        )
        job = self.client.describe_training_job(TrainingJobName="pipelines-1-train")
        trained = job["ModelArtifacts"]["S3ModelArtifacts"]
        values[f"Steps.{train['Name']}.ModelArtifacts.S3ModelArtifacts"] = trained
        self.client.create_model_package(**resolved(register["Arguments"], values))
        return started


def resolved(value, values):
    if isinstance(value, dict):
        if set(value) == {"Get"}:
            return values[value["Get"]]
        return {key: resolved(inner, values) for key, inner in value.items()}
    return [resolved(inner, values) for inner in value] if isinstance(value, list) else value


def test_the_notebook_runs_from_top_to_bottom(session, monkeypatch):
    """Every cell in order; botocore holds what the steps ask for against SageMaker's own model."""
    name = "iris-multi-01"
    real = Sagemaker(session.client("sagemaker"))
    real.create_model_package_group(ModelPackageGroupName=name)
    account = session.client("sts").get_caller_identity()["Account"]
    bucket = f"sagemaker-us-east-1-{account}"
    session.client("s3").create_bucket(Bucket=bucket)
    plain = session.client
    session.client = lambda service: real if service == "sagemaker" else plain(service)
    monkeypatch.setattr(boto3, "Session", lambda: session)
    monkeypatch.chdir(NOTEBOOKS)
    cells = [cell for cell in notebook()["cells"] if cell["cell_type"] == "code"]
    scope = {}
    for cell in cells:
        exec(compile("".join(cell["source"]), cell["id"], "exec"), scope)  # noqa: S102 - our own

    package = real.describe_model_package(ModelPackageName=scope["package"])
    assert package["ModelApprovalStatus"] == "Approved"
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"].startswith(f"s3://{bucket}/{name}/models")
    job = real.describe_training_job(TrainingJobName="pipelines-1-train")
    assert job["ResourceConfig"]["InstanceCount"] == 1
    arn = real.describe_pipeline(PipelineName=f"sagemaker-{name}-iris")["PipelineArn"]
    tags = {tag["Key"]: tag["Value"] for tag in real.list_tags(ResourceArn=arn)["Tags"]}
    assert tags["sagemaker:project-id"] == "p-a1b2c3d4e5f6"
