"""Every function may write where it logs: Lambda drops what it may not, and tells nobody."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

WRITING = {"logs:CreateLogStream", "logs:PutLogEvents"}
MADE = "arn:aws:made:::"


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def everything(catalog, made) -> Mapping[str, Mapping[str, Any]]:
    """Product -> what it makes of its first scenario."""
    return {
        name: made(name, next(iter(folder.scenarios.values())).parameters)
        for name, folder in catalog.products.items()
    }


def named(everything: Mapping[str, Mapping[str, Any]], role: str) -> Mapping[str, Any]:
    """The role of a name, whichever product makes it."""
    return next(
        body
        for resources in everything.values()
        for body in resources.values()
        if body["Type"] == "AWS::IAM::Role" and body["RoleName"] == role
    )


def written_to(role: Mapping[str, Any], log: str) -> Iterator[str]:
    """What a role may do with a log group's streams, actions as written."""
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            patterns = as_list(statement["Resource"])
            if any(fnmatch.fnmatchcase(log, pattern) for pattern in patterns):
                yield from as_list(statement["Action"])


def test_each_function_may_write_its_log(everything):
    seen = 0
    for product, resources in everything.items():
        for name, body in resources.items():
            if body["Type"] != "AWS::Lambda::Function":
                continue
            role = body["Role"]
            own = role.startswith(MADE)
            holder = (
                resources[role.removeprefix(MADE).removesuffix(".Arn")]
                if own
                else named(everything, role.rpartition("/")[2])
            )
            group = body["LoggingConfig"]["LogGroup"].strip("<>")
            log = f"{MADE}{group}.Arn" if own else _stream(resources[group]["LogGroupName"])
            assert {*written_to(holder, log)} >= WRITING, (product, name)
            seen += 1
    assert seen >= 3


def _stream(group: str) -> str:
    return f"arn:aws:logs:us-east-1:111111111111:log-group:{group}:log-stream:1"
