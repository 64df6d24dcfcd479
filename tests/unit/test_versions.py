"""Releases against those of an earlier commit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.accepted import Acceptance
from catalog.findings import Finding
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
        (("1.1.0", SMALL), ("1.0.0", SMALL), "C203", "make it 1.1.0 again"),
        (("1.1.0", SMALL), ("1.2.0", SMALL), "", ""),
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


ACCEPTED = """\
kind: admin
version: 1.1.1
contract:
  - accept: Parameters.A
    version: 1.1.1
    because: nobody launched without it
"""


def accepting(now: str, place: str = "Parameters.A", version: str = "1.1.1") -> list[Finding]:
    """What is found of a parameter that loses its default, when that is accepted."""
    made = release(now, DEMANDING)
    entry = Acceptance(version=version, accept=place, because="nobody launched without it")
    product = replace(made.product, contract=(entry,))
    then = release("1.1.0", SMALL)
    return [*versions.check(replace(made, product=product), then, ACCEPTED, SINCE)]


def test_an_accepted_difference_is_shown_and_demands_nothing() -> None:
    (found,) = accepting("1.1.1")
    assert (found.rule, found.place) == ("C206", "products/greeter/product.yaml:4:13")
    assert found.allowed == "nobody launched without it"
    assert not found.stops
    assert "the default of A is gone" in found.message


def test_an_acceptance_may_come_before_the_version_is_raised() -> None:
    (found,) = accepting("1.1.0")
    assert found.rule == "C202"
    assert found.remedy.startswith("Make it 1.1.1 ")


@pytest.mark.parametrize(
    ("now", "place", "version"),
    [
        ("2.0.0", "Parameters.B", "2.0.0"),  # nothing there
        ("2.0.0", "Resources.T", "2.0.0"),  # nothing changed there
        ("2.0.0", "Parameters.A", "1.1.0"),  # of a version that is out
        ("2.0.0", "Parameters.A", "1.1.1"),  # of another one
    ],
)
def test_an_acceptance_with_nothing_to_accept_is_a_finding(
    now: str, place: str, version: str
) -> None:
    (found,) = accepting(now, place, version)
    assert (found.rule, found.place) == ("C207", "products/greeter/product.yaml:4:13")
    assert found.stops


def test_a_release_that_is_out_says_no_more_of_what_it_accepted() -> None:
    entry = Acceptance(version="1.1.0", accept="Parameters.A", because="it was right then")
    now = release("1.1.0", SMALL)
    product = replace(now.product, contract=(entry,))
    assert not [*versions.check(replace(now, product=product), now, ACCEPTED, SINCE)]
