"""Every action of every policy statement in a template, at the line somebody wrote.

Grammar: IAM user guide, *Grammar of the IAM JSON policy language*.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from catalog.model import Rendered, SourceLine
from catalog.templates.yaml_text import composed

ROLE = "AWS::IAM::Role"
MANAGED = "AWS::IAM::ManagedPolicy"
ATTACHED = ("AWS::IAM::RolePolicy", "AWS::IAM::Policy")
"""Types whose document becomes an inline policy of roles that stand elsewhere."""

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")

Nodes = Mapping[str, yaml.Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One action of one statement.

    Args:
        product: Whose template it is in.
        holder: Logical id of the role or policy.
        name: Of the role, or of a managed policy; `*` for every part known only at deployment,
            empty when it cannot be told.
        policy: Name of an inline policy, `trust` for who may assume a role; empty for a managed
            policy.
        index: The statement's place in its document as written, from 0.
        sid: The statement's `Sid`; empty when it has none.
        mark: How the deployed statement is found again: its `Sid`, or `#<index>`; empty when
            conditions leave open which statement that is.
        allows: Whether it grants rather than denies.
        action: As written, e.g. `s3:Get*`.
        resources: As written; a reference is shown as its tag and text.
        place: Where the action stands.
    """

    product: str
    holder: str
    name: str
    policy: str
    index: int
    sid: str
    mark: str
    allows: bool
    action: str
    resources: tuple[str, ...]
    place: SourceLine

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.place.file}:{self.place.line}"

    @property
    def trusts(self) -> bool:
        """Whether it says who may assume a role."""
        return self.policy == "trust"

    def grants(self, action: str) -> bool:
        """Whether it speaks of an action, e.g. `s3:GetObject`; case does not count."""
        return fnmatch.fnmatchcase(action.lower(), self.action.lower())


def grants(rendered: Rendered) -> tuple[Grant, ...]:
    """The actions of all roles and policies of a template, in the order written."""
    top = composed(rendered.text)
    resources = _mapping(_mapping(top).get("Resources"))
    return tuple(
        grant
        for holder, body in resources.items()
        for grant in _of_resource(rendered, holder, _mapping(body), resources)
    )


def _of_resource(rendered: Rendered, holder: str, body: Nodes, resources: Nodes) -> Iterator[Grant]:
    for name, policy, document in _documents(holder, body, resources):
        listed = _mapping(document).get("Statement")
        statements = [_mapping(node) for node in _branches(listed)]
        marks = _marks(statements, conditional=_is_conditional(listed))
        for index, statement in enumerate(statements):
            for action in _branches(statement.get("Action")):
                yield Grant(
                    product=rendered.product,
                    holder=holder,
                    name=name,
                    policy=policy,
                    index=index,
                    sid=_text(statement.get("Sid")),
                    mark=marks[index],
                    allows=_text(statement.get("Effect")) == "Allow",
                    action=_text(action),
                    resources=tuple(_shown(each) for each in _branches(statement.get("Resource"))),
                    place=rendered.source[action.start_mark.line],
                )


def _documents(
    holder: str, body: Nodes, resources: Nodes
) -> Iterator[tuple[str, str, yaml.Node | None]]:
    """Name, policy and document (see `Grant`) of every policy document of a resource."""
    kind, properties = _text(body.get("Type")), _mapping(body.get("Properties"))
    if kind == ROLE:
        name = _role_name(holder, properties)
        yield name, "trust", properties.get("AssumeRolePolicyDocument")
        for each in _branches(properties.get("Policies")):
            inline = _mapping(each)
            yield name, _text(inline.get("PolicyName")), inline.get("PolicyDocument")
    elif kind == MANAGED:
        name = _name(properties.get("ManagedPolicyName"), holder)
        yield name, "", properties.get("PolicyDocument")
    elif kind in ATTACHED:
        names = [
            _name_of(role, resources)
            for role in _branches(properties.get("RoleName") or properties.get("Roles"))
        ]
        name = names[0] if len(names) == 1 else ""
        yield name, _text(properties.get("PolicyName")), properties.get("PolicyDocument")


def _role_name(holder: str, properties: Nodes) -> str:
    return _name(properties.get("RoleName"), holder)


def _name_of(role: yaml.Node, resources: Nodes) -> str:
    """The name of a role that is named, or referred to by its logical id."""
    if role.tag != "!Ref":
        return _name(role, "")
    body = _mapping(resources.get(_text(role)))
    if _text(body.get("Type")) != ROLE:
        return ""
    return _role_name(_text(role), _mapping(body.get("Properties")))


def _marks(statements: list[dict[str, yaml.Node]], *, conditional: bool) -> list[str]:
    """The `mark` of each statement; a `Sid` that both ways of a condition carry tells nothing."""
    sids = [_text(each.get("Sid")) for each in statements]
    often = Counter(sids)
    return [
        (sid if often[sid] == 1 else "") if sid else ("" if conditional else f"#{index}")
        for index, sid in enumerate(sids)
    ]


def _is_conditional(node: yaml.Node | None) -> bool:
    if _condition(node) is not None:
        return True
    return isinstance(node, yaml.SequenceNode) and any(map(_is_conditional, node.value))


def _condition(node: yaml.Node | None) -> yaml.SequenceNode | None:
    """What stands in an `!If`, or in its long form; None for anything else."""
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
        key, value = node.value[0]
        return value if key.value == "Fn::If" and isinstance(value, yaml.SequenceNode) else None
    return node if isinstance(node, yaml.SequenceNode) and node.tag == "!If" else None


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _branches(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The items of a list, or the one that stands there; both ways of an `!If`, if it holds any."""
    if node is None:
        return
    if (condition := _condition(node)) is not None:
        for branch in condition.value[1:]:
            yield from _branches(branch)
    elif isinstance(node, yaml.SequenceNode) and not node.tag.startswith("!"):
        for item in node.value:
            yield from _branches(item)
    elif not (node.tag == "!Ref" and node.value == "AWS::NoValue"):
        yield node


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _name(node: yaml.Node | None, holder: str) -> str:
    """A name, or what CloudFormation makes up: `<stack>-<logical id>-<random>`."""
    if node is None:
        return f"*-{holder}-*"
    if not isinstance(node, yaml.ScalarNode) or node.tag in {"!Ref", "!GetAtt"}:
        return "*"
    return _PLACEHOLDER.sub("*", str(node.value))


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return f"{node.tag} {node.value}" if node.tag in {"!Ref", "!GetAtt"} else str(node.value)
    inner: Any = node.value[0] if isinstance(node, yaml.SequenceNode) and node.value else None
    return f"{node.tag} {_text(inner)}" if inner is not None else node.tag
