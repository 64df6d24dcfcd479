"""The model registry of the embedded SageMaker: groups, versions, policies, events."""

from __future__ import annotations

import json

import pytest

from tests.sagemaker_world import HUB, MEMBER, Registry, until

GROUP = f"arn:aws:sagemaker:us-east-1:{HUB}:model-package-group/iris"


@pytest.fixture
def registry(clients) -> Registry:
    made = Registry(clients)
    made.sagemaker.create_model_package_group(ModelPackageGroupName="iris")
    return made


def versions(registry: Registry, **asked):
    found = registry.sagemaker.list_model_packages(ModelPackageGroupName="iris", **asked)
    return [each["ModelPackageVersion"] for each in found["ModelPackageSummaryList"]]


def test_versions_count_up_even_after_one_is_deleted(registry):
    first, second = registry.package(), registry.package()
    assert first.endswith(":model-package/iris/1")
    registry.sagemaker.delete_model_package(ModelPackageName=second)
    assert registry.package().endswith("iris/3")
    found = registry.sagemaker.describe_model_package(ModelPackageName=first)
    assert found["ModelApprovalStatus"] == "PendingManualApproval"
    assert (found["ModelPackageStatus"], found["ModelPackageVersion"]) == ("Completed", 1)
    same = registry.sagemaker.describe_model_package(ModelPackageName="iris/1")
    assert same["ModelPackageArn"] == first


def test_the_oldest_comes_first_unless_asked_otherwise(registry):
    for _ in "123":
        registry.package()
    assert versions(registry) == [1, 2, 3]
    assert versions(registry, SortOrder="Descending", MaxResults=1) == [3]
    registry.sagemaker.update_model_package(
        ModelPackageArn=f"{GROUP.replace('-group', '')}/2", ModelApprovalStatus="Approved"
    )
    assert versions(registry, ModelApprovalStatus="Approved") == [2]


def test_a_list_comes_in_pages_of_ten(registry):
    for _ in range(12):
        registry.package()
    pages = registry.sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName="iris"
    )
    sizes = [len(page["ModelPackageSummaryList"]) for page in pages]
    assert sizes == [10, 2]


def test_without_a_group_only_marketplace_packages_are_listed(registry):
    registry.package()
    assert registry.sagemaker.list_model_packages()["ModelPackageSummaryList"] == []


def test_a_package_outside_a_group_is_refused_by_name(registry, refused):
    create = registry.sagemaker.create_model_package
    text = refused("NotImplementedException", create, ModelPackageName="alone")
    assert "outside a group" in text


def test_a_group_is_deleted_only_when_empty(registry, refused):
    package = registry.package()
    delete = registry.sagemaker.delete_model_package_group
    text = refused("ConflictException", delete, ModelPackageGroupName="iris")
    assert "still contains" in text
    registry.sagemaker.delete_model_package(ModelPackageName=package)
    delete(ModelPackageGroupName="iris")
    assert registry.sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []


def test_every_change_is_told_with_what_was_set(registry):
    arrived = registry.listen("SageMaker Model Package State Change")
    package = registry.package()
    for status in ("Approved", "Approved", "Rejected"):
        registry.sagemaker.update_model_package(
            ModelPackageArn=package, ModelApprovalStatus=status, ApprovalDescription="because"
        )
    heard = until(lambda: len(arrived()) == 4 and arrived())
    statuses = sorted(event["detail"]["ModelApprovalStatus"] for event in heard)
    assert statuses == ["Approved", "Approved", "PendingManualApproval", "Rejected"]
    rejected = next(e for e in heard if e["detail"]["ModelApprovalStatus"] == "Rejected")
    assert rejected["resources"] == [package]
    detail = rejected["detail"]
    assert (detail["ModelPackageGroupName"], detail["ModelPackageVersion"]) == ("iris", 1)
    assert detail["UpdatedModelPackageFields"] == ["ModelApprovalStatus", "ApprovalDescription"]
    assert detail["CreationTime"].endswith("Z")


def test_metadata_adds_up_and_is_taken_away(registry):
    package = registry.package(CustomerMetadataProperties={"team": "roses"})
    registry.sagemaker.update_model_package(
        ModelPackageArn=package,
        CustomerMetadataProperties={"accuracy": "0.9"},
        CustomerMetadataPropertiesToRemove=["team"],
    )
    found = registry.sagemaker.describe_model_package(ModelPackageName=package)
    assert found["CustomerMetadataProperties"] == {"accuracy": "0.9"}


