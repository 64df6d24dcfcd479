"""What a person finds under *S3 templates* in SageMaker Studio.

Studio lists the YAML objects under the place that the domain's tag names, as far as the person may
read them and they carry the visibility tag; it draws the form from the template's own text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.model import VISIBILITY_TAG
from catalog.releases.packaging import parsed
from catalog.state import Template
from catalog.studio.listing import Field, form

LOCATION_TAG = "sagemaker:projectS3TemplatesLocation"
"""Of a domain: `s3://bucket/prefix/` (SageMaker developer guide, *Create custom project
templates*)."""

_LIMITS = (
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "MaxLength",
    "MinLength",
    "MaxValue",
    "MinValue",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTemplate:
    """An object as a role sees it.

    Args:
        name: Of the file, without its ending.
        url: Where CreateProject finds it.
        template: Which release it says it is, with its tags.
        text: Of the template.
    """

    name: str
    url: str
    template: Template
    text: str

    @property
    def tagged(self) -> bool:
        """Whether Studio lists it."""
        return VISIBILITY_TAG in self.template.tags.items()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What lies where Studio looks.

    Args:
        location: `s3://bucket/prefix/`.
        refusal: What the person may not do there; empty when nothing was refused.
    """

    location: str
    seen: tuple[SeenTemplate, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One card under *S3 templates*; `digest`: of the release."""

    name: str
    version: str
    digest: str
    url: str
    form: tuple[Field, ...]


def offered(shelf: Shelf) -> tuple[Offered, ...]:
    """The cards Studio shows, by name."""
    return tuple(
        Offered(
            name=one.name,
            version=one.template.version,
            digest=one.template.digest,
            url=one.url,
            form=_form(one.text),
        )
        for one in sorted(shelf.seen, key=lambda one: one.name)
        if one.tagged
    )


def _form(text: str) -> tuple[Field, ...]:
    template = parsed(text)
    declared = template.get("Parameters") or {}
    return form([*_parameters(declared)], template.get("Metadata") or {})


def _parameters(declared: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A template's parameters as Service Catalog would describe them."""
    for name, one in declared.items():
        limits = {key: one[key] for key in _LIMITS if key in one}
        described = {"Description": one["Description"]} if "Description" in one else {}
        default = {"DefaultValue": str(one["Default"])} if "Default" in one else {}
        yield {
            "ParameterKey": name,
            "ParameterType": one.get("Type", "String"),
            "IsNoEcho": str(one.get("NoEcho", False)).lower() == "true",
            "ParameterConstraints": {
                key: [str(each) for each in value] if isinstance(value, list) else str(value)
                for key, value in limits.items()
            },
            **described,
            **default,
        }
