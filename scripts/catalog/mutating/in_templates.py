"""Edits of templates and other YAML, found in the source text itself.

A template of ours is valid YAML before it is rendered, so every node knows where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import yaml

from catalog.mutating import in_code
from catalog.mutating.mutant import Edit, Kind

_ROLE_KEY = re.compile(r"^(.*Role(Arn|Name)?|ServiceToken)$")
_NAMED_ROLE = re.compile(r"\$\{\{ roles\.(\w+) \}\}")
_OTHER = "Other"
_ELSEWHERE = {
    "Resource": '!Sub "arn:${AWS::Partition}:s3:::elsewhere"',
    "Service": "ec2.amazonaws.com",
}
"""What a statement is about instead; well formed, lest a rule about form be all that notices."""

_IN_STATEMENTS = (
    (Kind.VARIABLE, re.compile(r'^ *#@ .*?\("([A-Z][A-Z_]+)",', re.MULTILINE), _OTHER),
    (Kind.VARIABLE, re.compile(r'\{"name": "([A-Z_]+)"'), _OTHER),
    (Kind.ORDER, re.compile(r"^ *#@ set order = (\d+)", re.MULTILINE), "1"),
)
"""What is written in statements and texts, where no YAML node tells it apart: what it is, where it
stands, and what is put behind or, for a number, instead of it."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A node, its key or the keys that lead to it, and what it stands in."""

    node: yaml.Node
    keys: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.keys[-1] if self.keys else ""


