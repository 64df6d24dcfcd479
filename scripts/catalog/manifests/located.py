"""YAML text to plain values that remember where they were written.

Manifests are YAML 1.2 without surprises: `yes` is text, `1.0` a number, keys are text, and a key
written twice is a finding instead of a silent loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from catalog.findings import Finding

Path = tuple[str | int, ...]
"""Keys and positions from the top of a document down to a value."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a text: 1-based line and column."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A YAML document as plain values, and the places of its keys and values.

    Args:
        value: Mappings, lists and scalars; None when the text is empty.
        keys: Path of an entry -> where its key stands.
        values: Path of a value -> where it begins.
    """

    value: object
    keys: Mapping[Path, Mark] = field(default_factory=dict)
    values: Mapping[Path, Mark] = field(default_factory=dict)

    def key(self, path: Path) -> Mark:
        """Where the key of `path` stands; the nearest known place above it otherwise."""
        return self._nearest(path, self.keys)

    def at(self, path: Path) -> Mark:
        """Where the value of `path` begins; the nearest known place above it otherwise."""
        return self._nearest(path, self.values)

    def _nearest(self, path: Path, marks: Mapping[Path, Mark]) -> Mark:
        for length in range(len(path), -1, -1):
            found = marks.get(path[:length]) or self.values.get(path[:length])
            if found:
                return found
        return Mark()


def read(text: str, file: str) -> tuple[Document | None, tuple[Finding, ...]]:
    """Parse one YAML document.

    Args:
        text: The document.
        file: Where it came from, for the findings.

    Returns:
        The document, or None when nobody can read it; findings C001 and C007.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
        reader = _Reader(yaml, file)
        value = None if node is None else reader.value(node, ())
    except MarkedYAMLError as error:
        return None, (_unreadable(file, error),)
    except (YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is nested too deep"
        return None, (Finding(file=file, rule="C001", message=f"This is not YAML: {reason}."),)
    return Document(value=value, keys=reader.keys, values=reader.values), tuple(reader.findings)


def _unreadable(file: str, error: MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    reason = ", ".join(part for part in (error.context, error.problem) if part)
    return Finding(
        file=file,
        line=mark.line + 1 if mark else 0,
        column=mark.column + 1 if mark else 0,
        rule="C001",
        message=f"This is not YAML: {reason}.",
        remedy="Look at the indentation and the quotes of this line and the one above it.",
    )


class _Reader:
    """Walks a node tree once; an alias gives the value already made for its anchor."""

    def __init__(self, yaml: YAML, file: str) -> None:
        self._yaml = yaml
        self._file = file
        self._made: dict[int, object] = {}
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self.findings: list[Finding] = []

    def value(self, node: Node, path: Path) -> object:
        self.values[path] = _mark(node)
        if id(node) not in self._made:
            self._made[id(node)] = None  # a value inside itself ends here
            self._made[id(node)] = self._make(node, path)
        return self._made[id(node)]

    def _make(self, node: Node, path: Path) -> object:
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
        result: object = self._yaml.constructor.construct_object(node)
        return result

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, object]:
        made: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in made:
                self.findings.append(self._twice(key, key_node, self.keys[*path, key]))
                continue
            self.keys[*path, key] = _mark(key_node)
            made[key] = self.value(value_node, (*path, key))
        return made

    def _twice(self, key: str, node: Node, first: Mark) -> Finding:
        mark = _mark(node)
        return Finding(
            file=self._file,
            line=mark.line,
            column=mark.column,
            rule="C007",
            message=f"'{key}' is written twice; it stands on line {first.line} already.",
            remedy="Keep one of the two.",
        )


def _mark(node: Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)
