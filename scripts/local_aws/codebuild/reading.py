"""Reading the YAML of buildspecs: every mistake says where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_SECTIONS = frozenset(
    {"version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache"}
)


class Unreadable(Exception):
    """A buildspec that CodeBuild would not accept; says where and why."""


_DEFAULT = "buildspec.yml"


def found(given: str, source: Path) -> str:
    """The text of a buildspec.

    Args:
        given: A source's `buildspec`: the text itself, or a path in the source, or nothing.
        source: The source's folder.

    Raises:
        Unreadable: There is no such file.
    """
    if _inline(given):
        return given
    file = source / (given or _DEFAULT).strip()
    if not file.is_file():
        shown = f"stat {given or _DEFAULT}: no such file or directory"
        raise Unreadable(f"YAML file does not exist: {shown}")
    return file.read_text(encoding="utf-8")


def _inline(given: str) -> bool:
    text = given.strip()
    return "\n" in text or text.startswith("{")


def sections(text: str) -> dict[str, Any]:
    """The sections of a buildspec of version 0.2.

    Raises:
        Unreadable: It is no YAML, of another version, or has other sections.
    """
    try:
        content = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise Unreadable(f"the buildspec is no YAML: {error}") from error
    whole = mapping(content, "the buildspec", _SECTIONS)
    if str(whole.get("version")) != "0.2":
        found = whole.get("version")
        raise Unreadable(f"version must be 0.2 in the embedded AWS, not {found}")
    return whole


def mapping(value: Any, where: str, known: frozenset[str] | None = None) -> dict[str, Any]:
    """A mapping, with no other keys than the known ones.

    Raises:
        Unreadable: It is none, or has others.
    """
    if not isinstance(value, dict):
        raise Unreadable(f"{where} must be a mapping")
    unknown = sorted(str(key) for key in value if known is not None and key not in known)
    if unknown:
        raise Unreadable(f"{where}: unknown {', '.join(unknown)}")
    return {str(key): inner for key, inner in value.items()}


def texts(parent: Mapping[str, Any], name: str) -> dict[str, str]:
    """A mapping of texts inside another; empty when it is not there.

    Raises:
        Unreadable: It is no mapping.
    """
    found = mapping(parent.get(name) or {}, name)
    return {key: text(value) for key, value in found.items()}


def text(value: Any) -> str:
    """A scalar as CodeBuild writes it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def items(parent: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A list of texts inside a mapping; one text is a list of one.

    Raises:
        Unreadable: It is no such list.
    """
    found = parent.get(name) or []
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list) or any(isinstance(one, dict | list) for one in found):
        raise Unreadable(f"{where}/{name} must be a list of text")
    return tuple(text(one) for one in found)
