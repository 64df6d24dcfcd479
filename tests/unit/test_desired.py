"""What the catalog should be, from manifests and releases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from catalog.errors import Refused
from catalog.model import Kind, Lifecycle, PortfolioShare, VersionState
from catalog.planning import lifecycle
from catalog.planning.desired import DESCRIPTION_LIMIT, describe, desired, digest_of, intents
from catalog.state import Artifact, ConstraintKind, Principal, PrincipalKind, Share
from tests.publishing_world import FIRST, TODAY, WORKLOADS, portfolio, release, wish

DIGEST = "ab" * 32


def rule(versions: str, state: VersionState, since: date = TODAY) -> Lifecycle:
    return Lifecycle(versions=versions, state=state, since=since, because="Because.")


def test_a_project_product() -> None:
    state = desired(FIRST)
    product = state.products["deploy"]
    assert (product.title, product.owner, product.support_email) == (
        "Deploy",
        "ML team",
        "ml@example.com",
    )
    assert product.tags == {
        "catalog:product": "deploy",
        "cost-centre": "ml",
        "sagemaker:studio-visibility": "true",
    }
    constraints = state.portfolios["templates"].constraints["deploy"]
    assert constraints[ConstraintKind.LAUNCH].parameters == '{"LocalRoleName":"catalog-launch"}'
    assert constraints[ConstraintKind.RESOURCE_UPDATE].parameters == (
        '{"Properties":{"TagUpdateOnProvisionedProduct":"ALLOWED"},"Version":"2.0"}'
    )


def test_identity_tags_never_stand_on_both_sides_of_a_launch_path() -> None:
    state = desired(FIRST)
    shared = state.portfolios["templates"].tags.keys() & state.products["deploy"].tags.keys()
    assert not shared


def test_foundation_products_are_in_no_catalog() -> None:
    state = desired(wish(release(kind=Kind.FOUNDATION, launch_role=""), portfolios=()))
    assert not state.products


@pytest.mark.parametrize(
    ("text", "kind", "arn"),
    [
        ("role/data-*", PrincipalKind.IAM_PATTERN, "arn:aws:iam:::role/data-*"),
        ("arn:aws:iam:::role/x", PrincipalKind.IAM_PATTERN, "arn:aws:iam:::role/x"),
        (
            "arn:aws:iam::111122223333:role/x",
            PrincipalKind.IAM,
            "arn:aws:iam::111122223333:role/x",
        ),
    ],
)
def test_principals(text: str, kind: PrincipalKind, arn: str) -> None:
    state = desired(wish(portfolios=(portfolio(principals=(text,)),)))
    assert state.portfolios["templates"].principals == {Principal(arn=arn, kind=kind)}


def test_patterns_are_in_the_regions_partition() -> None:
    state = desired(replace(FIRST, partition="aws-cn"))
    (principal,) = state.portfolios["templates"].principals
    assert principal.arn == "arn:aws-cn:iam:::role/data-scientist-*"


def test_shares_are_by_node_with_their_flags() -> None:
    shared = portfolio(share=(PortfolioShare(ou="workloads", principals=False, tag_options=True),))
    state = desired(wish(portfolios=(shared,)))
    assert state.portfolios["templates"].shares == {
        WORKLOADS: Share(principals=False, tag_options=True)
    }


def test_unknown_ous_and_products_are_refused() -> None:
    with pytest.raises(Refused, match="which target prod does not have"):
        desired(wish(portfolios=(portfolio(share=(PortfolioShare(ou="moon"),)),)))
    with pytest.raises(Refused, match="lists what cannot be published: moon"):
        desired(wish(portfolios=(portfolio("moon"),)))


def test_what_is_published_stays_under_the_rules_in_force() -> None:
    old = Artifact(description="Old.", digest=DIGEST)
    published = desired(FIRST)
    product = published.products["deploy"]
    versions = {"0.9.0": old, "1.0.0": old, "made-by-hand": replace(old, active=False)}
    published = replace(published, products={"deploy": replace(product, versions=versions)})
    rules = (
        rule("<1.1", VersionState.DEPRECATED),
        rule("<1", VersionState.INACTIVE),
        rule("<3", VersionState.INACTIVE, date(2027, 1, 1)),
    )
    held = desired(wish(release(version="2.0.0", lifecycle=rules)), published)
    made = held.products["deploy"].versions
    assert [(v, a.deprecated, a.active) for v, a in made.items()] == [
        ("0.9.0", True, False),
        ("1.0.0", True, True),
        ("made-by-hand", False, False),
        ("2.0.0", False, True),
    ]


@pytest.mark.parametrize(
    ("versions", "version", "holds"),
    [
        ("<1.1", "1.0.9", True),
        ("<1.1", "1.1.0", False),
        (">=1.0, <2", "1.5.0", True),
        (">=1.0, <2", "2.0.0", False),
        ("1.0.2", "1.0.2", True),
        ("=1.0.2", "1.0.3", False),
        (">1", "1.0.0", False),
        ("<=1.0", "1.0.0", True),
        ("<1.1", "1.1.0-beta", True),
    ],
)
def test_ranges(versions: str, version: str, holds: bool) -> None:
    assert lifecycle.matches(versions, version) is holds


def test_the_description_ends_with_the_digest_whatever_its_length() -> None:
    assert describe("", DIGEST) == f"catalog digest sha256:{DIGEST}"
    for text in ("New.", "x" * 9000):
        made = describe(text, DIGEST)
        assert len(made) <= DESCRIPTION_LIMIT
        assert digest_of(made) == DIGEST
    assert digest_of(f"catalog digest sha256:{DIGEST}\nedited") == ""


def test_the_digest_of_intent_follows_the_calendar() -> None:
    later = rule("<1", VersionState.INACTIVE, date(2026, 12, 1))
    what = wish(release(lifecycle=(later,)))
    assert intents(what) == intents(replace(what, today=date(2026, 11, 30)))
    assert intents(what) != intents(replace(what, today=date(2026, 12, 1)))
