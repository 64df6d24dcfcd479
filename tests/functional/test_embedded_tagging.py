"""GetResources of the embedded AWS: what the publisher's fast path reads."""

from __future__ import annotations

import pytest

from local_aws import faults

HUB, MEMBER = "444455556666", "111111111111"


@pytest.fixture
def tagging(world):
    return world.client("resourcegroupstaggingapi")


@pytest.fixture
def arns(world) -> dict[str, str]:
    """A portfolio and a product with a tag each, and one of either that never had one."""
    made = {
        "portfolio": world.portfolio(Tags=[{"Key": "catalog:portfolio", "Value": "p"}]),
        "product": world.product(Tags=[{"Key": "catalog:product", "Value": "deploy"}])[0],
        "bare": world.product("bare")[0],
    }
    kinds = {"portfolio": "portfolio", "product": "product", "bare": "product"}
    return {
        name: f"arn:aws:catalog:us-east-1:{HUB}:{kinds[name]}/{identifier}"
        for name, identifier in made.items()
    }


def found(response) -> dict[str, dict[str, str]]:
    return {
        one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        for one in response["ResourceTagMappingList"]
    }


def test_by_arn_it_answers_what_exists_and_is_tagged(tagging, arns):
    gone = f"arn:aws:catalog:us-east-1:{HUB}:product/prod-gone"
    response = tagging.get_resources(ResourceARNList=[*arns.values(), gone])
    assert found(response) == {
        arns["portfolio"]: {"catalog:portfolio": "p"},
        arns["product"]: {"catalog:product": "deploy"},
    }
    assert response["PaginationToken"] == ""


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["catalog"], ["portfolio", "product"]),
        (["catalog:product"], ["product"]),
        (["catalog:portfolio"], ["portfolio"]),
        (["servicecatalog"], []),
    ],
)
def test_types_are_spelled_as_in_arns(tagging, arns, types, expected):
    response = tagging.get_resources(ResourceTypeFilters=types)
    assert set(found(response)) == {arns[name] for name in expected}


def test_tags_filter(tagging, arns):
    response = tagging.get_resources(
        TagFilters=[{"Key": "catalog:product", "Values": ["deploy", "other"]}]
    )
    assert set(found(response)) == {arns["product"]}


def test_what_was_tagged_once_stays_with_an_empty_list(world, tagging, arns):
    product = arns["product"].rpartition("/")[2]
    world.hub.update_product(Id=product, RemoveTags=["catalog:product"])
    assert found(tagging.get_resources(ResourceARNList=[arns["product"]])) == {arns["product"]: {}}


def test_pages_count_resources(world, tagging):
    for number in range(5):
        world.portfolio(str(number), Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    page = tagging.get_resources(ResourceTypeFilters=["catalog"], ResourcesPerPage=3)
    rest = tagging.get_resources(
        ResourceTypeFilters=["catalog"], ResourcesPerPage=3, PaginationToken=page["PaginationToken"]
    )
    assert (len(found(page)), len(found(rest))) == (3, 2)
    assert rest["PaginationToken"] == ""
    assert not found(page).keys() & found(rest).keys()


@pytest.mark.parametrize(
    "request_",
    [
        {"ResourceARNList": ["arn:aws:s3:::b"], "ResourceTypeFilters": ["catalog"]},
        {"ResourceARNList": ["arn:aws:s3:::b"], "TagFilters": [{"Key": "a"}]},
        {"ResourceARNList": ["arn:aws:s3:::b"], "ResourcesPerPage": 100},
        {"ResourceARNList": [f"arn:aws:s3:::b{number}" for number in range(101)]},
        {"ResourcesPerPage": 101},
        {"PaginationToken": "???"},
    ],
)
def test_what_does_not_go_together_is_refused(tagging, refused, request_):
    refused("InvalidParameterException", tagging.get_resources, **request_)


def test_other_services_and_accounts(world, tagging, arns):
    s3 = world.client("s3")
    s3.create_bucket(Bucket="tagged-bucket")
    s3.put_bucket_tagging(Bucket="tagged-bucket", Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    assert "arn:aws:s3:::tagged-bucket" in found(tagging.get_resources())
    member = world.client("resourcegroupstaggingapi", MEMBER)
    assert found(member.get_resources(ResourceTypeFilters=["catalog"])) == {}


def test_lag_shows_old_tags_first(world, tagging, arns):
    product = arns["product"].rpartition("/")[2]
    faults.set(faults.Faults(lag=1))
    world.hub.update_product(Id=product, AddTags=[{"Key": "b", "Value": "2"}])
    looks = [
        found(tagging.get_resources(ResourceARNList=[arns["product"]]))[arns["product"]]
        for _ in range(2)
    ]
    assert looks == [
        {"catalog:product": "deploy"},
        {"catalog:product": "deploy", "b": "2"},
    ]
