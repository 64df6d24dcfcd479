"""What reviewers read of a change to a target."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from catalog.model import Settings
from catalog.reviewing import settings
from catalog.reviewing.review import Topic
from catalog.targets import Deployment, Target

TARGET = Target(
    name="prod",
    account="111122223333",
    regions=("eu-west-1",),
    ous={"workloads": "ou-ab12-11111111"},
    publisher="catalog-publisher",
)
ROLES = Deployment(product="roles", account="111122223333", region="eu-west-1")
OTHERS: dict[str, Any] = {
    "account": "444455556666",
    "regions": ("eu-west-1", "us-east-1"),
    "bucket": "other-{account}-{region}",
    "ous": {"workloads": "ou-ab12-22222222"},
    "embedded": True,
    "quotas": {"products": 500},
    "foundation": (ROLES,),
    "access_role": "other",
    "publisher": "",
    "reader_role": "other",
    "test_accounts": {"project": "444455556666"},
}
UNSEEN = {"name", "organization"}
"""The name tells targets apart; only the embedded AWS has an organization of its own."""


def told(new: Target, old: Target = TARGET) -> list[str]:
    then, now = (Settings(owners={}, targets={"prod": each}) for each in (old, new))
    found = list(settings.remarks(then, now, lambda _, parameter: parameter == "Token"))
    assert {each.topic for each in found} <= {Topic.TARGET}
    return [" ".join(each.text) for each in found]


@pytest.mark.parametrize("field", sorted({each.name for each in fields(Target)} - UNSEEN))
def test_every_part_of_a_target_is_told(field: str) -> None:
    assert len(told(replace(TARGET, **{field: OTHERS[field]}))) == 1


def test_values_of_a_foundation_product_are_told_one_by_one() -> None:
    given = {"HubAccountId": "111122223333", "Prefix": "sagemaker-"}
    then = replace(TARGET, foundation=(replace(ROLES, parameters=given),))
    values = {"HubAccountId": "444455556666", "Prefix": "sagemaker-", "Domain": "d-1"}
    now = replace(TARGET, foundation=(replace(ROLES, parameters=values),))
    place = "foundation: stack catalog-roles in 111122223333 eu-west-1 parameter"
    assert told(now, then) == [
        f"{place} Domain (none) → d-1",
        f"{place} HubAccountId 111122223333 → 444455556666",
    ]


def test_a_new_deployment_is_told_with_what_it_is_given() -> None:
    now = replace(TARGET, foundation=(replace(ROLES, parameters={"Prefix": "sagemaker-"}),))
    new, given = told(now)
    assert new.endswith("is new")
    assert given.endswith("parameter Prefix (none) → sagemaker-")


def test_no_value_is_told_that_nobody_may_read() -> None:
    then, now = (
        replace(TARGET, foundation=(replace(ROLES, parameters={"Token": value}),))
        for value in ("first", "second")
    )
    (said,) = told(now, then)
    assert said.endswith("parameter Token has another value")


def test_it_is_told_that_no_role_keeps_others_from_publishing_any_more() -> None:
    assert told(replace(TARGET, publisher="")) == ["publisher: catalog-publisher → (none)"]
