"""JSON Schemas of the manifests, for editors: draft-07, generated from `catalog.manifests.forms`.

Pydantic writes a later draft; editors' YAML servers read draft-07, whose differences in our schemas
are the name and place of `definitions` and what may stand beside a `$ref`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from catalog.manifests.forms import (
    REASON,
    REASON_LINE,
    TAG,
    WORDS,
    Form,
    PortfolioForm,
    ProductForm,
    ScenarioForm,
)
from catalog.manifests.permission_forms import PermissionsForm
from catalog.manifests.settings_forms import SettingsForm

FORMS: Mapping[str, type[Form]] = {
    "product": ProductForm,
    "portfolio": PortfolioForm,
    "scenario": ScenarioForm,
    "permissions": PermissionsForm,
    "catalog": SettingsForm,
}
"""Name of a schema -> the form it describes."""

_PORTABLE = {
    TAG: r"^[^!\x22#$%&\x27()*,;<>?\[\\\]^`{|}~]+$",
    REASON: r"\S\s+\S",
    REASON_LINE: r"^[^\r\n]*\S[ \t]+\S[^\r\n]*$",
}
"""Not every editor knows all letters: to them a tag has all but this punctuation, and a word is
what has no blank in it."""

DRAFT = "http://json-schema.org/draft-07/schema#"


def files() -> Mapping[str, str]:
    """File name under `scripts/catalog/schemas/` -> its text."""
    return {
        f"{name}.schema.json": json.dumps(schema(form), indent=2, ensure_ascii=False) + "\n"
        for name, form in FORMS.items()
    }


def schema(form: type[Form]) -> dict[str, Any]:
    """The draft-07 schema of a form."""
    made = form.model_json_schema(ref_template="#/definitions/{model}")
    definitions = made.pop("$defs", {})
    whole = {"$schema": DRAFT, **made}
    if definitions:
        whole["definitions"] = definitions
    result: dict[str, Any] = _draft7(whole)
    return result


def _draft7(node: Any) -> Any:
    if isinstance(node, list):
        return [_draft7(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {
        _portable(key): _draft7(value) for key, value in node.items() if not _is_noise(key, value)
    }
    if "$ref" in made and len(made) > 1:  # draft-07 ignores what stands beside a reference
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    if "patternProperties" in made:  # keys of another form are mistakes, not extras
        made.setdefault("additionalProperties", False)
    if isinstance(made.get("pattern"), str):
        if made["pattern"] in WORDS:  # what VS Code shows instead of the expression
            made["patternErrorMessage"] = f"must be {WORDS[made['pattern']]}"
        made["pattern"] = _portable(made["pattern"])
    return made


def _portable(pattern: str) -> str:
    return _PORTABLE.get(pattern, pattern)


def _is_noise(key: str, value: Any) -> bool:
    """Titles that pydantic makes of names; `title` is also a property of ours, a mapping then."""
    return key == "title" and isinstance(value, str)
