"""Every action of every policy statement in a template, at the line somebody wrote.

Grammar: IAM user guide, *Grammar of the IAM JSON policy language*.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from catalog.model import Rendered, SourceLine
from catalog.templates.yaml_text import composed

ROLE = "AWS::IAM::Role"
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")

Nodes = Mapping[str, yaml.Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One action of one statement.

    Args:
        product: Whose template it is in.
        holder: Logical id of the role or policy.
        name: The role's or policy's name, `*` for every part known only at deployment.
        policy: Name of an inline policy, `trust` for who may assume a role; empty for the document
            of a resource that is a policy itself.
        index: The statement's place in its document, from 0.
        sid: The statement's `Sid`; empty when it has none.
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
        for grant in _of_resource(rendered, holder, _mapping(body))
    )


def _of_resource(rendered: Rendered, holder: str, body: Nodes) -> Iterator[Grant]:
    kind, properties = _text(body.get("Type")), _mapping(body.get("Properties"))
    if kind == ROLE:
        name = _name(properties.get("RoleName"))
        trust = {"trust": properties.get("AssumeRolePolicyDocument")}
        inline = {
            _text(_mapping(each).get("PolicyName")): _mapping(each).get("PolicyDocument")
            for each in _branches(properties.get("Policies"))
        }
        documents: dict[str, yaml.Node | None] = {**trust, **inline}
    elif kind in POLICIES:
        name = _name(properties.get("ManagedPolicyName") or properties.get("PolicyName"))
        documents = {"": properties.get("PolicyDocument")}
    else:
        return
    for policy, document in documents.items():
        for index, node in enumerate(_branches(_mapping(document).get("Statement"))):
            statement = _mapping(node)
            for action in _branches(statement.get("Action")):
                yield Grant(
                    product=rendered.product,
                    holder=holder,
                    name=name,
                    policy=policy,
                    index=index,
                    sid=_text(statement.get("Sid")),
                    allows=_text(statement.get("Effect")) == "Allow",
                    action=_text(action),
                    resources=tuple(_shown(each) for each in _branches(statement.get("Resource"))),
                    place=rendered.source[action.start_mark.line],
                )


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _branches(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The items of a list, or the one that stands there; both ways of an `!If`, if it holds any."""
    if node is None:
        return
    if node.tag == "!If" and isinstance(node, yaml.SequenceNode):
        for branch in node.value[1:]:
            yield from _branches(branch)
    elif isinstance(node, yaml.SequenceNode) and not node.tag.startswith("!"):
        for item in node.value:
            yield from _branches(item)
    elif not (node.tag == "!Ref" and node.value == "AWS::NoValue"):
        yield node


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _name(node: yaml.Node | None) -> str:
    if node is None or not isinstance(node, yaml.ScalarNode) or node.tag in {"!Ref", "!GetAtt"}:
        return "*"
    return _PLACEHOLDER.sub("*", str(node.value))


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return f"{node.tag} {node.value}" if node.tag in {"!Ref", "!GetAtt"} else str(node.value)
    inner: Any = node.value[0] if isinstance(node, yaml.SequenceNode) and node.value else None
    return f"{node.tag} {_text(inner)}" if inner is not None else node.tag
