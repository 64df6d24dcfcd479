"""SageMaker projects over the embedded Service Catalog."""

from __future__ import annotations

import json

import pytest

from local_aws import iam

HUB, MEMBER, SCIENTIST = "444455556666", "111111111111", "data-scientist-iris"
TAG_UPDATES = {"Version": "2.0", "Properties": {"TagUpdateOnProvisionedProduct": "ALLOWED"}}
PLAIN = "Resources: {Topic: {Type: AWS::SNS::Topic}}"


@pytest.fixture
def studio(world):
    """SageMaker as the data scientist."""
    return world.client("sagemaker", MEMBER, SCIENTIST)


def details(product: str, **more) -> dict[str, object]:
    return {"ProductId": product, **more}


def create(studio, product: str, name: str = "iris", **more):
    return studio.create_project(
        ProjectName=name, ServiceCatalogProvisioningDetails=details(product, **more)
    )


def provisioned(world) -> dict[str, object]:
    (found,) = world.scientist.search_provisioned_products()["ProvisionedProducts"]
    return found


def test_project_launches_the_newest_version_with_name_id_and_tags(world, studio):
    _, product, _ = world.published()
    newest = world.version(product, "1.1.0")
    made = create(studio, product, ProvisioningParameters=[{"Key": "Size", "Value": "large"}])
    assert made["ProjectArn"] == f"arn:aws:sagemaker:us-east-1:{MEMBER}:project/iris"
    assert made["ProjectId"].startswith("p-")
    project = studio.describe_project(ProjectName="iris")
    assert project["ProjectStatus"] == "CreateCompleted"
    assert project["ServiceCatalogProvisioningDetails"]["ProvisioningArtifactId"] == newest
    launched = provisioned(world)
    assert launched["Name"] == f"iris-{made['ProjectId']}"
    assert project["ServiceCatalogProvisionedProductDetails"] == {
        "ProvisionedProductId": launched["Id"]
    }
    assert {tag["Key"]: tag["Value"] for tag in launched["Tags"]} == {
        "sagemaker:project-name": "iris",
        "sagemaker:project-id": made["ProjectId"],
        "sagemaker:project-arn": made["ProjectArn"],
    }
    stack = world.client("cloudformation", MEMBER).describe_stacks(
        StackName=launched["PhysicalId"]
    )["Stacks"][0]
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    assert given["SageMakerProjectName"] == "iris"
    assert given["SageMakerProjectId"] == made["ProjectId"]
    assert given["Size"] == "large"


def test_template_without_the_two_parameters_fails_the_project(world, studio):
    _, product, _ = world.published()
    world.version(product, "2.0.0", PLAIN)
    create(studio, product)
    project = studio.describe_project(ProjectName="iris")
    assert project["ProjectStatus"] == "CreateFailed"
    message = project["ServiceCatalogProvisionedProductDetails"]["ProvisionedProductStatusMessage"]
    assert "SageMakerProjectName" in message


def test_who_may_not_launch_may_not_create_a_project(world, refused):
    _, product, _ = world.published()
    nobody = world.client("sagemaker", MEMBER)
    request = {"ProjectName": "iris", "ServiceCatalogProvisioningDetails": details(product)}
    message = refused("ValidationException", nobody.create_project, **request)
    assert "No launch paths found" in message


def test_names_are_unique_and_obey_the_model(world, studio, refused):
    _, product, _ = world.published()
    create(studio, product)
    request = {"ServiceCatalogProvisioningDetails": details(product)}
    refused("ValidationException", studio.create_project, ProjectName="iris", **request)
    message = refused("ValidationException", studio.create_project, ProjectName="-iris", **request)
    assert "'projectName'" in message
    assert [one["ProjectName"] for one in studio.list_projects()["ProjectSummaryList"]] == ["iris"]


def test_update_of_tags_demands_the_constraint(world, studio, refused):
    portfolio, product, _ = world.published()
    create(studio, product)
    tags = [{"Key": "cost", "Value": "42"}]
    update = studio.update_project
    message = refused("ValidationException", update, ProjectName="iris", Tags=tags)
    assert "RESOURCE_UPDATE" in message
    world.constraint(portfolio, product, "RESOURCE_UPDATE", TAG_UPDATES)
    update(ProjectName="iris", Tags=tags)
    assert studio.describe_project(ProjectName="iris")["ProjectStatus"] == "UpdateCompleted"
    assert {tag["Key"] for tag in provisioned(world)["Tags"]} == {
        "cost",
        "sagemaker:project-name",
        "sagemaker:project-id",
        "sagemaker:project-arn",
    }


