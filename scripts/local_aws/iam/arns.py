"""The resources a request is about, as ARNs: built from the kinds an action knows.

The general way fits a kind of resource (`endpoint-config`) to a parameter (`EndpointConfigName`)
and the kind's ARN format. `named` holds what a name alone does not tell, service by service.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.iam import actions

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request goes: partition, region, and the account (12 digits) it is made in."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, rest: str, *, region: bool = True) -> str:
        """An ARN here; `region=False` for a service that knows no regions."""
        return ":".join(
            ("arn", self.partition, service, self.region if region else "", self.account, rest)
        )


def general(prefix: str, kinds: tuple[str, ...], params: Params, place: Place) -> list[str]:
    """The ARNs of the kinds of resource that the parameters name; [] when they name none."""
    by_name = {_bare(name): value for name, value in params.items() if isinstance(value, str)}
    found: list[str] = []
    for kind in kinds:
        for name in _names_for(kind, alone=len(kinds) == 1):
            if value := by_name.get(name):
                found.append(
                    value if value.startswith("arn:") else fill(prefix, kind, value, place)
                )
                break
    if not found:
        found.extend(_any_arn(by_name))
    return found


def _any_arn(by_name: Mapping[str, str]) -> Iterator[str]:
    for name in ("resourcearn", "arn", "resource", "resourceid"):
        if by_name.get(name, "").startswith("arn:"):
            yield by_name[name]
            return


@functools.cache
def _names_for(kind: str, *, alone: bool) -> tuple[str, ...]:
    bare = _bare(kind)
    own = (f"{bare}name", f"{bare}arn", f"{bare}id", bare)
    return (*own, "name", "arn", "id") if alone else own


@functools.cache
def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def fill(prefix: str, kind: str, name: str, place: Place) -> str:
    """The ARN of a resource by kind and name; `*` as the name stands for one not yet known."""
    formats = _formats(prefix).get(kind.lower())
    if formats is None:
        return "*"
    if (prefix, kind.lower()) == ("sagemaker", "endpoint"):  # without case (*CreateEndpoint*)
        name = name.lower()
    values = {"Partition": place.partition, "Region": place.region, "Account": place.account}
    for key, value in values.items():
        formats = formats.replace(f"${{{key}}}", value)
    return formats.replace(".*", name)


@functools.cache
def _formats(prefix: str) -> dict[str, str]:
    held = actions.known().get(prefix, {}).get("Resources", {})
    return {kind.lower(): str(one["ARNFormats"][0]) for kind, one in held.items()}
