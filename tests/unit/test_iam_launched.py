"""Whose provisioned products a request to Service Catalog is about."""

from __future__ import annotations

import pytest

from local_aws.iam import launched
from local_aws.iam.evaluation import Caller

CALLER = Caller(
    arn="arn:aws:sts::111122223333:assumed-role/lead/ada",
    principal="arn:aws:iam::111122223333:role/lead",
    account="111122223333",
)


@pytest.mark.parametrize(
    ("wanted", "levels"),
    [
        (None, {"account", "role", "user"}),
        ("User", {"account", "role", "user"}),
        ("Role", {"account", "role"}),
        ("Account", {"account"}),
    ],
)
def test_a_list_is_of_whom_its_filter_says(wanted: str | None, levels: set[str]) -> None:
    params = {"AccessLevelFilter": {"Key": wanted, "Value": "self"}} if wanted else {}
    found = launched.keys(params, "us-east-1", CALLER)
    assert found == {f"servicecatalog:{level}level": ("self",) for level in levels}
