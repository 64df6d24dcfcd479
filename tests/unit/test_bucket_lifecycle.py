"""Which lifecycle rules of an artifact bucket delete what is published."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.aws.bucket_lifecycle import read

DAYS = {"Expiration": {"Days": 30}}


def rule(**members: Any) -> dict[str, Any]:
    return {"ID": "one", "Status": "Enabled", **members}


@pytest.mark.parametrize(
    "members",
    [
        DAYS,
        {"Filter": {}, **DAYS},
        {"Filter": {"Prefix": ""}, **DAYS},
        {"Filter": {"Prefix": "rel"}, **DAYS},
        {"Filter": {"Prefix": "templates/demo/"}, **DAYS},
        {"Filter": {"Tag": {"Key": "a", "Value": "b"}}, **DAYS},
        {"Filter": {"And": {"Prefix": "bundles/", "ObjectSizeGreaterThan": 1}}, **DAYS},
        {"Prefix": "studio/", **DAYS},
        {"Filter": {}, "Expiration": {"Date": datetime(2027, 1, 1, tzinfo=UTC)}},
        {"Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
    ],
)
def test_a_rule_that_expires_what_is_published_deletes(members: dict[str, Any]) -> None:
    found = read([rule(**members)])
    assert found.deleting == ("one",)
    assert found.faults == ("lifecycle rule 'one' deletes what is published",)
    assert found.others == ""


@pytest.mark.parametrize(
    "members",
    [
        {"Filter": {"Prefix": "staged/"}, **DAYS},
        {"Prefix": "taskcat/", **DAYS},
        {"Filter": {"And": {"Prefix": "staged/bundles/", "Tags": []}}, **DAYS},
        {"Filter": {}, "Status": "Disabled", **DAYS},
        {"Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
        {"Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"Filter": {}, "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]},
    ],
)
def test_other_rules_delete_nothing_of_ours(members: dict[str, Any]) -> None:
    found = read([rule(**members)])
    assert found.deleting == found.faults == ()


def test_the_other_rules_are_kept_as_they_are() -> None:
    staged = rule(Prefix="staged/", Expiration={"Date": datetime(2027, 1, 1, tzinfo=UTC)})
    found = read([rule(ID="old", **DAYS), staged])
    assert found.deleting == ("old",)
    kept = {"Expiration": {"Date": "2027-01-01T00:00:00+00:00"}}
    assert json.loads(found.others) == {"Rules": [{**staged, **kept}]}
