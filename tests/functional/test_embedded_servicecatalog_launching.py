"""What an end user launches from the embedded Service Catalog, and what becomes of it."""

from __future__ import annotations

import pytest

from local_aws import faults

HUB, MEMBER, SCIENTIST = "444455556666", "111111111111", "data-scientist-iris"
TAG_UPDATES = {"Version": "2.0", "Properties": {"TagUpdateOnProvisionedProduct": "ALLOWED"}}
FAILING = """\
Resources:
  Topic:
    Type: AWS::SNS::Topic
  Wrong:
    Type: AWS::S3::Bucket
    Properties: {BucketName: Not_A_Bucket_Name}
"""


@pytest.fixture
def launch(world):
    """Launch version `version` of `product` as the scientist; the finished record."""

    def do(product: str, version: str, name: str = "mine", **more):
        made = world.scientist.provision_product(
            ProductId=product,
            ProvisioningArtifactId=version,
            ProvisionedProductName=name,
            **more,
        )["RecordDetail"]
        assert made["Status"] == "CREATED"
        return world.scientist.describe_record(Id=made["RecordId"])

    return do


@pytest.fixture
def launch_role(world):
    """A published product with a launch role: ids of portfolio, product, version; its ARN."""
    portfolio, product, version = world.published()
    world.role(HUB, "project-launch")
    arn = world.role(MEMBER, "project-launch")
    world.constraint(portfolio, product, "LAUNCH", {"LocalRoleName": "project-launch"})
    return portfolio, product, version, arn


def outputs(record) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in record["RecordOutputs"]}


def stack_of(world, record):
    stack = outputs(record)["CloudformationStackARN"]
    client = world.client("cloudformation", MEMBER)
    return client.describe_stacks(StackName=stack)["Stacks"][0]


def test_form_shows_parameters_with_their_constraints(world):
    _, product, version = world.published()
    form = world.scientist.describe_provisioning_parameters(
        ProductId=product, ProvisioningArtifactId=version
    )
    name, _, size = form["ProvisioningArtifactParameters"]
    assert name["Description"] == "The name"
    assert name["ParameterConstraints"] == {"MaxLength": "32"}
    assert size["DefaultValue"] == "small"
    assert size["ParameterConstraints"] == {"AllowedValues": ["small", "large"]}
    assert form["ProvisioningArtifactOutputKeys"] == [
        {"Key": "TopicArn", "Description": "Where news go"}
    ]


@pytest.mark.parametrize(
    "twice",
    [
        {"ProductName": "deployment"},
        {"ProvisioningArtifactName": "1.0.0"},
        {"PathName": "Templates"},
    ],
)
def test_what_is_launched_is_named_by_id_or_by_name(world, refused, twice):
    _, product, version = world.published()
    path = world.scientist.list_launch_paths(ProductId=product)["LaunchPathSummaries"][0]["Id"]
    form = world.scientist.describe_provisioning_parameters
    ids = {"ProductId": product, "ProvisioningArtifactId": version, "PathId": path}
    form(**ids)
    assert "exclude each other" in refused("InvalidParametersException", form, **ids, **twice)


def test_launch_makes_the_stack_under_the_launch_role(world, launch, launch_role):
    portfolio, product, version, role = launch_role
    world.hub.update_product(Id=product, AddTags=[{"Key": "team", "Value": "ml"}])
    record = launch(
        product,
        version,
        ProvisioningParameters=[{"Key": "Size", "Value": "large"}],
        Tags=[{"Key": "cost", "Value": "42"}],
    )
    detail = record["RecordDetail"]
    assert detail["Status"] == "SUCCEEDED"
    assert detail["LaunchRoleArn"] == role
    assert set(outputs(record)) == {"CloudformationStackARN", "TopicArn"}
    stack = stack_of(world, record)
    assert stack["StackName"] == f"SC-{MEMBER}-{detail['ProvisionedProductId']}"
    assert stack["RoleARN"] == role
    tags = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    assert tags["team"] == "ml"
    assert tags["cost"] == "42"
    assert tags["aws:servicecatalog:portfolioArn"].endswith(f":{HUB}:portfolio/{portfolio}")
    assert tags["aws:servicecatalog:provisioningArtifactIdentifier"] == version
    found = world.scientist.describe_provisioned_product(Name="mine")["ProvisionedProductDetail"]
    assert found["Status"] == "AVAILABLE"
    assert found["LastSuccessfulProvisioningRecordId"] == detail["RecordId"]
    given = world.scientist.get_provisioned_product_outputs(
        ProvisionedProductName="mine", OutputKeys=["TopicArn"]
    )["Outputs"]
    assert [one["OutputValue"] for one in given] == [outputs(record)["TopicArn"]]


