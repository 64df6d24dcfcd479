"""The project product deployed in the embedded organization, with its launch role."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import local_aws
from local_aws import connections

ROOT = Path(__file__).parents[2]
NAME = "multi-account-deployment"
HUB, DATA_SCIENCE = "444455556666", "111111111111"
REGION = "us-east-1"
BUCKET = f"sagemaker-catalog-{HUB}-{REGION}"
SCENARIOS = sorted(path.stem for path in ROOT.glob(f"products/{NAME}/scenarios/*.yaml"))


@pytest.fixture
def aws(catalog, rendered) -> Iterator[Any]:
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, REGION) as embedded:
        hub = embedded.session(HUB).client("s3")
        hub.create_bucket(Bucket=BUCKET)
        hub.put_object(Bucket=BUCKET, Key="bundles/seed/deploy.zip", Body=seed())
        embedded.session(DATA_SCIENCE).client("cloudformation").create_stack(
            StackName="roles",
            TemplateBody=rendered("project-roles").text,
            Parameters=[{"ParameterKey": "HubAccountId", "ParameterValue": HUB}],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        yield embedded


def seed() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("README.md", "The project's own code.")
    return archive.getvalue()


def completed_connection(session: Any, repository: str) -> str:
    """A connection as a person leaves it who finished its handshake."""
    client = session.client("codeconnections")
    made = client.create_connection(ConnectionName="git", ProviderType="GitHub")
    connections.complete(made["ConnectionArn"])
    connections.add_repository(repository)
    return str(made["ConnectionArn"])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_it_comes_up_and_goes_leaving_its_evidence(aws, catalog, rendered, scenario):
    scenarios = catalog.products[NAME].scenarios
    (parameters,) = [each.parameters for path, each in scenarios.items() if f"/{scenario}." in path]
    session = aws.session(DATA_SCIENCE)
    if repository := parameters.get("RepositoryFullName"):
        parameters = {**parameters, "ConnectionArn": completed_connection(session, repository)}
    launching = aws.session(DATA_SCIENCE, "sagemaker-catalog-project-launch")
    cloudformation = launching.client("cloudformation")
    text = rendered(NAME).text
    cloudformation.create_stack(
        StackName="SC-project",
        TemplateBody=f"{text}\nMappings:\n  Catalog:\n    {REGION}:\n      Bucket: {BUCKET}\n",
        Parameters=[{"ParameterKey": key, "ParameterValue": parameters[key]} for key in parameters],
    )
    found = cloudformation.describe_stacks(StackName="SC-project")["Stacks"][0]
    assert found["StackStatus"] == "CREATE_COMPLETE"
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}
    group = {"ModelPackageGroupName": parameters["SageMakerProjectName"]}
    assert outputs.items() >= group.items()

    cloudformation.delete_stack(StackName="SC-project")
    policy = session.client("s3").get_bucket_policy(Bucket=outputs["ArtifactBucketName"])
    assert "aws:SecureTransport" in policy["Policy"]
    session.client("sagemaker").describe_model_package_group(**group)
    assert session.client("codepipeline").list_pipelines()["pipelines"] == []
    assert session.client("events").list_rules()["Rules"] == []
