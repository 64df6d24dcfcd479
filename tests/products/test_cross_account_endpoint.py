"""The project that deploys from the central registry: its stages, its scan, its two approvals."""

import importlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import local_aws
from catalog.templates.scenarios import misfits
from local_aws import iam
from local_aws.events.patterns import parse

NAME = "cross-account-endpoint"
ROOT = Path(__file__).parents[2]
HUB, REGION = "444455556666", "us-east-1"
BUCKET = f"sagemaker-catalog-{HUB}-{REGION}"


@pytest.fixture(scope="module")
def resources(template) -> Mapping[str, Any]:
    found: Mapping[str, Any] = template(NAME)["Resources"]
    return found


@pytest.fixture(scope="module")
def stages(resources) -> Mapping[str, Mapping[str, Any]]:
    return {stage["Name"]: stage for stage in resources["Pipeline"]["Properties"]["Stages"]}


def given(catalog, scenario) -> Mapping[str, str]:
    found = catalog.products[NAME].scenarios
    return found[f"products/{NAME}/scenarios/{scenario}.yaml"].parameters


def actions(stage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(stage["Actions"], key=lambda action: action.get("RunOrder", 1))


def test_it_is_titled_as_its_users_know_it(catalog):
    product = catalog.products[NAME].product
    assert product.title == (
        "Deploy real-time endpoint from ModelRegistry - Cross account, test and prod"
    )
    (portfolio,) = [each for each in catalog.portfolios.values() if NAME in each.products]
    assert portfolio.title == "SageMaker Deployment Templates"
    assert not portfolio.share


def test_nothing_is_deployed_before_the_scan_and_production_only_after_test_and_approval(stages):
    assert list(stages) == ["Source", "Build", "SecurityScan", "DeployTest", "DeployProd"]
    assert [action["Name"] for action in actions(stages["DeployTest"])] == [
        "DeployResourcesTest",
        "TestEndpoint",
        "ApproveDeployment",
    ]
    assert len({action["RunOrder"] for action in actions(stages["DeployTest"])}) == 3


def test_the_scan_sees_what_is_deployed(stages):
    readers = [*stages["SecurityScan"]["Actions"], *actions(stages["DeployTest"])]
    readers += stages["DeployProd"]["Actions"]
    read = {each["Name"]: each.get("InputArtifacts") for each in readers}
    assert read.pop("ApproveDeployment") is None
    assert all(artifacts == [{"Name": "Deployment"}] for artifacts in read.values())


def test_each_judgement_leaves_its_evidence_under_its_name(stages):
    """People find a run's evidence in the artifact bucket by these names."""
    left = {
        action["Name"]: [each["Name"] for each in action["OutputArtifacts"]]
        for name in list(stages)[1:]
        for action in stages[name]["Actions"]
        if "OutputArtifacts" in action
    }
    assert left == {
        "Build": ["Deployment"],
        "ScanTemplates": ["ScanResults"],
        "TestEndpoint": ["TestResults"],
    }


def test_the_build_is_told_what_the_seed_code_reads(resources, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "seed_code/model-deploy"))
    project = importlib.import_module("model_deployment.project")
    variables = resources["BuildProject"]["Properties"]["Environment"]["EnvironmentVariables"]
    values = {"PreProdAccount": "333333333333", "ProdAccount": "222222222222"}
    environment = {
        each["Name"]: values.get(each["Value"]["Ref"], each["Value"]["Ref"])
        if isinstance(each["Value"], dict)
        else each["Value"]
        for each in variables
    }
    described = project.from_environment(environment)
    assert described.group == "SageMakerModelPackageGroupName"
    assert [(each.name, each.accounts) for each in described.stages] == [
        ("test", ("333333333333",)),
        ("prod", ("222222222222",)),
    ]
    for stage in described.stages:
        assert (ROOT / f"seed_code/model-deploy/config/{stage.name}.json").is_file()