@pytest.mark.parametrize(
    ("trusts", "says"),
    [(None, "does not exist in account"), ("lambda.amazonaws.com", "does not trust")],
)
def test_launch_role_must_be_there_and_trust_the_service(world, launch, trusts, says):
    portfolio, product, version = world.published()
    world.role(HUB, "project-launch")
    if trusts:
        world.role(MEMBER, "project-launch", trusts)
    world.constraint(portfolio, product, "LAUNCH", {"LocalRoleName": "project-launch"})
    detail = launch(product, version)["RecordDetail"]
    assert detail["Status"] == "FAILED"
    assert says in detail["RecordErrors"][0]["Description"]
    found = world.scientist.describe_provisioned_product(Name="mine")["ProvisionedProductDetail"]
    assert found["Status"] == "ERROR"
    assert says in found["StatusMessage"]
    world.scientist.terminate_provisioned_product(ProvisionedProductName="mine")


def test_stack_that_fails_fails_the_record(world, launch):
    _, product, _ = world.published()
    record = launch(product, world.version(product, "2.0.0", FAILING))
    detail = record["RecordDetail"]
    assert detail["Status"] == "FAILED"
    assert "ROLLBACK_COMPLETE" in detail["RecordErrors"][0]["Description"]
    assert stack_of(world, record)["StackStatus"] == "ROLLBACK_COMPLETE"


def test_parameters_the_template_does_not_know_fail_the_record(world, launch):
    _, product, version = world.published()
    record = launch(product, version, ProvisioningParameters=[{"Key": "Nope", "Value": "1"}])
    assert record["RecordDetail"]["Status"] == "FAILED"
    assert "Nope" in record["RecordDetail"]["RecordErrors"][0]["Description"]


def test_names_are_unique_and_tokens_repeat(world, refused):
    _, product, version = world.published()
    request = {
        "ProductId": product,
        "ProvisioningArtifactId": version,
        "ProvisionedProductName": "mine",
    }
    made = [
        world.scientist.provision_product(**request, ProvisionToken="one")["RecordDetail"]
        for _ in range(2)
    ]
    assert made[0] == made[1]
    provision = world.scientist.provision_product
    refused("DuplicateResourceException", provision, **request, ProvisionToken="two")


def test_deprecated_and_inactive_versions_are_not_launched(world, refused):
    _, product, version = world.published()
    request = {
        "ProductId": product,
        "ProvisioningArtifactId": version,
        "ProvisionedProductName": "mine",
    }
    update = world.hub.update_provisioning_artifact
    update(ProductId=product, ProvisioningArtifactId=version, Guidance="DEPRECATED")
    provision = world.scientist.provision_product
    assert "deprecated" in refused("InvalidParametersException", provision, **request)
    update(ProductId=product, ProvisioningArtifactId=version, Guidance="DEFAULT", Active=False)
    assert "inactive" in refused("InvalidParametersException", provision, **request)
    described = world.scientist.describe_product(Id=product)
    assert described["ProvisioningArtifacts"] == []


def test_a_tag_key_on_portfolio_and_product_shows_twice_and_blocks_the_launch(world, refused):
    portfolio, product, version = world.published()
    tag = [{"Key": "digest", "Value": "a"}]
    world.hub.update_portfolio(Id=portfolio, AddTags=tag)
    world.hub.update_product(Id=product, AddTags=tag)
    (path,) = world.scientist.list_launch_paths(ProductId=product)["LaunchPathSummaries"]
    assert [one["Key"] for one in path["Tags"]] == ["digest", "digest"]
    message = refused(
        "InvalidParametersException",
        world.scientist.provision_product,
        ProductId=product,
        ProvisioningArtifactId=version,
        ProvisionedProductName="mine",
    )
    assert "digest" in message


def test_several_paths_need_one_named(world, refused, launch):
    _, product, version = world.published()
    other = world.portfolio("Other")
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=other)
    world.hub.associate_principal_with_portfolio(
        PortfolioId=other, PrincipalARN="arn:aws:iam:::role/*", PrincipalType="IAM_PATTERN"
    )
    world.share(other, SharePrincipals=True)
    request = {
        "ProductId": product,
        "ProvisioningArtifactId": version,
        "ProvisionedProductName": "mine",
    }
    message = refused("InvalidParametersException", world.scientist.provision_product, **request)
    assert "more than one launch path" in message
    paths = world.scientist.list_launch_paths(ProductId=product)["LaunchPathSummaries"]
    wanted = next(one["Id"] for one in paths if one["Name"] == "Other")
    assert launch(product, version, PathId=wanted)["RecordDetail"]["PathId"] == wanted


def test_update_to_another_version_keeps_what_is_kept(world, launch, launch_role):
    _, product, version, _ = launch_role
    launch(product, version, ProvisioningParameters=[{"Key": "Size", "Value": "large"}])
    text = """\
Parameters: {Size: {Type: String, Default: small}}
Resources: {Topic: {Type: AWS::SNS::Topic}, Queue: {Type: AWS::SQS::Queue}}
"""
    second = world.version(product, "2.0.0", text)
    world.hub.update_provisioning_artifact(
        ProductId=product, ProvisioningArtifactId=second, Guidance="DEPRECATED"
    )
    made = world.scientist.update_provisioned_product(
        ProvisionedProductName="mine",
        ProvisioningArtifactId=second,
        ProvisioningParameters=[{"Key": "Size", "UsePreviousValue": True}],
    )["RecordDetail"]
    record = world.scientist.describe_record(Id=made["RecordId"])
    assert record["RecordDetail"]["Status"] == "SUCCEEDED"
    stack = stack_of(world, record)
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stack["Parameters"][0]["ParameterValue"] == "large"


