"""The generated schemas: current, draft-07, and of one mind with the forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from catalog.manifests import schema

ROOT = Path(__file__).parents[2]
FILES = schema.files()
MANIFESTS = {
    "catalog": [ROOT / "catalog.yaml"],
    "portfolio": sorted(ROOT.glob("portfolios/*.yaml")),
    "product": sorted(ROOT.glob("products/*/product.yaml")),
    "scenario": sorted(ROOT.glob("products/*/scenarios/*.yaml")),
}


def nodes(value: Any) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [node for one in inner for node in nodes(one)]
    return [value, *found] if isinstance(value, dict) else found


@pytest.mark.parametrize("name", FILES)
def test_committed_schema_is_current(name: str) -> None:
    assert (ROOT / "scripts/catalog/schemas" / name).read_text() == FILES[name], "run make schemas"


@pytest.mark.parametrize("name", FILES)
def test_is_draft_7(name: str) -> None:
    made = json.loads(FILES[name])
    jsonschema.Draft7Validator.check_schema(made)
    assert made["$schema"] == schema.DRAFT
    for node in nodes(made):
        assert "$defs" not in node
        assert not ("$ref" in node and len(node) > 1), "draft-07 ignores what stands beside a $ref"


@pytest.mark.parametrize("name", schema.FORMS)
def test_every_field_is_described(name: str) -> None:
    for node in nodes(schema.schema(schema.FORMS[name])):
        if node.get("type") == "object" and "properties" in node:
            for field, about in node["properties"].items():
                assert about.get("description"), field


@pytest.mark.parametrize(("name", "file"), [(n, f) for n, fs in MANIFESTS.items() for f in fs])
def test_our_manifests_fit(name: str, file: Path) -> None:
    value = json.loads(json.dumps(YAML(typ="safe", pure=True).load(file), default=str))
    jsonschema.validate(value, schema.schema(schema.FORMS[name]), jsonschema.Draft7Validator)
