"""Policy documents anywhere in a template, as statements that the rules about access read.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from catalog.manifests.forms import REASON
from catalog.rules.reading import (
    ARN_PART,
    UNREADABLE,
    Path,
    Reading,
    Resource,
    branches,
    items,
    mapping,
    text,
)

EVERY_RESOURCE = re.compile(rf"\*+|arn:{ARN_PART}:{ARN_PART}:\*?:\*?:\*+")
_IN_IAM = re.compile(rf"arn:{ARN_PART}:iam:{ARN_PART}:{ARN_PART}:(.+)")
_UNNAMED = tuple(f"{kind}/\0" for kind in ("role", "user", "group", "policy"))
"""One of each kind, by a name that nobody gives: a pattern that takes it names nothing."""

ACCOUNT_ROOT = re.compile(rf"arn:{ARN_PART}:iam::(\$\{{AWS::AccountId\}}|\d{{12}}):root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy document of `resource`."""

    resource: Resource
    body: Mapping[str, Any]
    path: Path

    @property
    def allows(self) -> bool:
        """Whether it grants rather than denies."""
        return self.body.get("Effect") == "Allow"

    @property
    def sid(self) -> str:
        """Its `Sid`; empty when it has none."""
        return text(self.body.get("Sid")) or ""

    @property
    def names_a_principal(self) -> bool:
        """Whether it belongs to a resource, a key or a trust policy rather than to an identity."""
        return "Principal" in self.body or "NotPrincipal" in self.body

    def values(self, key: str) -> Iterator[tuple[str, Path]]:
        """The texts under `Action`, `Resource` and so on, each with its place.

        What no text can be made of is there too, as `${}`.
        """
        for item, where in items(self.body.get(key), (*self.path, key)):
            if item is not None:
                found = text(item)
                yield UNREADABLE if found is None else found, where

    def principals(self) -> Iterator[tuple[str, Path]]:
        """Every principal, whatever its type; the bare `*` included."""
        for principal, where in branches(self.body.get("Principal"), (*self.path, "Principal")):
            if not isinstance(principal, dict):
                yield from self.values("Principal")
                continue
            for kind, value in principal.items():
                for item, place in items(value, (*where, kind)):
                    yield text(item) or "", place

    @property
    def for_account_root(self) -> bool:
        """Whether its only principal is the account itself, as a key policy must allow."""
        found = [name for name, _ in self.principals()]
        return bool(found) and all(ACCOUNT_ROOT.fullmatch(name) for name in found)


def every_one_in_iam(arn: str) -> bool:
    """Whether a text stands for all roles, users, groups or policies of an account."""
    found = _IN_IAM.fullmatch(arn)
    return found is not None and any(fnmatchcase(one, found[1]) for one in _UNNAMED)


def reasons(resource: Resource) -> Mapping[str, Any]:
    """`Metadata.catalog.wildcards` of a resource: Sid -> why its statement needs a wildcard."""
    metadata = mapping(resource.body.get("Metadata"))
    return mapping(mapping(metadata.get("catalog")).get("wildcards"))


def excused(statement: Statement) -> bool:
    """Whether the statement's wildcard has a written reason."""
    reason = reasons(statement.resource).get(statement.sid) if statement.sid else None
    return is_reason(reason)


def is_reason(value: object) -> bool:
    """Whether it says something: text of two words or more, as every reason in a manifest."""
    return isinstance(value, str) and re.search(REASON, value) is not None


@lru_cache(maxsize=1)
def statements(template: Reading) -> tuple[Statement, ...]:
    """Every statement of every policy document, whatever property holds it."""
    return tuple(
        statement
        for resource in template.resources.values()
        for statement in _below(resource, resource.properties, resource.at())
    )


def _below(resource: Resource, value: Any, path: Path) -> Iterator[Statement]:
    if isinstance(value, dict):
        for body, where in items(value.get("Statement"), (*path, "Statement")):
            if isinstance(body, dict) and "Effect" in body:
                yield Statement(resource=resource, body=body, path=where)
        for key, inner in value.items():
            if key != "Statement":
                yield from _below(resource, inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _below(resource, inner, (*path, index))
