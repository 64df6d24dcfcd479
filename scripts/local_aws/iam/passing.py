"""Roles and connections that a request hands to a service, which need a permission of their own.

Whoever names a role for a service to act under needs `iam:PassRole` on it (IAM user guide,
*Granting permissions to pass a role to a service*), and `codeconnections:PassConnection` on a
connection given to a pipeline (developer tools console guide, *Passing a connection to a service*).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_CONNECTION = re.compile(r"arn:aws[a-z-]*:(codeconnections|codestar-connections):.+:connection/.+")
_GIVES = ("Create", "Put", "Update", "Start", "Register", "Add", "Enable", "Execute", "Publish")
_ALSO = frozenset(
    {
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:DeleteStack",
        "cloudformation:RollbackStack",
    }
)
_NO_PASSING = frozenset({"iam", "sts", "servicecatalog", "organizations", "kms"})
"""Services that let a role be named without acting under it, or whose ARNs are policy text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A role or connection handed over."""

    action: str
    resource: str
    key: str
    to: str

    @property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The condition key that says which service gets it."""
        return {self.key: (self.to,)}


def passed(prefix: str, operation: str, params: Mapping[str, Any]) -> tuple[Passed, ...]:
    """What a request hands over, each thing once."""
    gives = operation.startswith(_GIVES) or f"{prefix}:{operation}" in _ALSO
    if prefix in _NO_PASSING or not gives:
        return ()
    to = f"{prefix}.amazonaws.com"
    found = dict.fromkeys(_found(prefix, params))
    return tuple(_passing(arn, to) for arn in found)


def _passing(arn: str, to: str) -> Passed:
    if _ROLE.fullmatch(arn):
        return Passed(action="iam:PassRole", resource=arn, key="iam:passedtoservice", to=to)
    service = arn.split(":")[2]
    action, key = f"{service}:PassConnection", f"{service}:passedtoservice"
    return Passed(action=action, resource=arn, key=key, to=to)


def _found(prefix: str, value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _found(prefix, inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _found(prefix, inner, name)
    elif isinstance(value, str) and _is_passed(prefix, name, value):
        yield value


def _is_passed(prefix: str, name: str, value: str) -> bool:
    bare = name.lower().replace("_", "")
    if bare.endswith(("role", "rolearn", "roleoverride")):
        return _ROLE.fullmatch(value) is not None
    gives = prefix == "codepipeline" and bare == "connectionarn"
    return gives and _CONNECTION.fullmatch(value) is not None
