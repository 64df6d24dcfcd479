"""The project product as a data scientist starts it: published, shared, launched by SageMaker."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

import local_aws

NAME = "multi-account-deployment"
HUB, DATA_SCIENCE, SCIENTIST = "444455556666", "111111111111", "sagemaker-data-scientist-iris"
REGION = "us-east-1"
BUCKET = f"sagemaker-catalog-{HUB}-{REGION}"
LAUNCH_ROLE = "sagemaker-catalog-project-launch"


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("README.md", "The project's own code.")
    return packed.getvalue()


@pytest.fixture
def aws(catalog, rendered) -> Iterator[Any]:
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, REGION) as embedded:
        for account in (HUB, DATA_SCIENCE):
            embedded.client("cloudformation", account).create_stack(
                StackName="roles",
                TemplateBody=rendered("project-roles").text,
                Parameters=[{"ParameterKey": "HubAccountId", "ParameterValue": HUB}],
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
        yield embedded


@pytest.fixture
def product(aws, rendered) -> str:
    """The product in a portfolio, shared with the data scientists; its id."""
    s3, hub = aws.client("s3", HUB), aws.client("servicecatalog", HUB)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="bundles/seed/deploy.zip", Body=archive())
    text = f"{rendered(NAME).text}\nMappings:\n  Catalog:\n    {REGION}:\n      Bucket: {BUCKET}\n"
    s3.put_object(Bucket=BUCKET, Key="template.yaml", Body=text.encode())
    url = f"https://{BUCKET}.s3.{REGION}.amazonaws.com/template.yaml"
    made = hub.create_product(
        Name="Multi Account Deployment",
        Owner="ML platform team",
        ProductType="CLOUD_FORMATION_TEMPLATE",
        Tags=[{"Key": "sagemaker:studio-visibility", "Value": "true"}],
        ProvisioningArtifactParameters={"Name": "1.0.0", "Info": {"LoadTemplateFromURL": url}},
    )["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
    portfolio = hub.create_portfolio(DisplayName="Templates", ProviderName="ML platform team")
    where = {"PortfolioId": portfolio["PortfolioDetail"]["Id"], "ProductId": made}
    hub.associate_product_with_portfolio(**where)
    allowed = {"Version": "2.0", "Properties": {"TagUpdateOnProvisionedProduct": "ALLOWED"}}
    for kind, rule in (("LAUNCH", {"LocalRoleName": LAUNCH_ROLE}), ("RESOURCE_UPDATE", allowed)):
        hub.create_constraint(**where, Type=kind, Parameters=json.dumps(rule))
    hub.associate_principal_with_portfolio(
        PortfolioId=where["PortfolioId"],
        PrincipalARN="arn:aws:iam:::role/sagemaker-data-scientist-*",
        PrincipalType="IAM_PATTERN",
    )
    hub.create_portfolio_share(
        PortfolioId=where["PortfolioId"],
        OrganizationNode={"Type": "ORGANIZATIONAL_UNIT", "Value": "ou-ab12-20000000"},
        SharePrincipals=True,
    )
    return str(made)


def test_a_project_lives_and_dies(aws, product, catalog):
    scenarios = catalog.products[NAME].scenarios
    (given,) = [
        one.parameters for path, one in scenarios.items() if path.endswith("/codecommit.yaml")
    ]
    own = ("SageMakerProjectName", "SageMakerProjectId")
    sagemaker = aws.client("sagemaker", DATA_SCIENCE, SCIENTIST)
    sagemaker.create_project(
        ProjectName="iris",
        ServiceCatalogProvisioningDetails={
            "ProductId": product,
            "ProvisioningParameters": [
                {"Key": key, "Value": given[key]} for key in given if key not in own
            ],
        },
        Tags=[{"Key": "team", "Value": "iris"}],
    )
    project = sagemaker.describe_project(ProjectName="iris")
    assert project["ProjectStatus"] == "CreateCompleted", project[
        "ServiceCatalogProvisionedProductDetails"
    ]

    bucket = f"sagemaker-project-{project['ProjectId']}"
    tagging = aws.client("s3", DATA_SCIENCE).get_bucket_tagging(Bucket=bucket)["TagSet"]
    tags = {tag["Key"]: tag["Value"] for tag in tagging}
    assert (tags["team"], tags["sagemaker:project-name"]) == ("iris", "iris")
    assert tags["aws:servicecatalog:productArn"].endswith(f":product/{product}")

    sagemaker.update_project(ProjectName="iris", Tags=[{"Key": "team", "Value": "roses"}])
    updated = sagemaker.describe_project(ProjectName="iris")
    assert updated["ProjectStatus"] == "UpdateCompleted", updated[
        "ServiceCatalogProvisionedProductDetails"
    ]

    sagemaker.delete_project(ProjectName="iris")
    assert sagemaker.describe_project(ProjectName="iris")["ProjectStatus"] == "DeleteCompleted"
    launched = aws.client("servicecatalog", DATA_SCIENCE, SCIENTIST).search_provisioned_products()
    assert launched["ProvisionedProducts"] == []