def test_update_to_another_version(world, studio):
    _, product, _ = world.published()
    create(studio, product)
    second = world.version(product, "2.0.0")
    studio.update_project(
        ProjectName="iris",
        ProjectDescription="now large",
        ServiceCatalogProvisioningUpdateDetails={
            "ProvisioningArtifactId": second,
            "ProvisioningParameters": [{"Key": "Size", "Value": "large"}],
        },
    )
    project = studio.describe_project(ProjectName="iris")
    assert project["ProjectStatus"] == "UpdateCompleted"
    assert project["ProjectDescription"] == "now large"
    assert provisioned(world)["ProvisioningArtifactId"] == second


def test_deleted_project_takes_its_product_along_and_frees_its_name(world, studio, refused):
    _, product, _ = world.published()
    create(studio, product)
    studio.delete_project(ProjectName="iris")
    assert studio.describe_project(ProjectName="iris")["ProjectStatus"] == "DeleteCompleted"
    assert studio.list_projects()["ProjectSummaryList"] == []
    assert world.scientist.search_provisioned_products()["ProvisionedProducts"] == []
    create(studio, product)
    refused("ValidationException", studio.delete_project, ProjectName="unheard-of")


def test_projects_are_listed_sorted_and_paged(world, studio):
    _, product, _ = world.published()
    for name in ("b", "a", "c"):
        create(studio, product, name)
    page = studio.list_projects(SortBy="Name", SortOrder="Descending", MaxResults=2)
    rest = studio.list_projects(
        SortBy="Name", SortOrder="Descending", MaxResults=2, NextToken=page["NextToken"]
    )
    found = page["ProjectSummaryList"] + rest["ProjectSummaryList"]
    assert [one["ProjectName"] for one in found] == ["c", "b", "a"]
    assert "NextToken" not in rest


def test_who_makes_projects_may_launch_and_end_products(world, studio):
    """SageMaker hands its caller's session on to Service Catalog."""
    _, product, _ = world.published()
    people = world.client("iam", MEMBER)

    def grant(*statements: dict[str, object]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        people.put_role_policy(RoleName=SCIENTIST, PolicyName="own", PolicyDocument=document)

    def allow(action: str, **more: object) -> dict[str, object]:
        return {"Effect": "Allow", "Action": action, "Resource": "*", **more}

    def status(name: str) -> tuple[str, str]:
        found = studio.describe_project(ProjectName=name)
        told = found["ServiceCatalogProvisionedProductDetails"]
        return found["ProjectStatus"], told.get("ProvisionedProductStatusMessage", "")

    for one in people.list_attached_role_policies(RoleName=SCIENTIST)["AttachedPolicies"]:
        people.detach_role_policy(RoleName=SCIENTIST, PolicyArn=one["PolicyArn"])
    iam.force(True)
    grant(allow("sagemaker:*"))
    create(studio, product, "denied")
    verdict, why = status("denied")
    assert verdict == "CreateFailed"
    assert "servicecatalog:ProvisionProduct" in why
    via = {"StringEquals": {"aws:CalledViaFirst": "sagemaker.amazonaws.com"}}
    launch = allow("servicecatalog:ProvisionProduct", Condition=via)
    grant(allow("sagemaker:*"), launch, allow("sns:*"), allow("cloudformation:*"), allow("s3:*"))
    create(studio, product, "iris")
    assert status("iris")[0] == "CreateCompleted"
    studio.delete_project(ProjectName="iris")
    assert "servicecatalog:TerminateProvisionedProduct" in status("iris")[1]
    own = {"StringEquals": {"servicecatalog:userLevel": "self"}}
    end = allow("servicecatalog:TerminateProvisionedProduct", Condition=own)
    grant(allow("sagemaker:*"), end, allow("sns:*"), allow("cloudformation:*"))
    studio.delete_project(ProjectName="iris")
    assert status("iris")[0] == "DeleteCompleted"
