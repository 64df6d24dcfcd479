"""Policy documents as frozen values that remember where they stand."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.iam import conditions
from local_aws.iam.conditions import Condition, Malformed
from local_aws.iam.patterns import Context, filled, like

VARIABLES_SINCE = "2012-10-17"
"""The version of the language that knows policy variables (*Version*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement.

    Args:
        policy: Name or ARN of its policy, as a reader finds it again.
        index: Its place in the document, from 0.
        not_actions, not_resources, not_principals: The element was the negated one.
        principals: (`AWS`, `Service`, …; name) pairs; None where a policy names nobody.
        resources: None where the policy stands on the resource and names none.
    """

    policy: str
    index: int
    sid: str
    allows: bool
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...] | None
    not_resources: bool
    principals: tuple[tuple[str, str], ...] | None
    not_principals: bool
    conditions: tuple[Condition, ...]
    variables: bool

    def __str__(self) -> str:
        return f"{self.policy}, statement {self.index}" + (f" ({self.sid})" if self.sid else "")

    def covers(self, action: str, resource: str, context: Context) -> bool:
        """Whether it speaks about a request, whoever makes it."""
        return (
            self.names(action, resource, context)
            and not (self.allows and self._lacks(context))
            and all(each.holds(context, variables=self.variables) for each in self.conditions)
        )

    def _lacks(self, context: Context) -> bool:
        """Whether a variable has no value, which is no reason to allow (*Policy variables*)."""
        excluded = self.resources if self.not_resources else ()
        return self.variables and (
            any(each.lacks(context) for each in self.conditions)
            or any(filled(text, context) is None for text in excluded or ())
        )

    def names(self, action: str, resource: str, context: Context) -> bool:
        """Whether it is about an action on a resource, under whatever conditions."""
        return self._names_action(action) and self._names_resource(resource, context)

    def _names_action(self, action: str) -> bool:
        named = any(like(pattern, action, fold=True) for pattern in self.actions)
        return named != self.not_actions

    def _names_resource(self, resource: str, context: Context) -> bool:
        if self.resources is None:
            return True
        named = False
        for pattern in self.resources:
            text = filled(pattern, context) if self.variables else pattern
            if text is not None and (text == "*" or (resource != "*" and like(text, resource))):
                named = True
                break
        return named != self.not_resources


@functools.lru_cache(maxsize=4096)
def statements(document: str, policy: str) -> tuple[Statement, ...]:
    """The statements of a document.

    Args:
        document: JSON text.
        policy: Name or ARN the statements are known by.

    Raises:
        Malformed: It is no policy document.
    """
    try:
        data = json.loads(document)
        held = data["Statement"]
        return tuple(
            _statement(each, index, policy, str(data.get("Version", "")))
            for index, each in enumerate(held if isinstance(held, list) else [held])
        )
    except Malformed as error:
        raise Malformed(f"{policy}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"{policy} is no policy document") from error


def _statement(data: Mapping[str, Any], index: int, policy: str, version: str) -> Statement:
    resources = data.get("Resource", data.get("NotResource"))
    return Statement(
        policy=policy,
        index=index,
        sid=str(data.get("Sid", "")),
        allows={"Allow": True, "Deny": False}[data["Effect"]],
        actions=_texts(data["NotAction"] if "NotAction" in data else data["Action"]),
        not_actions="NotAction" in data,
        resources=None if resources is None else _texts(resources),
        not_resources="NotResource" in data,
        principals=_principals(data.get("Principal", data.get("NotPrincipal"))),
        not_principals="NotPrincipal" in data,
        conditions=conditions.parse(data.get("Condition") or {}),
        variables=version == VARIABLES_SINCE,
    )


def _principals(named: Any) -> tuple[tuple[str, str], ...] | None:
    if named is None:
        return None
    if named == "*":
        return (("AWS", "*"),)
    return tuple((kind, name) for kind, names in named.items() for name in _texts(names))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value if isinstance(value, list) else [value]))
