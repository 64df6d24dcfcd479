"""What an administrator keeps in the embedded Service Catalog."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws import faults, validation

HUB, MEMBER, SCIENTIST = "444455556666", "111111111111", "data-scientist-iris"
LOCAL_ROLE = {"LocalRoleName": "project-launch"}
TAG_UPDATES = {"Version": "2.0", "Properties": {"TagUpdateOnProvisionedProduct": "ALLOWED"}}


def tags_of(response) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in response["Tags"]}


# --- Portfolios -------------------------------------------------------------------------------


def test_portfolio_lives_and_dies(world, refused):
    made = world.hub.create_portfolio(
        DisplayName="Templates", ProviderName="ML", Tags=[{"Key": "a", "Value": "1"}]
    )["PortfolioDetail"]
    assert made["Id"].startswith("port-")
    assert made["ARN"] == f"arn:aws:catalog:us-east-1:{HUB}:portfolio/{made['Id']}"
    world.hub.update_portfolio(
        Id=made["Id"],
        Description="new",
        AddTags=[{"Key": "b", "Value": "2"}],
        RemoveTags=["a"],
    )
    described = world.hub.describe_portfolio(Id=made["Id"])
    assert described["PortfolioDetail"]["Description"] == "new"
    assert described["PortfolioDetail"]["DisplayName"] == "Templates"
    assert tags_of(described) == {"b": "2"}
    (listed,) = world.hub.list_portfolios()["PortfolioDetails"]
    assert listed["CreatedTime"] == made["CreatedTime"]
    world.hub.delete_portfolio(Id=made["Id"])
    refused("ResourceNotFoundException", world.hub.describe_portfolio, Id=made["Id"])


def test_names_are_not_unique_and_tokens_keep_retries_from_making_twins(world, refused):
    request = {"DisplayName": "Same", "ProviderName": "ML"}
    first = world.hub.create_portfolio(**request, IdempotencyToken="one")
    again = world.hub.create_portfolio(**request, IdempotencyToken="one")
    other = world.hub.create_portfolio(**request, IdempotencyToken="two")
    assert first["PortfolioDetail"] == again["PortfolioDetail"] != other["PortfolioDetail"]
    assert len(world.hub.list_portfolios()["PortfolioDetails"]) == 2
    changed = request | {"DisplayName": "Other", "IdempotencyToken": "one"}
    refused("InvalidParametersException", world.hub.create_portfolio, **changed)


def test_portfolio_in_use_is_not_deleted(world, refused):
    portfolio, (product, _) = world.portfolio(), world.product()
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    message = refused("ResourceInUseException", world.hub.delete_portfolio, Id=portfolio)
    assert message == f"Portfolio {portfolio} still has associated Products"


def test_portfolio_quota_holds(world, refused):
    for number in range(100):
        world.portfolio(f"number {number}")
    request = {"DisplayName": "one more", "ProviderName": "ML"}
    refused("LimitExceededException", world.hub.create_portfolio, **request)


def test_accounts_and_regions_are_apart(world, refused):
    portfolio = world.portfolio()
    member = world.client("servicecatalog", MEMBER)
    assert member.list_portfolios()["PortfolioDetails"] == []
    refused("ResourceNotFoundException", member.delete_portfolio, Id=portfolio)
    elsewhere = world.aws.session(HUB).client("servicecatalog", region_name="eu-west-1")
    assert elsewhere.list_portfolios()["PortfolioDetails"] == []


@pytest.mark.parametrize(
    "key_added_and_removed",
    [{"AddTags": [{"Key": "a", "Value": "2"}], "RemoveTags": ["a"]}],
)
def test_a_tag_key_is_not_added_and_removed_at_once(world, refused, key_added_and_removed):
    portfolio = world.portfolio(Tags=[{"Key": "a", "Value": "1"}])
    update = world.hub.update_portfolio
    refused("InvalidParametersException", update, Id=portfolio, **key_added_and_removed)


# --- Products and versions --------------------------------------------------------------------


def test_product_comes_with_its_first_version(world):
    made = world.hub.create_product(
        Name="deployment",
        Owner="ML platform",
        Description="Deploys",
        SupportEmail="ml@example.com",
        ProductType="CLOUD_FORMATION_TEMPLATE",
        Tags=[{"Key": "sagemaker:studio-visibility", "Value": "true"}],
        ProvisioningArtifactParameters={
            "Name": "1.0.0",
            "Description": "first",
            "Info": {"LoadTemplateFromURL": world.template()},
        },
    )
    detail = made["ProductViewDetail"]
    summary = detail["ProductViewSummary"]
    assert detail["Status"] == "CREATED"
    assert detail["ProductARN"].endswith(f":{HUB}:product/{summary['ProductId']}")
    assert summary["Id"].startswith("prodview-")
    assert summary["ShortDescription"] == "Deploys"
    described = world.hub.describe_product_as_admin(Id=summary["ProductId"])
    assert tags_of(described) == {"sagemaker:studio-visibility": "true"}
    (version,) = described["ProvisioningArtifactSummaries"]
    assert version["Id"] == made["ProvisioningArtifactDetail"]["Id"]
    assert version["Description"] == "first"
    assert "Active" not in version
    assert "Guidance" not in version


def test_product_words_and_tags_change_in_place(world):
    product, _ = world.product(Tags=[{"Key": "a", "Value": "1"}], SupportUrl="https://example.com")
    world.hub.update_product(
        Id=product, Name="renamed", AddTags=[{"Key": "b", "Value": "2"}], RemoveTags=["a"]
    )
    described = world.hub.describe_product_as_admin(Name="renamed")
    summary = described["ProductViewDetail"]["ProductViewSummary"]
    assert summary["SupportUrl"] == "https://example.com"
    assert tags_of(described) == {"b": "2"}


def test_template_is_copied_when_the_version_is_made(world):
    product, version = world.product()
    world.template("Resources: {Other: {Type: AWS::SQS::Queue}}")
    described = world.hub.describe_provisioning_artifact(
        ProductId=product,
        ProvisioningArtifactId=version,
        Verbose=True,
        IncludeProvisioningArtifactParameters=True,
    )
    assert described["Status"] == "AVAILABLE"
    assert list(described["Info"]) == ["TemplateUrl"]
    assert "templates-" + HUB not in described["Info"]["TemplateUrl"]
    names = [one["ParameterKey"] for one in described["ProvisioningArtifactParameters"]]
    assert names == ["SageMakerProjectName", "SageMakerProjectId", "Size"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("Resources: {}", "Resources"), ("a: b: c", "Invalid templateBody"), ("just text", "Invalid")],
)
def test_what_is_no_template_is_refused(world, refused, text, says):
    product, _ = world.product()
    info = {"LoadTemplateFromURL": world.template(text)}
    create = world.hub.create_provisioning_artifact
    request = {"ProductId": product, "Parameters": {"Name": "2", "Info": info}}
    assert says in refused("InvalidParametersException", create, **request)
    assert len(world.hub.list_provisioning_artifacts(ProductId=product)) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://templates-444455556666.s3.us-east-1.amazonaws.com/none.yaml",
        "https://no-such-bucket.s3.amazonaws.com/template.yaml",
        "http://templates-444455556666.s3.us-east-1.amazonaws.com/template.yaml",
        "https://example.com/template.yaml",
    ],
)
def test_template_must_be_there(world, refused, url):
    product, _ = world.product()
    create = world.hub.create_provisioning_artifact
    parameters = {"Name": "2", "Info": {"LoadTemplateFromURL": url}}
    refused("InvalidParametersException", create, ProductId=product, Parameters=parameters)


def test_template_is_read_with_the_callers_rights(world, refused):
    world.template()
    member = world.client("servicecatalog", MEMBER)
    info = {"LoadTemplateFromURL": f"https://s3.amazonaws.com/templates-{HUB}/template.yaml"}
    request = {
        "Name": "theirs",
        "Owner": "x",
        "ProductType": "CLOUD_FORMATION_TEMPLATE",
        "ProvisioningArtifactParameters": {"Name": "1", "Info": info},
    }
    message = refused("InvalidParametersException", member.create_product, **request)
    assert "Access Denied" in message


def test_versions_are_listed_at_once_and_their_names_may_repeat(world, refused):
    product, first = world.product()
    second = world.version(product, "1.0.0")
    listed = world.hub.list_provisioning_artifacts(ProductId=product)
    assert [one["Id"] for one in listed["ProvisioningArtifactDetails"]] == [first, second]
    assert "NextPageToken" not in listed
    refused(
        "InvalidParametersException",
        world.hub.describe_provisioning_artifact,
        ProductId=product,
        ProvisioningArtifactName="1.0.0",
    )


def test_version_is_creating_and_then_available(world):
    product, _ = world.product()
    made = world.hub.create_provisioning_artifact(
        ProductId=product,
        Parameters={"Name": "2.0.0", "Info": {"LoadTemplateFromURL": world.template()}},
    )
    assert made["Status"] == "CREATING"
    detail = made["ProvisioningArtifactDetail"]
    assert (detail["Active"], detail["Guidance"]) == (True, "DEFAULT")
    described = world.hub.describe_provisioning_artifact(
        ProductId=product, ProvisioningArtifactId=detail["Id"]
    )
    assert described["Status"] == "AVAILABLE"


def test_versions_of_one_product_are_made_one_at_a_time(world, refused):
    (product, _), (other, _) = world.product(), world.product("other")
    faults.set(faults.Faults(lag=1))
    second = world.version(product, "2.0.0")
    create = world.hub.create_provisioning_artifact
    parameters = {"Name": "3.0.0", "Info": {"LoadTemplateFromURL": world.template()}}
    refused("ResourceNotFoundException", create, ProductId=product, Parameters=parameters)
    delete = world.hub.delete_provisioning_artifact
    identified = {"ProductId": product, "ProvisioningArtifactId": second}
    refused("ResourceNotFoundException", delete, **identified)
    create(ProductId=product, Parameters=parameters)
    create(ProductId=other, Parameters=parameters)


def test_last_version_stays(world, refused):
    product, first = world.product()
    delete = world.hub.delete_provisioning_artifact
    refused("ResourceInUseException", delete, ProductId=product, ProvisioningArtifactId=first)
    world.version(product, "2.0.0")
    delete(ProductId=product, ProvisioningArtifactId=first)
    listed = world.hub.list_provisioning_artifacts(ProductId=product)
    assert [one["Name"] for one in listed["ProvisioningArtifactDetails"]] == ["2.0.0"]


def test_product_in_a_portfolio_is_not_deleted(world, refused):
    portfolio, (product, _) = world.portfolio(), world.product()
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    found = world.hub.list_portfolios_for_product(ProductId=product)["PortfolioDetails"]
    assert [one["Id"] for one in found] == [portfolio]
    refused("ResourceInUseException", world.hub.delete_product, Id=product)
    world.hub.disassociate_product_from_portfolio(ProductId=product, PortfolioId=portfolio)
    world.hub.delete_product(Id=product)
    refused("ResourceNotFoundException", world.hub.describe_product_as_admin, Id=product)


def test_search_as_admin_is_fuzzy_pages_by_20_and_shows_no_tags(world):
    portfolio = world.portfolio()
    for number in range(23):
        product, _ = world.product(f"deploy-{number:02}", Tags=[{"Key": "a", "Value": "1"}])
        if number:
            world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    page = world.hub.search_products_as_admin()
    assert len(page["ProductViewDetails"]) == 20
    rest = world.hub.search_products_as_admin(PageToken=page["NextPageToken"])
    assert len(rest["ProductViewDetails"]) == 3
    assert "NextPageToken" not in rest
    assert "Tags" not in page["ProductViewDetails"][0]
    found = world.hub.search_products_as_admin(Filters={"FullTextSearch": ["deploy-0"]})
    assert len(found["ProductViewDetails"]) == 10
    pages = world.hub.get_paginator("search_products_as_admin").paginate(
        PortfolioId=portfolio, SortBy="Title", SortOrder="DESCENDING"
    )
    names = [
        one["ProductViewSummary"]["Name"] for page in pages for one in page["ProductViewDetails"]
    ]
    assert names == [f"deploy-{number:02}" for number in range(22, 0, -1)]


def test_page_size_over_the_cap_is_refused_as_aws_words_it(world, refused):
    with pytest.raises(ClientError) as raised:
        world.hub.search_products_as_admin(PageSize=21)
    assert raised.value.response["Error"]["Message"] == (
        "1 validation error detected: Value '21' at 'pageSize' failed to satisfy constraint:"
        " Member must have value less than or equal to 20"
    )
    refused("InvalidParametersException", world.hub.search_products_as_admin, PageToken="nonsense")


def test_eight_workers_at_once_lose_nothing(world):
    world.template()
    portfolio = world.portfolio()

    def publish(number: int) -> str:
        product, _ = world.product(f"number {number}")
        world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
        return product

    with ThreadPoolExecutor(8) as workers:
        made = set(workers.map(publish, range(24)))
    pages = world.hub.get_paginator("search_products_as_admin").paginate(PortfolioId=portfolio)
    found = [
        one["ProductViewSummary"]["ProductId"]
        for page in pages
        for one in page["ProductViewDetails"]
    ]
    assert set(found) == made
    assert len(found) == 24


# --- Constraints ------------------------------------------------------------------------------


@pytest.fixture
def offered(world) -> dict[str, str]:
    """A product in a portfolio, and a launch role in the hub."""
    portfolio, (product, _) = world.portfolio(), world.product()
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    world.role(HUB, "project-launch")
    return {"PortfolioId": portfolio, "ProductId": product}


def test_constraint_is_creating_then_available_and_only_describe_shows_it_whole(world, offered):
    made = world.hub.create_constraint(
        **offered, Type="LAUNCH", Parameters=json.dumps(LOCAL_ROLE), Description="as launch role"
    )
    assert made["Status"] == "CREATING"
    identifier = made["ConstraintDetail"]["ConstraintId"]
    described = world.hub.describe_constraint(Id=identifier)
    assert described["Status"] == "AVAILABLE"
    assert json.loads(described["ConstraintParameters"]) == LOCAL_ROLE
    assert described["ConstraintDetail"]["Owner"] == HUB
    listed = world.hub.list_constraints_for_portfolio(PortfolioId=offered["PortfolioId"])
    assert listed["ConstraintDetails"] == [described["ConstraintDetail"]]


def test_launch_role_changes_in_place(world, offered):
    identifier = world.constraint(*offered.values(), "LAUNCH", LOCAL_ROLE)
    arn = world.role(HUB, "other-launch")
    world.hub.update_constraint(Id=identifier, Parameters=json.dumps({"RoleArn": arn}))
    described = world.hub.describe_constraint(Id=identifier)
    assert json.loads(described["ConstraintParameters"]) == {"RoleArn": arn}


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("LAUNCH", {}),
        ("LAUNCH", {"LocalRoleName": "project-launch", "RoleArn": "arn:aws:iam::1:role/x"}),
        ("LAUNCH", {"LocalRoleName": "no-such-role"}),
        ("LAUNCH", ["project-launch"]),
        ("RESOURCE_UPDATE", {"Version": "2.0", "Properties": {}}),
        ("RESOURCE_UPDATE", {"Version": "1.0", "Properties": TAG_UPDATES["Properties"]}),
        ("NOTIFICATION", {"NotificationArns": []}),
        ("STACKSET", {"Version": "1", "Properties": {}}),
        ("UNHEARD_OF", {}),
    ],
)
def test_constraint_parameters_have_the_form_of_their_type(
    world, refused, offered, kind, parameters
):
    request = {**offered, "Type": kind, "Parameters": json.dumps(parameters)}
    refused("InvalidParametersException", world.hub.create_constraint, **request)


def test_constraint_parameters_are_json(world, refused, offered):
    request = {**offered, "Type": "LAUNCH", "Parameters": "{LocalRoleName"}
    refused("InvalidParametersException", world.hub.create_constraint, **request)


def test_template_constraints_are_not_implemented_by_name(world, refused, offered):
    request = {**offered, "Type": "TEMPLATE", "Parameters": '{"Rules": {}}'}
    message = refused("NotImplementedException", world.hub.create_constraint, **request)
    assert "TEMPLATE constraints" in message


def test_one_launch_and_one_resource_update_and_no_stackset_beside(world, refused, offered):
    where = tuple(offered.values())
    world.constraint(*where, "LAUNCH", LOCAL_ROLE)
    world.constraint(*where, "RESOURCE_UPDATE", TAG_UPDATES)
    create = world.hub.create_constraint
    for kind, parameters in (("LAUNCH", LOCAL_ROLE), ("RESOURCE_UPDATE", TAG_UPDATES)):
        request = {**offered, "Type": kind, "Parameters": json.dumps(parameters)}
        refused("DuplicateResourceException", create, **request)
    names = ("AccountList", "RegionList", "AdminRole", "ExecutionRole")
    properties = {name: [] for name in names}
    stackset = json.dumps({"Version": "1", "Properties": properties})
    refused("InvalidParametersException", create, **offered, Type="STACKSET", Parameters=stackset)


def test_association_with_constraints_stays(world, refused, offered):
    identifier = world.constraint(*offered.values(), "LAUNCH", LOCAL_ROLE)
    disassociate = world.hub.disassociate_product_from_portfolio
    refused("ResourceInUseException", disassociate, **offered)
    world.hub.delete_constraint(Id=identifier)
    disassociate(**offered)


def test_constraint_needs_the_association(world, refused):
    portfolio, (product, _) = world.portfolio(), world.product()
    refused(
        "ResourceNotFoundException",
        world.hub.create_constraint,
        PortfolioId=portfolio,
        ProductId=product,
        Type="RESOURCE_UPDATE",
        Parameters=json.dumps(TAG_UPDATES),
    )


# --- Principals -------------------------------------------------------------------------------


def test_iam_principals_exist_and_repeat_harmlessly(world, refused):
    portfolio, arn = world.portfolio(), world.role(HUB, "builder")
    request = {"PortfolioId": portfolio, "PrincipalARN": arn, "PrincipalType": "IAM"}
    world.hub.associate_principal_with_portfolio(**request)
    world.hub.associate_principal_with_portfolio(**request)
    listed = world.hub.list_principals_for_portfolio(PortfolioId=portfolio)["Principals"]
    assert listed == [{"PrincipalARN": arn, "PrincipalType": "IAM"}]
    nobody = request | {"PrincipalARN": f"arn:aws:iam::{HUB}:role/nobody"}
    associate = world.hub.associate_principal_with_portfolio
    refused("InvalidParametersException", associate, **nobody)
    disassociate = world.hub.disassociate_principal_from_portfolio
    wrong_type = {**request, "PrincipalType": "IAM_PATTERN"}
    refused("ResourceNotFoundException", disassociate, **wrong_type)
    disassociate(**request)
    world.hub.delete_portfolio(Id=portfolio)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{HUB}:role/data-*",
        "arn:aws:iam:::*",
        "arn:aws:iam:::ro*/data",
        "arn:aws:sts:::role/x",
    ],
)
def test_patterns_have_no_account_and_wildcards_only_behind_the_type(world, refused, arn):
    request = {"PortfolioId": world.portfolio(), "PrincipalARN": arn}
    refused(
        "InvalidParametersException",
        world.hub.associate_principal_with_portfolio,
        **request,
        PrincipalType="IAM_PATTERN",
    )


def test_ten_patterns_in_a_portfolio(world, refused):
    portfolio = world.portfolio()
    associate = world.hub.associate_principal_with_portfolio
    requests = [
        {
            "PortfolioId": portfolio,
            "PrincipalARN": f"arn:aws:iam:::role/team-{number}-*",
            "PrincipalType": "IAM_PATTERN",
        }
        for number in range(11)
    ]
    for request in requests[:10]:
        associate(**request)
    refused("LimitExceededException", associate, **requests[10])


# --- Eventual consistency ---------------------------------------------------------------------


def test_new_things_stay_unseen_for_the_lag(world, refused):
    portfolio, (product, version) = world.portfolio(), world.product()
    faults.set(faults.Faults(lag=2))
    world.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    request = {"PortfolioId": portfolio, "ProductId": product, "Type": "RESOURCE_UPDATE"}
    request["Parameters"] = json.dumps(TAG_UPDATES)
    for _ in range(2):
        refused("ResourceNotFoundException", world.hub.create_constraint, **request)
    made = world.hub.create_constraint(**request)["ConstraintDetail"]["ConstraintId"]
    for _ in range(2):
        refused("ResourceNotFoundException", world.hub.describe_constraint, Id=made)
    seen = [world.hub.describe_constraint(Id=made)["Status"] for _ in range(3)]
    assert seen == ["CREATING", "CREATING", "AVAILABLE"]
    second = world.version(product, "2.0.0")
    update = world.hub.update_provisioning_artifact
    request = {"ProductId": product, "ProvisioningArtifactId": second, "Guidance": "DEPRECATED"}
    refused("ResourceNotFoundException", update, **request)
    listed = world.hub.list_provisioning_artifacts(ProductId=product)
    assert [one["Id"] for one in listed["ProvisioningArtifactDetails"]] == [version]
    update(**request)


def test_changes_are_first_seen_as_they_were(world):
    portfolio = world.portfolio(Tags=[{"Key": "a", "Value": "1"}])
    faults.set(faults.Faults(lag=1))
    world.hub.update_portfolio(Id=portfolio, AddTags=[{"Key": "a", "Value": "2"}])
    looks = [tags_of(world.hub.describe_portfolio(Id=portfolio)) for _ in range(2)]
    assert looks == [{"a": "1"}, {"a": "2"}]


# --- The model --------------------------------------------------------------------------------


def test_operations_beyond_ours_say_so_by_name(world):
    with pytest.raises(ClientError, match="ListTagOptions"):
        world.hub.list_tag_options()


def test_what_breaks_the_model_is_refused_and_counted(world):
    loose = Config(parameter_validation=False)
    client = world.aws.session(HUB).client("servicecatalog", config=loose)
    with pytest.raises(ClientError) as raised:
        client.create_portfolio(DisplayName="", Tags=[{"Key": "a!", "Value": "ü 1"}])
    error = raised.value.response["Error"]
    assert error["Code"] == "ValidationException"
    first, second, third = (
        error["Message"].removeprefix("3 validation errors detected: ").split("; ")
    )
    assert first == (
        "Value null at 'providerName' failed to satisfy constraint: Member must not be null"
    )
    assert second == (
        "Value '' at 'displayName' failed to satisfy constraint: Member must have length greater"
        " than or equal to 1"
    )
    assert "Value 'a!' at 'tags.1.member.key'" in third


def test_an_answer_that_breaks_the_model_is_a_fault_of_ours():
    checks = validation.operation("servicecatalog", "DescribeConstraint")
    checks.check_response({"Status": "AVAILABLE"})
    for wrong in ({"Status": "READY"}, {"Stauts": "AVAILABLE"}, {"ConstraintDetail": []}):
        with pytest.raises(validation.ModelViolation):
            checks.check_response(wrong)