def test_later_builds_are_told_their_stage(stages):
    told = {
        action["Name"]: json.loads(action["Configuration"]["EnvironmentVariables"])
        for stage in stages.values()
        for action in stage["Actions"]
        if "EnvironmentVariables" in action.get("Configuration", {})
    }
    assert {name: [(e["name"], e["value"]) for e in each] for name, each in told.items()} == {
        "DeployResourcesTest": [("STAGE", "test")],
        "TestEndpoint": [("STAGE", "test")],
        "DeployResourcesProd": [("STAGE", "prod")],
    }


@pytest.mark.parametrize(
    ("group", "status", "starts"),
    [
        ("iris", "Approved", True),
        ("iris", "Rejected", True),
        ("iris", "PendingManualApproval", False),
        ("iris-central-01", "Approved", False),
    ],
)
def test_a_verdict_in_the_named_group_starts_the_pipeline(resources, group, status, starts):
    text = json.dumps(resources["ModelVerdictRule"]["Properties"]["EventPattern"])
    pattern = parse(text.replace('{"Ref": "SageMakerModelPackageGroupName"}', '"iris"'))
    event = {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "detail": {"ModelPackageGroupName": group, "ModelApprovalStatus": status},
    }
    assert pattern.matches(event) is starts


def test_the_group_is_not_the_projects_own(resources):
    assert "AWS::SageMaker::ModelPackageGroup" not in {each["Type"] for each in resources.values()}


def test_people_are_asked_through_the_topic(stages):
    approval = actions(stages["DeployTest"])[2]
    assert approval["ActionTypeId"]["Category"] == "Approval"
    assert approval["Configuration"]["NotificationArn"] == {"Ref": "Topic"}
    assert "#{Build.MODEL}" in approval["Configuration"]["CustomData"]


def test_production_is_another_account_than_test(catalog, template):
    parameters = {**given(catalog, "codecommit"), "ProdAccount": "333333333333"}
    (found,) = misfits(template(NAME), parameters)
    assert "must not be the account in which models are tested" in found.message


