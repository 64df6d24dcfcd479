"""What a person finds under *Organization templates* in SageMaker Studio, and why not more.

Studio shows the Service Catalog products that the person's role may launch and that carry the
visibility tag; it draws the form from the version's parameters and gives project name and id
itself. The same is built here from what the gateway `catalog.aws.studio` saw as that role.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog.model import GIVEN_BY_STUDIO, VISIBILITY_TAG

_INTERFACE = "AWS::CloudFormation::Interface"
_RULES = "SagemakerTemplateParameterRules"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenVersion:
    """A version as DescribeProduct tells it to those who may launch; it hides inactive ones.

    Args:
        digest: Of the release, from its description; empty when that does not tell.
    """

    id: str
    name: str
    created: datetime
    deprecated: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenProduct:
    """A product as a role sees it.

    Args:
        tags: Of its launch paths, which are the tags of product and portfolio (ListLaunchPaths).
        versions: Active ones.
        parameters: Of the newest version, as DescribeProvisioningParameters answers them.
        instructions: Type -> value of that answer's usage instructions; `metadata` holds the
            template's Metadata as JSON.
    """

    id: str
    title: str
    summary: str
    owner: str
    tags: frozenset[tuple[str, str]] = frozenset()
    versions: tuple[SeenVersion, ...] = ()
    parameters: Sequence[Mapping[str, Any]] = ()
    instructions: Mapping[str, str] = field(default_factory=dict)

    @property
    def tagged(self) -> bool:
        """Whether Studio lists it."""
        return VISIBILITY_TAG in self.tags

    @property
    def newest(self) -> SeenVersion | None:
        """The version a new project gets unless another is asked for: the one created last."""
        return max(self.versions, key=lambda version: version.created, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of the form.

    Args:
        label: What stands beside it; the parameter's name when the template gives none.
        group: Heading above it; empty when the template puts it under none.
        default: None when there is none.
        constraint: What the answer must be, in words where the template has them.
        optional: Whether it may be left empty.
        secret: Whether what is typed is hidden.
    """

    name: str
    label: str
    group: str
    description: str
    type: str
    default: str | None
    allowed: tuple[str, ...]
    pattern: str
    constraint: str
    optional: bool
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One card under *Organization templates*; `digest`: of the release."""

    title: str
    version: str
    product: str
    digest: str
    summary: str
    owner: str
    form: tuple[Field, ...]


def templates(seen: Iterable[SeenProduct]) -> tuple[Template, ...]:
    """The cards Studio shows, by title: tagged products that have a version to launch."""
    shown = [
        Template(
            title=product.title,
            version=version.name,
            product=product.id,
            digest=version.digest,
            summary=product.summary,
            owner=product.owner,
            form=form(product.parameters, _metadata(product.instructions)),
        )
        for product in seen
        if product.tagged and (version := product.newest) and not version.deprecated
    ]
    return tuple(sorted(shown, key=lambda template: (template.title, template.product)))


def _metadata(instructions: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        metadata = json.loads(instructions.get("metadata", "{}"))
    except ValueError:
        return {}
    return metadata if isinstance(metadata, dict) else {}


def form(parameters: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any]) -> tuple[Field, ...]:
    """The form of a version, in the order of the template's parameter groups.

    Args:
        parameters: `ProvisioningArtifactParameters` of DescribeProvisioningParameters.
        metadata: The template's Metadata: its `AWS::CloudFormation::Interface` gives groups and
            labels, its `SagemakerTemplateParameterRules` says what is optional.
    """
    interface = metadata.get(_INTERFACE, {})
    groups = {
        name: group.get("Label", {}).get("default", "")
        for group in interface.get("ParameterGroups", [])
        for name in group.get("Parameters", [])
    }
    place = {name: number for number, name in enumerate(groups)}
    asked = [each for each in parameters if each["ParameterKey"] not in GIVEN_BY_STUDIO]
    ordered = sorted(asked, key=lambda each: place.get(each["ParameterKey"], len(place)))
    labels = interface.get("ParameterLabels", {})
    rules = metadata.get(_RULES, {})
    return tuple(_field(each, groups, labels, rules) for each in ordered)


def _field(
    parameter: Mapping[str, Any],
    groups: Mapping[str, str],
    labels: Mapping[str, Any],
    rules: Mapping[str, Any],
) -> Field:
    name = parameter["ParameterKey"]
    limits = parameter.get("ParameterConstraints", {})
    return Field(
        name=name,
        label=labels.get(name, {}).get("default", name),
        group=groups.get(name, ""),
        description=parameter.get("Description", ""),
        type=parameter.get("ParameterType", "String"),
        default=parameter.get("DefaultValue"),
        allowed=tuple(limits.get("AllowedValues", ())),
        pattern=limits.get("AllowedPattern", ""),
        constraint=_constraint(limits),
        optional=str(rules.get(name, {}).get("Optional", "")).lower() == "true",
        secret=bool(parameter.get("IsNoEcho", False)),
    )


def _constraint(limits: Mapping[str, Any]) -> str:
    """The template's own words where it has them, else the limits in ours."""
    if limits.get("ConstraintDescription"):
        return str(limits["ConstraintDescription"])
    said = (
        ("one of: {}", ", ".join(limits.get("AllowedValues", ()))),
        ("matches {}", limits.get("AllowedPattern")),
        ("at least {} characters", limits.get("MinLength")),
        ("at most {} characters", limits.get("MaxLength")),
        ("at least {}", limits.get("MinValue")),
        ("at most {}", limits.get("MaxValue")),
    )
    return "; ".join(words.format(value) for words, value in said if value)
