"""Service Catalog's tag lists and our mappings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def to_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """As requests take them, sorted by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def from_list(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """As we hold them; AWS's own `aws:` tags are left out, since nobody else can set them."""
    pairs = ((tag["Key"], tag.get("Value", "")) for tag in tags)
    return {key: value for key, value in sorted(pairs) if not key.startswith("aws:")}
