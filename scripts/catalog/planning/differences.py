"""How two values differ, in words: the reason of an action. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from catalog.state import Artifact, Constraint, ConstraintKind


def changes(want: object, have: object, names: Iterable[str]) -> str:
    """The fields that differ, old and new value; empty when none does."""
    differing = ((n, getattr(have, n), getattr(want, n)) for n in names)
    return "; ".join(
        _tag_changes(old, new)
        if name == "tags"
        else f"{name.replace('_', ' ')}: {_short(old)} -> {_short(new)}"
        for name, old, new in differing
        if old != new
    )


def version_changes(want: Artifact, have: Artifact, because: str) -> str:
    """What becomes of a version and, where a lifecycle rule retires it, `because` of what."""
    retired = [
        *(["deprecated"] if want.deprecated and not have.deprecated else ()),
        *(["inactive"] if have.active and not want.active else ()),
    ]
    back = [
        *(["no longer deprecated"] if have.deprecated and not want.deprecated else ()),
        *(["active again"] if want.active and not have.active else ()),
    ]
    why = f": {because}" if because else ""
    return "; ".join(
        [
            *filter(None, [changes(want, have, ("description",))]),
            *back,
            *([" and ".join(retired) + why] if retired else ()),
        ]
    )


def setting(kind: ConstraintKind, constraint: Constraint) -> str:
    """What a constraint says, e.g. `launch role: x`."""
    return ": ".join(_setting(kind, constraint.parameters))


def constraint_changes(kind: ConstraintKind, want: Constraint, have: Constraint) -> str:
    """How a constraint differs; empty when it does not."""
    return "; ".join(_constraint_changes(kind, want, have))


def _constraint_changes(kind: ConstraintKind, want: Constraint, have: Constraint) -> Iterator[str]:
    if have.failed:
        yield "the service failed to put it in force"
    if want.parameters != have.parameters:
        (_, old), (noun, new) = _setting(kind, have.parameters), _setting(kind, want.parameters)
        if old == new:  # the difference is in what the short form leaves out
            noun, old, new = "parameters", have.parameters, want.parameters
        yield f"{noun}: {old or '(none)'} -> {new}"
    if differing := changes(want, have, ("description",)):
        yield differing


def _setting(kind: ConstraintKind, parameters: str) -> tuple[str, str]:
    """The noun and value of the one thing that a constraint of ours sets."""
    try:
        data = json.loads(parameters)
        if kind is ConstraintKind.LAUNCH:
            return "launch role", str(data.get("LocalRoleName") or data.get("RoleArn", ""))
        value = data.get("Properties", {}).get("TagUpdateOnProvisionedProduct", "")
        return "tag updates", str(value).lower().replace("_", " ")
    except (ValueError, AttributeError):  # made by hand
        return "parameters", parameters


def _tag_changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    return "; ".join(
        f"tag {key}: {_short(old.get(key, '(none)'))} -> {_short(new.get(key, '(none)'))}"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    )


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(str(value).split()) or "(empty)"
    return text if len(text) <= 60 else text[:57] + "..."
