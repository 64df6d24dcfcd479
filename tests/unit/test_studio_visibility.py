"""Each condition that keeps a product from Studio is named, alone, with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.model import VISIBILITY_TAG, Kind, Owner, Product
from catalog.state import (
    Artifact,
    CatalogState,
    PortfolioState,
    Principal,
    PrincipalKind,
    ProductState,
    Share,
)
from catalog.studio.visibility import Condition, Member, admits, missing

ROLE = "arn:aws:iam::111111111111:role/team/data-scientist-iris"
PATTERN = Principal(arn="arn:aws:iam:::role/*data-scientist-*", kind=PrincipalKind.IAM_PATTERN)
PRODUCT = Product(
    name="demo",
    kind=Kind.PROJECT,
    version="1.0.0",
    title="Demo",
    summary="A demo.",
    owner=Owner(key="ml", name="ML team", email="ml@example.com", url="https://example.com"),
    launch_role="launcher",
)
STATE = ProductState(
    title="Demo",
    owner="ML team",
    summary="A demo.",
    distributor="",
    support_description="",
    support_email="",
    support_url="",
    tags=dict([VISIBILITY_TAG]),
    versions={"1.0.0": Artifact(description="First.", digest="00")},
)
PORTFOLIO = PortfolioState(
    title="Templates",
    provider="ML team",
    summary="",
    tags={},
    products=frozenset({"demo"}),
    principals=frozenset({PATTERN}),
    shares={"ou-ab12-11111111": Share(principals=True, tag_options=False)},
)
MEMBER = Member(
    account="111111111111",
    role_arn=ROLE,
    portfolios=frozenset({"templates"}),
    launch_roles={"launcher": True},
)


def catalog(
    product: ProductState | None = STATE, portfolio: PortfolioState | None = PORTFOLIO
) -> CatalogState:
    return CatalogState(
        products={"demo": product} if product else {},
        portfolios={"templates": portfolio} if portfolio else {},
    )


def conditions(observed: CatalogState, member: Member = MEMBER) -> list[Condition]:
    return [fault.condition for fault in missing([PRODUCT], observed, member, shown=())]


@pytest.mark.parametrize(
    ("observed", "condition"),
    [
        (catalog(product=None), Condition.PUBLISHED),
        (catalog(product=replace(STATE, tags={})), Condition.TAG),
        (catalog(product=replace(STATE, versions={})), Condition.VERSION),
        (catalog(portfolio=replace(PORTFOLIO, products=frozenset())), Condition.ASSOCIATION),
        (catalog(portfolio=replace(PORTFOLIO, principals=frozenset())), Condition.PRINCIPAL),
        (
            catalog(
                portfolio=replace(
                    PORTFOLIO, shares={"ou-1": Share(principals=False, tag_options=False)}
                )
            ),
            Condition.PRINCIPAL,
        ),
        (catalog(), Condition.SETTLED),
    ],
)
def test_the_condition_that_fails_is_named(observed: CatalogState, condition: Condition) -> None:
    assert conditions(observed) == [condition]


@pytest.mark.parametrize(
    "state",
    [
        Artifact(description="", digest="", deprecated=True),
        Artifact(description="", digest="", active=False),
    ],
)
def test_versions_nobody_may_launch_do_not_count(state: Artifact) -> None:
    assert conditions(catalog(product=replace(STATE, versions={"1.0.0": state}))) == [
        Condition.VERSION
    ]


def test_a_share_that_did_not_arrive() -> None:
    assert conditions(catalog(), replace(MEMBER, portfolios=frozenset())) == [Condition.SHARE]


@pytest.mark.parametrize("roles", [{}, {"launcher": False}])
def test_a_launch_role_that_is_absent_or_not_trusting(roles: dict[str, bool]) -> None:
    member = replace(MEMBER, launch_roles=roles)
    assert conditions(catalog(), member) == [Condition.ROLE]
    # Studio lists the product all the same, and its launch fails: it is told then, too.
    shown = missing([PRODUCT], catalog(), member, shown=("Demo",))
    assert [fault.condition for fault in shown] == [Condition.ROLE]


def test_what_is_shown_misses_nothing() -> None:
    assert missing([PRODUCT], catalog(), MEMBER, shown=("Demo",)) == ()


def test_other_kinds_are_not_meant_for_studio() -> None:
    admin = replace(PRODUCT, kind=Kind.ADMIN)
    assert missing([admin], catalog(product=None), MEMBER, shown=()) == ()


def test_one_portfolio_that_reaches_is_enough() -> None:
    closed = replace(PORTFOLIO, principals=frozenset())
    observed = CatalogState(
        products={"demo": STATE}, portfolios={"templates": PORTFOLIO, "closed": closed}
    )
    assert conditions(observed) == [Condition.SETTLED]


@pytest.mark.parametrize(
    ("pattern", "admitted"),
    [
        ("arn:aws:iam:::role/team/data-scientist-iris", True),
        ("arn:aws:iam:::role/*", True),
        ("arn:aws:iam:::role/team/data-scientist-ir?s", True),
        ("arn:aws:iam:::role/data-scientist-*", False),
        ("arn:aws:iam:::user/*", False),
        ("arn:aws:iam:::role/team.data-scientist-iris", False),
    ],
)
def test_patterns_have_no_account_and_stars_cross_slashes(pattern: str, admitted: bool) -> None:
    assert admits(Principal(arn=pattern, kind=PrincipalKind.IAM_PATTERN), ROLE) is admitted


def test_a_full_arn_is_that_one_only() -> None:
    assert admits(Principal(arn=ROLE, kind=PrincipalKind.IAM), ROLE)
    assert not admits(Principal(arn=ROLE, kind=PrincipalKind.IAM), ROLE + "2")


def test_the_remedy_names_the_file_to_edit() -> None:
    (fault,) = missing([PRODUCT], catalog(), replace(MEMBER, portfolios=frozenset()), shown=())
    assert "portfolios/templates.yaml" in fault.remedy
    assert "111111111111" in fault.what
    assert str(fault).startswith("demo: share: ")


@pytest.mark.parametrize(
    "changed",
    [
        replace(PORTFOLIO, principals=frozenset()),
        replace(PORTFOLIO, products=frozenset()),
    ],
)
def test_what_was_changed_by_hand_is_mended_by_publishing(changed: PortfolioState) -> None:
    observed = catalog(portfolio=changed)
    (by_hand,) = missing([PRODUCT], observed, MEMBER, shown=(), wanted=catalog())
    assert "make publish ARGS=--deep" in by_hand.remedy
    (meant,) = missing([PRODUCT], observed, MEMBER, shown=(), wanted=observed)
    assert "portfolios/" in meant.remedy


def test_a_share_that_was_taken_away_is_mended_by_publishing() -> None:
    alone = replace(MEMBER, portfolios=frozenset())
    observed = catalog(portfolio=replace(PORTFOLIO, shares={}))
    (by_hand,) = missing([PRODUCT], observed, alone, shown=(), wanted=catalog())
    assert "make publish ARGS=--deep" in by_hand.remedy
    (on_its_way,) = missing([PRODUCT], catalog(), alone, shown=(), wanted=catalog())
    assert "some minutes" in on_its_way.remedy
