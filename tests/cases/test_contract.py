"""Eighty template changes are called what they should be called, for the right reason."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.templates import resource_types
from tests.benchmarks.contract import CHANGES, verdict

LISTS = ("createOnlyProperties", "conditionalCreateOnlyProperties")


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change["change"])
def test_it_is_called_what_it_should_be(change: dict[str, Any]) -> None:
    found = verdict(change)
    assert (str(found.level), found.reasons) == (change["verdict"], found.reasons)
    for name in change.get("names", ()):
        assert name in " ".join(found.reasons)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change["change"])
def test_its_source_says_so(change: dict[str, Any]) -> None:
    kind, *said = change["source"].split()
    if kind != "schema":
        assert kind.startswith(("https://docs.aws.amazon.com/", "https://github.com/"))
        return
    type_name, key, path = said
    schema = resource_types.schema(type_name)
    listed = [pointer for name in LISTS for pointer in schema.get(name, ())]
    if key == "handlers":
        assert path in schema["handlers"]["create"]["permissions"]
    elif key == "in-place":
        assert path in schema["properties"]
        assert f"/properties/{path}" not in listed
    else:
        assert f"/properties/{path}" in schema[key]


def test_there_are_eighty() -> None:
    assert len({change["change"] for change in CHANGES}) == len(CHANGES) == 80
    keys = {"change", "old", "new", "verdict", "because", "source"}
    assert all(keys <= change.keys() <= keys | {"names"} for change in CHANGES)
