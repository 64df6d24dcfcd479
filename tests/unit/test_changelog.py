"""Reading a changelog."""

from __future__ import annotations

from catalog.releases import changelog

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
