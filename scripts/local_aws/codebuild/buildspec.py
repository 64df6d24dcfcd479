"""What a buildspec says (CodeBuild user guide, *Build specification reference*), version 0.2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

PHASES = ("install", "pre_build", "build", "post_build")
_SECTIONS = frozenset(
    {"version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache"}
)
_PHASE_KEYS = frozenset({"run-as", "on-failure", "runtime-versions", "commands", "finally"})
_ENVIRONMENT_KEYS = frozenset(
    {
        "shell",
        "variables",
        "parameter-store",
        "exported-variables",
        "secrets-manager",
        "git-credential-helper",
    }
)
_SHELLS = ("bash", "/bin/sh", "sh")


class Unreadable(Exception):
    """A buildspec that CodeBuild would not accept; says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What one phase does."""

    commands: tuple[str, ...] = ()
    finally_: tuple[str, ...] = ()
    on_failure: str = ""
    runtimes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What is packed into one artifact; the patterns count from `base`."""

    patterns: tuple[str, ...]
    base: str = ""
    flat: bool = False
    name: str = ""
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildspec:
    """A buildspec. `secondary` artifacts go by their identifiers."""

    shell: str = "sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    steps: Mapping[str, Steps]
    artifacts: Files | None = None
    secondary: Mapping[str, Files] = field(default_factory=dict)
    reports: tuple[str, ...] = ()


def inline(given: str) -> bool:
    """Whether a source's `buildspec` is the buildspec itself, not a path in the source."""
    text = given.strip()
    return "\n" in text or text.startswith("{")


def parse(text: str) -> Buildspec:
    """Read a buildspec.

    Raises:
        Unreadable: It is no YAML, or not what the reference allows.
    """
    try:
        content = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise Unreadable(f"the buildspec is no YAML: {error}") from error
    whole = _mapping(content, "the buildspec", _SECTIONS)
    if str(whole.get("version")) != "0.2":
        found = whole.get("version")
        raise Unreadable(f"version must be 0.2 in the embedded AWS, not {found}")
    if "batch" in whole:
        raise Unreadable("batch builds are not implemented in the embedded AWS")
    env = _mapping(whole.get("env") or {}, "env", _ENVIRONMENT_KEYS)
    phases = _mapping(whole.get("phases") or {}, "phases", frozenset(PHASES))
    if not phases:
        raise Unreadable("phases: at least one phase is required")
    shell = str(env.get("shell", "sh"))
    if shell not in _SHELLS:
        raise Unreadable(f"env/shell: {shell} is not one of {', '.join(_SHELLS)}")
    artifacts = _mapping(whole.get("artifacts") or {}, "artifacts")
    secondary = _mapping(artifacts.get("secondary-artifacts") or {}, "secondary-artifacts")
    return Buildspec(
        shell=shell,
        variables=_texts(env, "variables"),
        parameters=_texts(env, "parameter-store"),
        secrets=_texts(env, "secrets-manager"),
        exported=_list(env, "exported-variables", "env"),
        steps={name: _steps(name, content) for name, content in phases.items()},
        artifacts=_files(artifacts, "artifacts") if "files" in artifacts else None,
        secondary={
            name: _files(_mapping(files, f"secondary-artifacts/{name}"), name)
            for name, files in secondary.items()
        },
        reports=tuple(_mapping(whole.get("reports") or {}, "reports")),
    )


def _steps(name: str, content: Any) -> Steps:
    phase = _mapping(content, f"phases/{name}", _PHASE_KEYS)
    on_failure = str(phase.get("on-failure", ""))
    if on_failure not in ("", "ABORT", "CONTINUE"):
        text = f"phases/{name}/on-failure: {on_failure} is not implemented in the embedded AWS"
        raise Unreadable(text)
    return Steps(
        commands=_list(phase, "commands", name),
        finally_=_list(phase, "finally", name),
        on_failure=on_failure,
        runtimes=_texts(phase, "runtime-versions"),
    )


def _files(content: Mapping[str, Any], where: str) -> Files:
    patterns = _list(content, "files", where)
    if not patterns:
        raise Unreadable(f"{where}: files is required")
    return Files(
        patterns=patterns,
        base=str(content.get("base-directory", "")),
        flat=str(content.get("discard-paths", "no")).lower() in ("yes", "true"),
        name=str(content.get("name", "")),
        excluded=_list(content, "exclude-paths", where),
    )


def _mapping(value: Any, where: str, known: frozenset[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{where} must be a mapping")
    unknown = sorted(str(key) for key in value if known is not None and key not in known)
    if unknown:
        raise Unreadable(f"{where}: unknown {', '.join(unknown)}")
    return {str(key): inner for key, inner in value.items()}


def _texts(parent: Mapping[str, Any], name: str) -> dict[str, str]:
    found = _mapping(parent.get(name) or {}, name)
    return {key: _text(value) for key, value in found.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(parent: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    found = parent.get(name) or []
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list) or any(isinstance(one, dict | list) for one in found):
        raise Unreadable(f"{where}/{name} must be a list of text")
    return tuple(_text(one) for one in found)