def edits(source: str) -> Iterator[Edit]:
    """Every edit of a YAML text; none where it is no YAML."""
    try:
        top = yaml.compose(source, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return
    if top is None:
        return
    for seen in _walk(top, ()):
        for find in _FINDERS:
            yield from find(seen, source)
    for kind, pattern, other in _IN_STATEMENTS:
        for match in pattern.finditer(source):
            text = other if match[1].isdigit() else f"{match[1]}{other}"
            yield Edit(kind=kind, start=match.start(1), end=match.end(1), text=text)


def _walk(node: yaml.Node, keys: tuple[str, ...]) -> Iterator[_Seen]:
    yield _Seen(node, keys)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*keys, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _walk(item, keys)


def _edit(kind: Kind, node: yaml.Node, text: str) -> Edit:
    return Edit(kind=kind, start=node.start_mark.index, end=node.end_mark.index, text=text)


def _written(node: yaml.Node, source: str) -> str:
    return source[node.start_mark.index : node.end_mark.index].rstrip()


def _scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style not in {"|", ">"}


def _renamed(kind: Kind, node: yaml.Node, source: str) -> Iterator[Edit]:
    """The scalar with another text; what is quoted stays quoted, a reference becomes a text."""
    if not _scalar(node):
        return
    written = _written(node, source)
    if written.startswith("!"):
        yield _edit(kind, node, _OTHER)
    elif written[-1:] in "\"'":
        yield _edit(kind, node, f"{written[:-1]}{_OTHER}{written[-1]}")
    elif written:
        yield _edit(kind, node, f"{written}{_OTHER}")


def _without(kind: Kind, sequence: yaml.SequenceNode, source: str) -> Iterator[Edit]:
    """A list of several without one of its items."""
    items = sequence.value
    if len(items) < 2:  # several
        return
    for number, item in enumerate(items):
        if sequence.flow_style:
            last = number == len(items) - 1
            start = items[number - 1].end_mark.index if last else item.start_mark.index
            end = item.end_mark.index if last else items[number + 1].start_mark.index
        else:
            start = source.rindex("-", 0, item.start_mark.index)
            end = _trimmed(item, source)
        yield Edit(kind=kind, start=start, end=end, text="")


def _trimmed(node: yaml.Node, source: str) -> int:
    """Where a block really ends: its mark stands behind the comments that follow it."""
    end = node.end_mark.index
    lines = source[node.start_mark.index : end].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        end -= len(lines.pop())
    return node.start_mark.index + len("".join(lines).rstrip())


def _event(seen: _Seen, source: str) -> Iterator[Edit]:
    if "EventPattern" not in seen.keys[:-1]:
        return
    if isinstance(seen.node, yaml.SequenceNode):
        yield from _without(Kind.EVENT, seen.node, source)
    else:
        yield from _renamed(Kind.EVENT, seen.node, source)


def _order(seen: _Seen, source: str) -> Iterator[Edit]:
    if seen.key == "RunOrder" and _written(seen.node, source).isdigit():
        yield _edit(Kind.ORDER, seen.node, "1" if _written(seen.node, source) != "1" else "9")
    # The order in which the actions of a stage are written means nothing; their RunOrder does.
    if seen.key == "Stages" and isinstance(seen.node, yaml.SequenceNode):
        items = [item for item in seen.node.value if isinstance(item, yaml.MappingNode)]
        for one, other in pairwise(items):
            yield _swapped(Kind.ORDER, one, other, source)


def _swapped(kind: Kind, one: yaml.Node, other: yaml.Node, source: str) -> Edit:
    """Two nodes in each other's place; what stands between them stays there."""
    first = source[one.start_mark.index : _trimmed(one, source)]
    second = source[other.start_mark.index : _trimmed(other, source)]
    between = source[_trimmed(one, source) : other.start_mark.index]
    return Edit(
        kind=kind,
        start=one.start_mark.index,
        end=_trimmed(other, source),
        text=f"{second}{between}{first}",
    )


def _role(seen: _Seen, source: str) -> Iterator[Edit]:
    if not _ROLE_KEY.match(seen.key) or not _scalar(seen.node):
        return
    written = _written(seen.node, source)
    if named := _NAMED_ROLE.search(written):
        other = "events" if named[1] != "events" else "codebuild"
        yield _edit(Kind.ROLE, seen.node, written.replace(named[1], other))
    elif not written.startswith("!"):
        yield from _renamed(Kind.ROLE, seen.node, source)


def _artifact(seen: _Seen, source: str) -> Iterator[Edit]:
    if seen.key == "Name" and {"InputArtifacts", "OutputArtifacts"} & {*seen.keys}:
        yield from _renamed(Kind.ARTIFACT, seen.node, source)


def _variable(seen: _Seen, source: str) -> Iterator[Edit]:
    if seen.key == "Name" and "EnvironmentVariables" in seen.keys[:-1]:
        yield from _renamed(Kind.VARIABLE, seen.node, source)
    if seen.key == "exported-variables" and _scalar(seen.node):
        yield from _renamed(Kind.VARIABLE, seen.node, source)
    named = seen.keys[-2:] == ("Environment", "Variables") or seen.keys == ("env", "variables")
    if named and isinstance(seen.node, yaml.MappingNode):
        for key, _ in seen.node.value:
            yield from _renamed(Kind.VARIABLE, key, source)


def _condition(seen: _Seen, source: str) -> Iterator[Edit]:
    node = seen.node
    if node.tag == "!Not" and isinstance(node, yaml.SequenceNode) and len(node.value) == 1:
        yield _edit(Kind.CONDITION, node, _written(node.value[0], source))
    if node.tag == "!Equals":
        yield _edit(Kind.CONDITION, node, f"!Not [{_written(node, source)}]")
    if node.tag == "!If" and isinstance(node, yaml.SequenceNode):
        _, yes, no = node.value
        yield _swapped(Kind.CONDITION, yes, no, source)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "Condition" and not isinstance(value, yaml.SequenceNode):
                start = key.start_mark.index
                yield Edit(kind=Kind.CONDITION, start=start, end=_trimmed(value, source), text="")


def _policy(seen: _Seen, source: str) -> Iterator[Edit]:
    if seen.key == "Statement" and isinstance(seen.node, yaml.SequenceNode):
        yield from _without(Kind.POLICY, seen.node, source)
    if "Statement" not in seen.keys:
        return
    if seen.key == "Action" and isinstance(seen.node, yaml.SequenceNode):
        yield from _without(Kind.POLICY, seen.node, source)
    if seen.key in {"Resource", "Service"} and _scalar(seen.node):
        written = _written(seen.node, source)
        if written.strip("\"'") != "*":
            yield _edit(Kind.POLICY, seen.node, _ELSEWHERE[seen.key])


def _command(seen: _Seen, _: str) -> Iterator[Edit]:
    if seen.key == "commands" and isinstance(seen.node, yaml.SequenceNode):
        for item in seen.node.value:
            if _scalar(item):
                yield _edit(Kind.COMMAND, item, '"true"')


def _code(seen: _Seen, source: str) -> Iterator[Edit]:
    """Python that stands in a template, and the build commands that do."""
    node = seen.node
    if not isinstance(node, yaml.ScalarNode) or node.style != "|":
        return
    begin = source.index("\n", node.start_mark.index) + 1
    body = source[begin : node.end_mark.index]
    first = next((line for line in body.splitlines() if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    if seen.key == "ZipFile":
        yield from in_code.edits(body, indent=indent, begin=begin)
    elif seen.key == "BuildSpec":
        for match in re.finditer(r"^ *- (?!\|)(.+)$", body, re.MULTILINE):
            start, end = match.span(1)
            yield Edit(kind=Kind.COMMAND, start=begin + start, end=begin + end, text='"true"')


_Finder = Callable[[_Seen, str], Iterator[Edit]]
_FINDERS: tuple[_Finder, ...] = (
    _event,
    _order,
    _role,
    _artifact,
    _variable,
    _condition,
    _policy,
    _command,
    _code,
)
