"""What a role lacks to create, update and delete the resources of the templates it deploys.

A launch role deploys its products' templates; what other roles deploy, `permissions.yaml` says.

CloudFormation's handler of a resource type calls the actions that the type's registry schema lists
under `handlers.*.permissions`. Only actions are compared, not resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

from catalog.access.reasons import Reasons
from catalog.access.written import Grant
from catalog.findings import Finding, Severity
from catalog.model import Rendered
from catalog.templates import loops, permissions
from catalog.templates.yaml_text import composed


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role that some product's template makes.

    Args:
        product: Whose template it is in.
        holder: Its logical id there.
        name: `*` for every part known only at deployment.
        grants: What it is allowed.
    """

    product: str
    holder: str
    name: str
    grants: tuple[Grant, ...]

    def may(self, action: str) -> bool:
        """Whether a statement of it allows an action on anything."""
        return any(grant.grants(action) for grant in self.grants)


def roles(grants: Iterable[Grant]) -> tuple[Role, ...]:
    """The roles of a catalog's templates, with what policies beside them add."""
    held: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants:
        if grant.policy and grant.name:
            held.setdefault((grant.product, grant.name), []).append(grant)
    return tuple(
        Role(
            product=product,
            holder=next((each.holder for each in own if each.trusts), own[0].holder),
            name=name,
            grants=tuple(grant for grant in own if grant.allows and not grant.trusts),
        )
        for (product, name), own in held.items()
    )


def lacking(template: Rendered, role: Role, reasons: Reasons) -> Iterator[Finding]:
    """Warnings C411, at the line of each resource that a role cannot manage.

    Args:
        template: What the role deploys.
        role: A launch role, or another that deploys.
        reasons: Of the product that makes the role.
    """
    for logical, (kind, line) in _types(template).items():
        needed = permissions.of_types([kind]).actions
        missing = [
            action
            for action in needed
            if not role.may(action) and not reasons.lacks_on_purpose(role.holder, action)
        ]
        if missing:
            origin = template.source[line]
            yield Finding(
                file=origin.file,
                line=origin.line,
                rule="C411",
                message=f"{role.name} lacks {_listed(missing)} to manage {kind}.",
                remedy=f"Add them to {role.holder} of products/{role.product}, or say under "
                "left_out of its permissions.yaml why they are not needed.",
                severity=Severity.WARNING,
                at=f"Resources.{logical}",
            )


def _listed(actions: list[str], most: int = 8) -> str:
    more = len(actions) - most
    return ", ".join(actions[:most]) + (f" and {more} more" if more > 0 else "")


def schema_says(grant: Grant, types: Iterable[str]) -> str:
    """The first type whose handlers call what a grant allows; empty when none does."""
    if not grant.allows or grant.trusts:
        return ""
    for kind in sorted(types):
        if any(grant.grants(action) for action in permissions.of_types([kind]).actions):
            return kind
    return ""


def types(template: Rendered) -> frozenset[str]:
    """The resource types of a template."""
    return frozenset(kind for kind, _ in _types(template).values())


def _types(rendered: Rendered) -> dict[str, tuple[str, int]]:
    """Logical id -> its type, and the rendered line (from 0) where the resource begins."""
    top = composed(rendered.text)
    found: dict[str, tuple[str, int]] = {}
    for key, resources in top.value if isinstance(top, yaml.MappingNode) else ():
        if key.value != "Resources" or not isinstance(resources, yaml.MappingNode):
            continue
        for name, body in _entries(resources):
            for inner, value in body.value if isinstance(body, yaml.MappingNode) else ():
                if inner.value == "Type":
                    found[name.value] = (str(value.value), name.start_mark.line)
    return found


def _entries(resources: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The entries of `Resources` and of the loops in it."""
    for name, body in resources.value:
        if not str(name.value).startswith(loops.LOOP):
            yield name, body
        elif isinstance(body, yaml.SequenceNode) and len(body.value) > loops.BODY:
            yield from _entries(body.value[loops.BODY])
