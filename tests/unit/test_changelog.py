"""Reading a changelog, and beginning its next entry."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.model import ProductFolder
from catalog.releases import changelog
from tests.publishing_world import release

TEXT = """\
# Changelog

## [1.10.0] - 2026-12-01

- Ten.

### Details
More.

## 1.9.0 (2026-11-20)
Nine.
## v1.8.0
"""


def test_versions_in_order() -> None:
    assert changelog.versions(TEXT) == ("1.10.0", "1.9.0", "1.8.0")


def test_entries() -> None:
    assert changelog.entry(TEXT, "1.10.0") == "- Ten.\n\n### Details\nMore."
    assert changelog.entry(TEXT, "1.9.0") == "Nine."
    assert changelog.entry(TEXT, "1.8.0") == ""
    assert changelog.entry(TEXT, "2.0.0") == ""


FOLDER = ProductFolder(
    product=release().product, template="", scenarios={}, changelog=TEXT, notes="", readme=""
)


@pytest.mark.parametrize(
    ("then", "out", "told"),
    [
        (TEXT, "1.10.0", []),
        (TEXT.replace("Ten", "10"), "1.10.0", ["3 The entry of 1.10.0, which is out, says"]),
        (TEXT.replace("Ten", "10"), "1.9.0", []),
        (f"{TEXT}Eight.", "1.10.0", ["12 The entry of 1.8.0, which is out, says"]),
        (f"{TEXT}## 1.7.0\nSeven.", "1.10.0", ["1 The entry of 1.7.0, which is out, is gone"]),
    ],
)
def test_the_entry_of_a_version_that_is_out_stays(then: str, out: str, told: list[str]) -> None:
    found = [*changelog.rewritten(FOLDER, then, out, "ab" * 20)]
    assert [f"{each.line} {each.message}".partition(" something")[0] for each in found] == [
        each if each.endswith("says") else f"{each} since abababababab." for each in told
    ]
    assert not any(each.stops for each in found)


LINES = ("- News is new.", "- Size takes more values.")
TODAY = date(2026, 11, 26)


def test_a_changelog_begins_with_the_version_that_is_made() -> None:
    made = changelog.begun(
        "# Changelog\n\n## 1.0.0 - 2026-11-20\n\nFirst.\n", "1.1.0", "1.0.0", LINES, TODAY
    )
    assert made == (
        "# Changelog\n\n## 1.1.0 - 2026-11-26\n\n- News is new.\n- Size takes more values.\n\n"
        "## 1.0.0 - 2026-11-20\n\nFirst.\n"
    )


@pytest.mark.parametrize("text", ["", "# Changelog\n"])
def test_an_empty_changelog_begins(text: str) -> None:
    made = changelog.begun(text, "1.1.0", "1.0.0", LINES[:1], TODAY)
    assert made == "# Changelog\n\n## 1.1.0 - 2026-11-26\n\n- News is new.\n"


def test_an_entry_of_a_version_that_is_not_out_is_named_anew_and_keeps_its_words() -> None:
    old = "## 1.0.1\n\nOur words.\n- News is new.\n\n## 1.0.0\n\nFirst.\n"
    made = changelog.begun(old, "1.1.0", "1.0.0", LINES, TODAY)
    assert made == (
        "# Changelog\n\n## 1.1.0 - 2026-11-26\n\nOur words.\n- News is new.\n"
        "- Size takes more values.\n\n## 1.0.0\n\nFirst.\n"
    )