@pytest.fixture
def aws(catalog, rendered) -> Iterator[Any]:
    """The hub with the catalog's bucket, the seeds and the roles; denials in force."""
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, REGION) as embedded:
        s3 = embedded.client("s3", HUB)
        s3.create_bucket(Bucket=BUCKET)
        tagging = "servicecatalog:provisioning=true"
        for name, folder in catalog.products[NAME].product.seeds.items():
            body = packed(ROOT / "seed_code" / folder)
            key = f"bundles/seed/{name}.zip"
            s3.put_object(Bucket=BUCKET, Key=key, Body=body, Tagging=tagging)
        embedded.client("cloudformation", HUB).create_stack(
            StackName="roles",
            TemplateBody=rendered("project-roles").text,
            Parameters=[{"ParameterKey": "HubAccountId", "ParameterValue": HUB}],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        iam.force(True)
        yield embedded


def packed(folder: Path) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                bundle.write(path, path.relative_to(folder))
    return archive.getvalue()


def launch(aws: Any, text: str, parameters: Mapping[str, str]) -> Mapping[str, str]:
    """The project's stack, made by the launch role; its outputs."""
    cloudformation = aws.client("cloudformation", HUB, "sagemaker-catalog-project-launch")
    cloudformation.create_stack(
        StackName="SC-project",
        TemplateBody=f"{text}\nMappings:\n  Catalog:\n    {REGION}:\n      Bucket: {BUCKET}\n",
        Parameters=[{"ParameterKey": key, "ParameterValue": parameters[key]} for key in parameters],
    )
    (found,) = cloudformation.describe_stacks(StackName="SC-project")["Stacks"]
    events = cloudformation.describe_stack_events(StackName="SC-project")["StackEvents"]
    failed = [
        each.get("ResourceStatusReason") for each in events if "FAIL" in each["ResourceStatus"]
    ]
    assert found["StackStatus"] == "CREATE_COMPLETE", failed
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


@pytest.fixture
def scan(aws, catalog, rendered) -> Callable[[Mapping[str, str]], tuple[str, str]]:
    """Run the project's scan over files; how the build ended, and what it said."""
    parameters = given(catalog, "codecommit")
    bucket = launch(aws, rendered(NAME).text, parameters)["ArtifactBucketName"]
    name = "sagemaker-{SageMakerProjectName}-{SageMakerProjectId}".format_map(parameters)
    codebuild, logs = aws.client("codebuild", HUB), aws.client("logs", HUB)

    def run(files: Mapping[str, str]) -> tuple[str, str]:
        source = io.BytesIO()
        with zipfile.ZipFile(source, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        s3 = aws.client("s3", HUB)
        s3.put_object(Bucket=bucket, Key="source.zip", Body=source.getvalue())
        build = codebuild.start_build(
            projectName=f"{name}-scan",
            sourceTypeOverride="S3",
            sourceLocationOverride=f"{bucket}/source.zip",
            artifactsOverride={"type": "NO_ARTIFACTS"},
        )["build"]
        while build["buildStatus"] == "IN_PROGRESS":
            time.sleep(0.05)
            (build,) = codebuild.batch_get_builds(ids=[build["id"]])["builds"]
        said = logs.get_log_events(
            logGroupName=f"/aws/codebuild/{name}-scan",
            logStreamName=build["id"].rpartition(":")[2],
        )["events"]
        return build["buildStatus"], "\n".join(event["message"].rstrip() for event in said)

    return run


ENDPOINT = (ROOT / "seed_code/model-deploy/endpoint.yaml").read_text()
STATEMENT = """
  Everything:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: everything
      Roles: [sagemaker-role-central]
      PolicyDocument:
        Statement: [{Effect: Allow, Action: "*", Resource: "*"}]
"""


def test_the_seed_code_passes_the_scan_and_a_wildcard_does_not(scan):
    good = {"deployment/endpoint.yaml": ENDPOINT, "deployment/test.json": "{}"}
    status, said = scan(good)
    assert status == "SUCCEEDED", said
    assert "Nothing found." in said

    widened = ENDPOINT.replace("\nOutputs:", f"{STATEMENT}\nOutputs:")
    line = widened.splitlines().index(
        '        Statement: [{Effect: Allow, Action: "*", Resource: "*"}]'
    )
    status, said = scan(good | {"deployment/endpoint.yaml": widened})
    assert status == "FAILED"
    assert f"endpoint.yaml:{line + 1}: wildcard: " in said
    assert "type: AWS::IAM::Policy is no part of a model's deployment" in said
    assert "Traceback" not in said


def test_code_in_the_repository_does_not_replace_the_scanner(scan):
    """Nor any module that the scanner, or what unpacks it, imports."""
    well = "print('all is well'); raise SystemExit(0)"
    mine = {"template_scan/__init__.py": "", "template_scan/__main__.py": well}
    mine |= {"json.py": well, "zipfile.py": well, "boto3.py": well}
    status, said = scan({**mine, "deployment/endpoint.yaml": "Resources: {A: {Image: x}}"})
    assert status == "FAILED"
    assert "all is well" not in said


def test_it_comes_up_and_goes_leaving_its_evidence(aws, catalog, rendered):
    outputs = launch(aws, rendered(NAME).text, given(catalog, "codecommit"))
    assert outputs["ModelPackageGroupName"] == "iris"
    aws.client("cloudformation", HUB).delete_stack(StackName="SC-project")
    policy = aws.client("s3", HUB).get_bucket_policy(Bucket=outputs["ArtifactBucketName"])
    assert "aws:SecureTransport" in policy["Policy"]
    assert aws.client("codepipeline", HUB).list_pipelines()["pipelines"] == []
    assert aws.client("events", HUB).list_rules()["Rules"] == []
