"""What a buildspec says of a batch (CodeBuild user guide, *Batch build buildspec reference*); pure.

A graph and a list name their tasks; a matrix has one for each combination of its values. Each task
becomes a build, by what StartBuild is asked for beside the batch's own request.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.codebuild.reading import Unreadable, items, mapping, sections, texts

MOST_BUILDS = 100
"""Builds in one batch at most (CodeBuild user guide, *Create a build project*, Batch)."""

_BATCH = frozenset({"fast-fail", "build-graph", "build-list", "build-matrix", "build-fanout"})
_ENV = frozenset({"compute-type", "image", "privileged-mode", "type", "variables"})
_OVERRIDES = {
    "compute-type": "computeTypeOverride",
    "image": "imageOverride",
    "privileged-mode": "privilegedModeOverride",
    "type": "environmentTypeOverride",
}
_TASK = frozenset({"identifier", "buildspec", "env", "ignore-failure", "debug-session"})
_OF_A_GRAPH = _TASK | {"depend-on"}
_IDENTIFIER = re.compile(r"\w{1,127}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One build of a batch.

    Args:
        identifier: Unique in the batch.
        overrides: Members of StartBuild, e.g. `imageOverride`.
        variables: Environment variables of this task.
        after: Identifiers of the tasks it waits for.
        ignore_failure: Whether the batch succeeds without it.
    """

    identifier: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    ignore_failure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The batch of a buildspec. `fast_fail`: the first failure stops what runs."""

    tasks: tuple[Task, ...]
    fast_fail: bool = False


def parse(text: str) -> Batch:
    """Read the batch of a buildspec.

    Raises:
        Unreadable: It has none, or not what the reference allows.
    """
    whole = sections(text)
    if "batch" not in whole:
        raise Unreadable("batch: a batch build needs a batch section in its buildspec")
    batch = mapping(whole["batch"], "batch", _BATCH)
    kinds = [name for name in batch if name != "fast-fail"]
    if len(kinds) != 1:
        raise Unreadable("batch: exactly one of build-graph, build-list and build-matrix is needed")
    (kind,) = kinds
    if kind == "build-fanout":
        raise Unreadable("batch/build-fanout is not implemented in the embedded AWS")
    read = {"build-graph": _graph, "build-list": _list, "build-matrix": _matrix}[kind]
    tasks = read(batch[kind])
    _check(tasks)
    return Batch(tasks=tasks, fast_fail=_flag(batch, "fast-fail"))


def _graph(content: Any) -> tuple[Task, ...]:
    return tuple(
        _task(one, f"build-graph/{number}", str(one.get("identifier", "")))
        for number, one in _each(content, "build-graph", _OF_A_GRAPH)
    )


def _list(content: Any) -> tuple[Task, ...]:
    return tuple(
        _task(one, f"build-list/{number}", str(one.get("identifier", f"build{number}")))
        for number, one in _each(content, "build-list", _TASK)
    )


def _each(content: Any, where: str, known: frozenset[str]) -> Iterable[tuple[int, dict[str, Any]]]:
    if not isinstance(content, list):
        raise Unreadable(f"batch/{where} must be a list")
    for number, one in enumerate(content):
        yield number, mapping(one, f"batch/{where}/{number}", known)


def _task(one: Mapping[str, Any], where: str, identifier: str) -> Task:
    env = mapping(one.get("env") or {}, f"batch/{where}/env", _ENV)
    overrides = {_OVERRIDES[name]: value for name, value in env.items() if name in _OVERRIDES}
    if one.get("buildspec"):
        overrides["buildspecOverride"] = str(one["buildspec"])
    return Task(
        identifier=identifier,
        overrides=overrides,
        variables=texts(env, "variables"),
        after=items(one, "depend-on", where),
        ignore_failure=_flag(one, "ignore-failure"),
    )


def _matrix(content: Any) -> tuple[Task, ...]:
    whole = mapping(content, "batch/build-matrix", frozenset({"static", "dynamic"}))
    static = mapping(whole.get("static") or {}, "static", frozenset({"ignore-failure", "env"}))
    dynamic = mapping(whole.get("dynamic") or {}, "dynamic", frozenset({"buildspec", "env"}))
    env = mapping(dynamic.get("env") or {}, "dynamic/env", _ENV - {"privileged-mode", "type"})
    variables = mapping(env.get("variables") or {}, "dynamic/env/variables")
    axes = {
        "buildspec": items(dynamic, "buildspec", "dynamic"),
        **{name: items(env, name, "dynamic/env") for name in ("image", "compute-type")},
        **{f"${name}": items(variables, name, "dynamic/env/variables") for name in variables},
    }
    used = {name: values for name, values in axes.items() if values}
    if not used:
        raise Unreadable("batch/build-matrix/dynamic: nothing varies")
    combinations = itertools.product(*used.values())
    return tuple(
        _task(_combined(static, dict(zip(used, values, strict=True))), "matrix", f"build{number}")
        for number, values in enumerate(combinations)
    )


def _combined(static: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """A task of a matrix as a list would write it; `$NAME` is a variable."""
    env: dict[str, Any] = mapping(static.get("env") or {}, "static/env", _ENV)
    variables = {name[1:]: value for name, value in chosen.items() if name.startswith("$")}
    env["variables"] = texts(env, "variables") | variables
    own = {name: value for name, value in chosen.items() if not name.startswith("$")}
    buildspec = own.pop("buildspec", "")
    return {**static, "env": {**env, **own}, "buildspec": buildspec}


def _flag(parent: Mapping[str, Any], name: str) -> bool:
    value = parent.get(name, False)
    if not isinstance(value, bool):
        raise Unreadable(f"batch: {name} must be true or false")
    return value


def _check(tasks: tuple[Task, ...]) -> None:
    if not 0 < len(tasks) <= MOST_BUILDS:
        raise Unreadable(f"batch: {len(tasks)} builds; between 1 and {MOST_BUILDS} are allowed")
    for name, times in Counter(task.identifier for task in tasks).items():
        if not _IDENTIFIER.fullmatch(name):
            text = "identifier must contain only alphanumeric characters and underscores"
            raise Unreadable(f"batch: {text} and be less than 128 characters in length: {name!r}")
        if times > 1:
            raise Unreadable(f"batch: the identifier {name} is used {times} times")
    _check_order(tasks)


def _check_order(tasks: tuple[Task, ...]) -> None:
    """Every task can run, sooner or later."""
    left = {task.identifier: set(task.after) for task in tasks}
    for name, after in left.items():
        if unknown := sorted(after - set(left)):
            raise Unreadable(f"batch: {name} depends on {', '.join(unknown)}, which is no task")
    while free := {name for name, after in left.items() if not after & set(left)}:
        left = {name: after for name, after in left.items() if name not in free}
    if left:
        raise Unreadable(f"batch: {', '.join(left)} depend on each other")
