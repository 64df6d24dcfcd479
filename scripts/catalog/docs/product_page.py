"""The README of a product: its notes, then facts from its manifest and rendered template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.docs.markdown import NOTE, section, table
from catalog.model import Kind, ProductFolder
from catalog.releases import changelog
from catalog.releases.packaging import parsed
from catalog.templates import loops

_KINDS = {
    Kind.PROJECT: "SageMaker Studio lists it under *Organization templates*.",
    Kind.ADMIN: "Platform engineers launch it from Service Catalog; Studio does not list it.",
    Kind.FOUNDATION: "It is deployed with CloudFormation (`make bootstrap`), before any project.",
}


def product(folder: ProductFolder, template: str) -> str:
    """The README of a product, from its manifest, its notes and its rendered template."""
    about, content = folder.product, parsed(template)
    lines = [
        NOTE.format(source="product.yaml, template.yaml.j2, CHANGELOG.md and NOTES.md"),
        "",
        f"# {about.title}",
        "",
        about.summary,
        "",
        f"**Version** {about.version} · **Kind** {about.kind} · **Owner** "
        f"[{about.owner.name}]({about.owner.url}), {about.owner.email}",
        "",
        _KINDS[about.kind],
        *_launched(folder),
        "",
        folder.notes.strip(),
        *section("Parameters", _parameters(content)),
        *section("Outputs", _outputs(content)),
        *section("Resources", _resources(content)),
        *section(
            "Starts with",
            [f"- `{name}`: `seed_code/{source}`" for name, source in sorted(about.seeds.items())],
        ),
        *section(
            "Scenarios", [f"- `{one.name}`: {one.summary}" for one in folder.scenarios.values()]
        ),
        *section("Versions", _versions(folder)),
    ]
    text = "\n".join(lines).strip()
    return re.sub(r"\n{3,}", "\n\n", text) + "\n"


def _launched(folder: ProductFolder) -> Iterator[str]:
    role = folder.product.launch_role
    if role:
        yield ""
        yield f"Launched by the role `{role}`, which must exist in every account that launches it."


def _parameters(template: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (
            f"`{name}`",
            parameter.get("Description", ""),
            parameter.get("Type", ""),
            _default(parameter),
            _constraint(parameter),
        )
        for name, parameter in (template.get("Parameters") or {}).items()
    ]
    yield from table(("Parameter", "Meaning", "Type", "Default", "Constraint"), rows)


def _default(parameter: Mapping[str, Any]) -> str:
    if "Default" not in parameter:
        return "required"
    return f"`{parameter['Default']}`" if str(parameter["Default"]) else "empty"


def _constraint(parameter: Mapping[str, Any]) -> str:
    if "AllowedValues" in parameter:
        return ", ".join(f"`{value}`" for value in parameter["AllowedValues"])
    if "ConstraintDescription" in parameter:
        return str(parameter["ConstraintDescription"])
    names = ("AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue")
    return ", ".join(f"{name} `{parameter[name]}`" for name in names if name in parameter)


def _outputs(template: Mapping[str, Any]) -> Iterator[str]:
    outputs = template.get("Outputs") or {}
    rows = [(f"`{name}`", output.get("Description", "")) for name, output in outputs.items()]
    yield from table(("Output", "Meaning"), rows)


def _resources(template: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (f"`{name}`", resource.get("Type", ""), f"`{condition}`" if condition else "always")
        for name, resource in loops.resources(template).items()
        for condition in [resource.get("Condition", "")]
    ]
    yield from table(("Resource", "Type", "Created when"), rows)


def _versions(folder: ProductFolder) -> Iterator[str]:
    for version in changelog.versions(folder.changelog):
        said = changelog.entry(folder.changelog, version)
        yield from (f"### {version}", "", said, "") if said else (f"### {version}", "")
