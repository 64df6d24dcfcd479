"""E9202: Studio finds what belongs to a project by its tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.model import Kind
from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Path, Reading, branches, items, mapping, text
from catalog.templates import resource_types

TAGS = {
    "sagemaker:project-name": "${SageMakerProjectName}",
    "sagemaker:project-id": "${SageMakerProjectId}",
}


class ProjectTags(HouseRule):
    """Everything in a project that takes tags carries the project's two."""

    id = "E9202"
    shortdesc = "Everything taggable carries sagemaker:project-name and sagemaker:project-id"
    description = "Studio lists a project's things by these tags, and roles are limited by them."
    source_url = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html"
    )
    remedy = "Tag it with both, from the two SageMaker parameters."
    kinds = frozenset({Kind.PROJECT})

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each resource that lacks a tag, or gives it another value."""
        for resource in template.resources.values():
            key = resource_types.tag_property(resource.type)
            if not key:
                continue
            for value, path in branches(resource.properties.get(key), resource.at(key)):
                found = _tags(value, path)
                for tag, expected in TAGS.items():
                    if tag not in found:
                        yield Violation(resource.path, f"{resource.name} has no tag {tag}.")
                    elif found[tag] != expected:
                        message = f"The tag {tag} of {resource.name} is not {expected}."
                        yield Violation(path, message)


def _tags(value: Any, path: Path) -> dict[str, str | None]:
    """Tags in either spelling: a list of pairs or a mapping."""
    if isinstance(value, dict):
        return {key: text(inner) for key, inner in value.items()}
    pairs = [mapping(pair) for pair, _ in items(value, path)]
    return {text(pair.get("Key")) or "": text(pair.get("Value")) for pair in pairs}