def test_failed_update_taints(world, launch):
    _, product, version = world.published()
    launch(product, version)
    broken = world.version(product, "2.0.0", FAILING)
    made = world.scientist.update_provisioned_product(
        ProvisionedProductName="mine", ProvisioningArtifactId=broken
    )["RecordDetail"]
    record = world.scientist.describe_record(Id=made["RecordId"])
    assert record["RecordDetail"]["Status"] == "FAILED"
    found = world.scientist.describe_provisioned_product(Name="mine")["ProvisionedProductDetail"]
    assert found["Status"] == "TAINTED"


def test_tags_change_only_where_a_constraint_allows_and_vanish_unless_sent(
    world, refused, launch, launch_role
):
    portfolio, product, version, _ = launch_role
    launch(product, version, Tags=[{"Key": "cost", "Value": "42"}])
    update = world.scientist.update_provisioned_product
    request = {"ProvisionedProductName": "mine", "Tags": [{"Key": "cost", "Value": "43"}]}
    refused("InvalidParametersException", update, **request)
    world.constraint(portfolio, product, "RESOURCE_UPDATE", TAG_UPDATES)

    def tags() -> dict[str, str]:
        (found,) = world.scientist.search_provisioned_products()["ProvisionedProducts"]
        return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}

    update(**request)
    assert tags() == {"cost": "43"}
    update(ProvisionedProductName="mine")
    assert tags() == {}


def test_terminated_is_gone_and_its_records_stay(world, refused, launch, launch_role):
    _, product, version, _ = launch_role
    record = launch(product, version)
    made = world.scientist.terminate_provisioned_product(ProvisionedProductName="mine")
    ended = world.scientist.describe_record(Id=made["RecordDetail"]["RecordId"])
    assert ended["RecordDetail"]["Status"] == "SUCCEEDED"
    assert stack_of(world, record)["StackStatus"] == "DELETE_COMPLETE"
    terminate = world.scientist.terminate_provisioned_product
    refused("ResourceNotFoundException", terminate, ProvisionedProductName="mine")
    history = world.scientist.list_record_history()["RecordDetails"]
    assert [one["RecordType"] for one in history] == [
        "TERMINATE_PROVISIONED_PRODUCT",
        "PROVISION_PRODUCT",
    ]


def test_search_knows_levels_and_fields_and_only_its_account(world, launch):
    _, product, version = world.published()
    launch(product, version, "one")
    launch(product, version, "two", Tags=[{"Key": "cost", "Value": "42"}])

    def names(client, *queries: str, level: str = "Account") -> list[str]:
        found = client.search_provisioned_products(
            AccessLevelFilter={"Key": level, "Value": "self"},
            Filters={"SearchQuery": list(queries)} if queries else {},
        )
        assert found["TotalResultsCount"] == len(found["ProvisionedProducts"])
        return sorted(one["Name"] for one in found["ProvisionedProducts"])

    admin = world.client("servicecatalog", MEMBER)
    assert names(world.scientist) == names(world.scientist, level="Role") == ["one", "two"]
    assert names(admin) == ["one", "two"]
    assert names(admin, level="Role") == []
    assert names(world.hub) == []
    assert names(admin, f"provisioningArtifactId:{version}") == ["one", "two"]
    assert names(admin, "tags:cost:42") == ["two"]
    assert names(admin, "status:ERROR") == []
    assert names(admin, "name:o*") == ["one"]


def test_lag_shows_a_launch_under_way(world):
    _, product, version = world.published()
    faults.set(faults.Faults(lag=1))
    made = world.scientist.provision_product(
        ProductId=product, ProvisioningArtifactId=version, ProvisionedProductName="mine"
    )["RecordDetail"]
    seen = [
        world.scientist.describe_record(Id=made["RecordId"])["RecordDetail"]["Status"]
        for _ in range(2)
    ]
    assert seen == ["IN_PROGRESS", "SUCCEEDED"]
    states = [
        world.scientist.describe_provisioned_product(Name="mine")["ProvisionedProductDetail"][
            "Status"
        ]
        for _ in range(2)
    ]
    assert states == ["UNDER_CHANGE", "AVAILABLE"]


def test_portfolio_constraints_show_on_the_path(world, launch_role):
    _, product, _, _ = launch_role
    (path,) = world.scientist.list_launch_paths(ProductId=product)["LaunchPathSummaries"]
    assert [one["Type"] for one in path["ConstraintSummaries"]] == ["LAUNCH"]
    assert path["Id"].startswith("lpv2-")
    assert path["Tags"] == []
