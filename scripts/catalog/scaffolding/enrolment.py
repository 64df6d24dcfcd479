"""A product's line in a portfolio, and its facts in a manifest: edits that leave the rest alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

_WIDE = 4096
"""Columns: no line is folded."""


def enrolled(portfolio: str, product: str) -> str:
    """The text of a portfolio's manifest that offers one product more."""
    yaml = _round_trip()
    manifest = yaml.load(portfolio)
    products = manifest.setdefault("products", [])
    if product not in products:
        products.append(product)
    return _text(yaml, manifest)


def stated(manifest: str, facts: Mapping[str, str]) -> str:
    """The text of a manifest with other values, each quoted where YAML wants it."""
    yaml = _round_trip()
    found = yaml.load(manifest)
    found.update(facts)
    return _text(yaml, found)


def _round_trip() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _text(yaml: YAML, value: Any) -> str:
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue()
