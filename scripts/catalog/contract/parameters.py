"""What people fill in: what a parameter took before, and whether it still does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract.differences import Change, Difference, Level, Section
from catalog.contract.patterns import takes_more
from catalog.templates.scenarios import bound, refusals, text

Parameter = Mapping[str, Any]
Step = tuple[Level, Change, str]

LOWER_BOUNDS = ("MinLength", "MinValue")
UPPER_BOUNDS = ("MaxLength", "MaxValue")


def compare(old: Mapping[str, Parameter], new: Mapping[str, Parameter]) -> Iterator[Difference]:
    """The differences of two sections of parameters."""
    for name in old:
        if name not in new:
            yield _difference(name, (Level.MAJOR, Change.GONE, f"the parameter {name} is gone"))
        else:
            for step in _steps(name, old[name], new[name]):
                yield _difference(name, step)
    for name, declared in new.items():
        if name not in old:
            default = "Default" in declared
            reason = f"the parameter {name} is new" + ("" if default else " and has no default")
            yield _difference(name, (Level.MINOR if default else Level.MAJOR, Change.ADDED, reason))


def _difference(name: str, step: Step) -> Difference:
    level, change, reason = step
    return Difference(
        level=level, section=Section.PARAMETER, change=change, name=name, reason=reason
    )


def _steps(name: str, old: Parameter, new: Parameter) -> Iterator[Step]:
    yield from _type(name, str(old.get("Type")), str(new.get("Type")))
    yield from _default(name, old, new)
    yield from _echo(name, _masked(old), _masked(new))
    if isinstance(old.get("AllowedValues"), list) and _readable(new.get("AllowedPattern")):
        yield from _listed(name, old, new)
    else:
        yield from _constraints(name, old, new)


def _type(name: str, old: str, new: str) -> Iterator[Step]:
    if old == new:
        return
    if _takes_all_of(new, old):
        yield Level.MINOR, Change.WIDENED, f"{name} may be any {new}"
    else:
        yield Level.MAJOR, Change.NARROWED, f"the type of {name} changes to {new}"


def _takes_all_of(new: str, old: str) -> bool:
    """Whether every value of the type `old` is one of `new`, and means the same.

    A number is handed on as text; the values of AWS's types, but for names of Systems Manager's
    parameters, are texts that exist in the account.
    """
    if new == "String":
        return old == "Number" or (old.startswith("AWS::") and "::SSM::Parameter" not in old)
    return new == "CommaDelimitedList" and old.startswith("List<")


def _default(name: str, old: Parameter, new: Parameter) -> Iterator[Step]:
    if "Default" in old and "Default" not in new:
        yield Level.MAJOR, Change.NARROWED, f"the default of {name} is gone"
    elif "Default" in new and "Default" not in old:
        yield Level.MINOR, Change.WIDENED, f"{name} has a default"
    elif "Default" in old and text(old["Default"]) != text(new["Default"]):
        yield Level.MINOR, Change.CHANGED, f"the default of {name} changes"


def _masked(parameter: Parameter) -> bool:
    return text(parameter.get("NoEcho", False)) == "true"


def _echo(name: str, old: bool, new: bool) -> Iterator[Step]:
    if old and not new:
        reason = f"{name} loses NoEcho: a value that was masked is shown"
        yield Level.MAJOR, Change.CHANGED, reason
    elif new and not old:
        yield Level.MINOR, Change.CHANGED, f"{name} gets NoEcho: its value is masked"


# --- Constraints --------------------------------------------------------------------------------


def _readable(pattern: object) -> bool:
    """Whether Python can tell what a pattern takes; Java knows things it does not."""
    try:
        re.compile(str(pattern or ""))
    except re.error:
        return False
    return True


def _listed(name: str, old: Parameter, new: Parameter) -> Iterator[Step]:
    """All values that could be given are known: try each."""
    taken = [value for each in old["AllowedValues"] if not _refused(old, value := text(each))]
    lost = [value for value in taken if _refused(new, value)]
    if lost:
        yield Level.MAJOR, Change.NARROWED, f"{name} no longer takes {', '.join(lost)}"
        return
    listed = new.get("AllowedValues")
    if not isinstance(listed, list) or any(
        text(v) not in taken and not _refused(new, text(v)) for v in listed
    ):
        yield Level.MINOR, Change.WIDENED, f"{name} takes more values"


def _refused(parameter: Parameter, value: str) -> bool:
    return any(refusals(parameter, value))


def _constraints(name: str, old: Parameter, new: Parameter) -> Iterator[Step]:
    """Values that could be given are known by their constraints only."""
    if old.get("AllowedValues") != new.get("AllowedValues"):
        yield Level.MAJOR, Change.NARROWED, f"{name} takes fewer values"
    yield from _pattern(name, old.get("AllowedPattern"), new.get("AllowedPattern"))
    for key in LOWER_BOUNDS:
        yield from _bound(f"{key} of {name}", _negated(bound(old, key)), _negated(bound(new, key)))
    for key in UPPER_BOUNDS:
        yield from _bound(f"{key} of {name}", bound(old, key), bound(new, key))


def _pattern(name: str, old: str | None, new: str | None) -> Iterator[Step]:
    """Whether unlike expressions take the same is nobody's to compute: assume they do not."""
    if old == new:
        return
    if new is None or (old is not None and takes_more(str(old), str(new))):
        yield Level.MINOR, Change.WIDENED, f"{name} takes more values"
    else:
        reason = f"the pattern of {name} changes and may refuse a value in use"
        yield Level.MAJOR, Change.NARROWED, reason


def _bound(what: str, old: float | None, new: float | None) -> Iterator[Step]:
    """Compare upper bounds; None is no bound."""
    if new is not None and (old is None or new < old):
        yield Level.MAJOR, Change.NARROWED, f"{what} is narrower"
    elif old is not None and (new is None or new > old):
        yield Level.MINOR, Change.WIDENED, f"{what} is wider"


def _negated(value: float | None) -> float | None:
    return None if value is None else -value