def policy(principal: str, *actions: str, **more: object) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": actions,
        "Resource": ["*"],
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def admit(registry: Registry, text: str) -> None:
    registry.sagemaker.put_model_package_group_policy(
        ModelPackageGroupName="iris", ResourcePolicy=text
    )


READ = ("sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages")


def test_another_account_reads_what_the_policy_of_the_group_admits(registry, clients, refused):
    package, member = registry.package(), clients("sagemaker", MEMBER)
    describe = member.describe_model_package
    text = refused("AccessDeniedException", describe, ModelPackageName=package)
    assert "no resource-based policy allows the sagemaker:DescribeModelPackage action" in text
    admit(registry, policy(HUB, *READ))
    refused("AccessDeniedException", describe, ModelPackageName=package)
    admit(registry, policy(f"arn:aws:iam::{MEMBER}:root", *READ))
    assert describe(ModelPackageName=package)["ModelPackageArn"] == package
    listed = member.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    assert [each["ModelPackageArn"] for each in listed] == [package]
    update = member.update_model_package
    refused("AccessDeniedException", update, ModelPackageArn=package)
    organization = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}
    admit(registry, policy("*", *READ, Condition=organization))
    assert describe(ModelPackageName=package)
    admit(registry, policy("*", *READ, Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}}))
    refused("AccessDeniedException", describe, ModelPackageName=package)


def test_a_package_may_be_pushed_into_another_accounts_group(registry, clients):
    admit(registry, policy(MEMBER, "sagemaker:CreateModelPackage"))
    made = clients("sagemaker", MEMBER).create_model_package(
        ModelPackageGroupName=GROUP, ModelApprovalStatus="PendingManualApproval"
    )
    assert made["ModelPackageArn"] == GROUP.replace("-group", "") + "/1"
    assert versions(registry) == [1]


def test_many_packages_are_described_at_once(registry):
    package = registry.package()
    answer = registry.sagemaker.batch_describe_model_package(
        ModelPackageArnList=[package, f"{package}0"]
    )
    assert list(answer["ModelPackageSummaries"]) == [package]
    assert list(answer["BatchDescribeModelPackageErrorMap"]) == [f"{package}0"]


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [{"Effect": "Allow"}]}'])
def test_a_policy_that_admits_nobody_or_is_none_is_refused(registry, refused, text):
    put = registry.sagemaker.put_model_package_group_policy
    said = refused("ValidationException", put, ModelPackageGroupName="iris", ResourcePolicy=text)
    assert said.startswith("The resource policy is malformed")


def test_a_policy_is_read_and_deleted(registry, refused):
    get = registry.sagemaker.get_model_package_group_policy
    refused("ValidationException", get, ModelPackageGroupName="iris")
    admit(registry, policy(MEMBER, *READ))
    assert MEMBER in get(ModelPackageGroupName="iris")["ResourcePolicy"]
    registry.sagemaker.delete_model_package_group_policy(ModelPackageGroupName="iris")
    refused("ValidationException", get, ModelPackageGroupName="iris")


def test_a_version_has_no_tags_of_its_own_at_birth(registry, refused):
    def create() -> None:
        registry.package(Tags=[{"Key": "project", "Value": "iris"}])

    assert "tags of its group" in refused("ValidationException", create)


def test_tags_are_shown_by_both_apis(registry, clients, refused):
    package = registry.package()
    given = [{"Key": "project", "Value": "iris"}, {"Key": "by", "Value": "us"}]
    registry.sagemaker.add_tags(ResourceArn=package, Tags=given)
    tags = registry.sagemaker.list_tags(ResourceArn=package)["Tags"]
    assert [tag["Key"] for tag in tags] == ["project", "by"]
    registry.sagemaker.delete_tags(ResourceArn=package, TagKeys=["by"])
    found = clients("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "project"}], ResourceTypeFilters=["sagemaker:model-package"]
    )["ResourceTagMappingList"]
    expected = {"ResourceARN": package, "Tags": [{"Key": "project", "Value": "iris"}]}
    assert found == [expected]
    refused("ValidationException", registry.sagemaker.list_tags, ResourceArn=f"{package}0")
