"""What a buildspec says (CodeBuild user guide, *Build specification reference*), version 0.2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.codebuild.reading import Unreadable, items, mapping, sections, texts

PHASES = ("install", "pre_build", "build", "post_build")
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
_CACHE_KEYS = frozenset({"paths", "key", "fallback-keys", "action"})
_SHELLS = ("bash", "/bin/sh", "sh")


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
    """A buildspec. `secondary` artifacts go by their identifiers; `cached` are patterns."""

    shell: str = "sh"
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    steps: Mapping[str, Steps]
    artifacts: Files | None = None
    secondary: Mapping[str, Files] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    cached: tuple[str, ...] = ()


def parse(text: str) -> Buildspec:
    """Read a buildspec.

    Raises:
        Unreadable: It is no YAML, or not what the reference allows.
    """
    whole = sections(text)
    env = mapping(whole.get("env") or {}, "env", _ENVIRONMENT_KEYS)
    phases = mapping(whole.get("phases") or {}, "phases", frozenset(PHASES))
    if not phases:
        raise Unreadable("phases: at least one phase is required")
    shell = str(env.get("shell", "sh"))
    if shell not in _SHELLS:
        raise Unreadable(f"env/shell: {shell} is not one of {', '.join(_SHELLS)}")
    artifacts = mapping(whole.get("artifacts") or {}, "artifacts")
    secondary = mapping(artifacts.get("secondary-artifacts") or {}, "secondary-artifacts")
    return Buildspec(
        shell=shell,
        variables=texts(env, "variables"),
        parameters=texts(env, "parameter-store"),
        secrets=texts(env, "secrets-manager"),
        exported=items(env, "exported-variables", "env"),
        steps={name: _steps(name, content) for name, content in phases.items()},
        artifacts=_files(artifacts, "artifacts") if "files" in artifacts else None,
        secondary={
            name: _files(mapping(files, f"secondary-artifacts/{name}"), name)
            for name, files in secondary.items()
        },
        reports=tuple(mapping(whole.get("reports") or {}, "reports")),
        cached=items(mapping(whole.get("cache") or {}, "cache", _CACHE_KEYS), "paths", "cache"),
    )


def _steps(name: str, content: Any) -> Steps:
    phase = mapping(content, f"phases/{name}", _PHASE_KEYS)
    on_failure = str(phase.get("on-failure", ""))
    if on_failure not in ("", "ABORT", "CONTINUE"):
        text = f"phases/{name}/on-failure: {on_failure} is not implemented in the embedded AWS"
        raise Unreadable(text)
    return Steps(
        commands=items(phase, "commands", name),
        finally_=items(phase, "finally", name),
        on_failure=on_failure,
        runtimes=texts(phase, "runtime-versions"),
    )


def _files(content: Mapping[str, Any], where: str) -> Files:
    patterns = items(content, "files", where)
    if not patterns:
        raise Unreadable(f"{where}: files is required")
    return Files(
        patterns=patterns,
        base=str(content.get("base-directory", "")),
        flat=str(content.get("discard-paths", "no")).lower() in ("yes", "true"),
        name=str(content.get("name", "")),
        excluded=items(content, "exclude-paths", where),
    )
