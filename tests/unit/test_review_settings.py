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


def told(new: Target) -> list[str]:
    then, now = (Settings(owners={}, targets={"prod": each}) for each in (TARGET, new))
    found = list(settings.remarks(then, now))
    assert {each.topic for each in found} <= {Topic.TARGET}
    return [" ".join(each.text) for each in found]


@pytest.mark.parametrize("field", sorted({each.name for each in fields(Target)} - UNSEEN))
def test_every_part_of_a_target_is_told(field: str) -> None:
    assert len(told(replace(TARGET, **{field: OTHERS[field]}))) == 1


def test_it_is_told_that_no_role_keeps_others_from_publishing_any_more() -> None:
    assert told(replace(TARGET, publisher="")) == ["publisher: catalog-publisher → (none)"]
