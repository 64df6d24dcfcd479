"""Releases against those of an earlier commit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.model import Kind, Owner, Product, Release
from catalog.releases import packaging, versions

OWNER = Owner(key="team", name="Team", email="team@example.com", url="https://example.com")
SINCE = "0123456789abcdef0123456789abcdef01234567"
MANIFEST = "kind: admin\nversion: 1.1.0\n"

SMALL = 'Parameters:\n  A: {Type: String, Default: ""}\nResources:\n  T: {Type: AWS::SNS::Topic}\n'
DESCRIBED = SMALL + "Description: New words.\n"
GROWN = SMALL + "Outputs:\n  T: {Value: !Ref T}\n"
DEMANDING = SMALL.replace(', Default: ""', "")


def release(version: str, template: str) -> Release:
    product = Product(
        name="greeter",
        kind=Kind.ADMIN,
        version=version,
        title="Greeter",
        summary="Says hello.",
        owner=OWNER,
    )
    return Release(
        product=product,
        digest=packaging.digest(template, ()),
        template=template,
        bundles=(),
        parameters=(),
        description="",
        commit="",
    )


@pytest.mark.parametrize(
    ("then", "now", "rule", "advice"),
    [
        (("1.1.0", SMALL), ("1.1.0", SMALL), "", ""),
        (("1.1.0", SMALL), ("1.1.0", DESCRIBED), "C202", "1.1.1"),
        (("1.1.0", SMALL), ("1.1.0", GROWN), "C202", "1.2.0"),
        (("1.1.0", SMALL), ("1.1.0", DEMANDING), "C202", "2.0.0"),
        (("1.1.0", SMALL), ("1.1.1", DESCRIBED), "", ""),
        (("1.1.0", SMALL), ("1.1.1", GROWN), "C204", "1.2.0"),
        (("1.1.0", SMALL), ("1.2.0", DEMANDING), "C204", "2.0.0"),
        (("1.1.0", SMALL), ("2.0.0", DEMANDING), "", ""),
        (("1.1.0", SMALL), ("1.10.0", GROWN), "", ""),
        (("0.1.0", SMALL), ("0.2.0", DEMANDING), "", ""),
        (("1.1.0", SMALL), ("1.0.0", DESCRIBED), "C203", "1.1.1"),
    ],
)
def test_versions(then: tuple[str, str], now: tuple[str, str], rule: str, advice: str) -> None:
    found = [*versions.check(release(*now), release(*then), MANIFEST, SINCE)]
    assert [f.rule for f in found] == ([rule] if rule else [])
    for one in found:
        assert advice in one.remedy
        assert one.place == "products/greeter/product.yaml:2:10"


def test_a_new_product_has_nothing_to_be_compared_with() -> None:
    assert not [*versions.check(release("1.0.0", SMALL), None, MANIFEST, SINCE)]


def test_other_code_is_another_release() -> None:
    now = replace(release("1.1.0", SMALL), digest="f" * 64)
    (found,) = versions.check(now, release("1.1.0", SMALL), MANIFEST, SINCE)
    assert found.rule == "C202"
    assert "1.1.1" in found.remedy
