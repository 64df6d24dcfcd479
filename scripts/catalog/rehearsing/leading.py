"""From what AWS says to the line somebody wrote. Pure.

A denied action leads to the statement of the role that comes nearest; a resource of a stack, to its
template; a file named in a build's log or a command that failed, to the seed code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

import yaml

from catalog.model import Catalog, Rendered
from catalog.templates.yaml_text import composed

_FRAME = re.compile(r'File "(?:[^"]*/)?((?:[\w.-]+/)?[\w.-]+\.py)", line (\d+)')
_COMMAND = re.compile(
    r"(?:while executing command|Command did not exit successfully|Running command)[: ]+"
    r"(.+?)(?:\. Reason|\s+exit status|$)"
)


class Leads:
    """A catalog's files, for finding the line behind a symptom.

    Args:
        catalog: Its seeds are searched for files and commands.
        rendered: Product name -> rendered template with the origin of each line.
    """

    def __init__(self, catalog: Catalog, rendered: Mapping[str, Rendered]) -> None:
        self._catalog = catalog
        self._rendered = rendered

    def to_role(self, role: str, action: str) -> str:
        """Where a role's permissions for an action's service are written; empty if nowhere here.

        Args:
            role: Name.
            action: `codepipeline:StartPipelineExecution`.
        """
        for rendered in self._rendered.values():
            for _, resource in _resources(rendered):
                named = _at(resource, "Properties", "RoleName")
                if named is not None and _names(named, role):
                    return _place(rendered, _nearest(resource, action))
        return ""

    def to_resource(self, logical: str, kind: str = "") -> str:
        """Where a resource is written, by its logical id and type; empty if nowhere here."""
        for rendered in self._rendered.values():
            for key, resource in _resources(rendered):
                written = _at(resource, "Type")
                if key.value == logical and kind in ("", getattr(written, "value", "")):
                    return _place(rendered, key)
        return self._to_seed(rf"^  {re.escape(logical)}:")

    def to_rule(self, name: str) -> str:
        """Where the event pattern of a rule is written, by the rule's name."""
        for rendered in self._rendered.values():
            for _, resource in _resources(rendered):
                named = _at(resource, "Properties", "Name")
                pattern = _at(resource, "Properties", "EventPattern")
                if named is not None and pattern is not None and _names(named, name):
                    return _place(rendered, pattern)
        return ""

    def to_code(self, log: tuple[str, ...]) -> str:
        """The deepest line of seed code, or the command of a buildspec, that a log names."""
        for line in reversed(log):
            for path, number in _FRAME.findall(line):
                if found := self._seed_file(path):
                    return f"{found}:{number}"
        for line in reversed(log):
            if command := _COMMAND.search(line):
                wanted = command[1].splitlines()[0].strip().strip("\"'")
                if found := self._to_seed(re.escape(wanted)):
                    return found
        return ""

    def _seed_file(self, path: str) -> str:
        for seed, tree in sorted(self._catalog.seeds.items()):
            for file in tree:
                if str(file) == path or str(file).endswith(f"/{path}"):
                    return f"seed_code/{seed}/{file}"
        return ""

    def _to_seed(self, pattern: str) -> str:
        """The first line of a YAML file of the seeds that matches."""
        for seed, tree in sorted(self._catalog.seeds.items()):
            for file, content in tree.items():
                if str(file).endswith((".yml", ".yaml")):
                    lines = content.content.decode(errors="replace").splitlines()
                    for number, line in enumerate(lines, start=1):
                        if re.search(pattern, line):
                            return f"seed_code/{seed}/{file}:{number}"
        return ""


def _resources(rendered: Rendered) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Key and value of every resource of a template."""
    resources = _at(composed(rendered.text), "Resources")
    if isinstance(resources, yaml.MappingNode):
        yield from resources.value


def _at(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    for name in path:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for key, value in node.value if key.value == name), None)
    return node


def _names(node: yaml.Node, name: str) -> bool:
    """Whether a name as written, `!Sub` included, can have become `name`."""
    written = node.value if isinstance(node, yaml.ScalarNode) else ""
    return bool(written) and fnmatchcase(name, re.sub(r"\$\{[^}]*\}", "*", written))


def _nearest(role: yaml.Node, action: str) -> yaml.Node:
    """The statement that names the action, or its service, or else where the policies begin."""
    policies = _at(role, "Properties", "Policies")
    if policies is None:
        return role
    statements = list(_statements(policies))
    service = action.partition(":")[0]
    for fits in (action, f"{service}:"):
        for statement in statements:
            if any(text.startswith(fits) for text in _texts(_at(statement, "Action"))):
                return statement
    return policies


def _statements(policies: yaml.Node) -> Iterator[yaml.Node]:
    for policy in policies.value:
        found = _at(policy, "PolicyDocument", "Statement")
        if isinstance(found, yaml.SequenceNode):
            yield from found.value


def _texts(node: yaml.Node | None) -> list[str]:
    if isinstance(node, yaml.ScalarNode):
        return [node.value]
    if isinstance(node, yaml.SequenceNode):
        return [each.value for each in node.value if isinstance(each, yaml.ScalarNode)]
    return []


def _place(rendered: Rendered, node: yaml.Node) -> str:
    origin = rendered.source[node.start_mark.line]
    return f"{origin.file}:{origin.line}"
