"""Files renamed, products moved, things shared and deleted by hand: no twin, nothing unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from catalog.errors import Refused
from local_aws import embedded
from tests.publishing_world import (
    BUCKET,
    DEEP,
    FIRST,
    HUB,
    MANNER,
    PRUNE,
    REGION,
    SMALL,
    Hub,
    hub,
    portfolio,
    release,
    wish,
)


@pytest.fixture
def our() -> Iterator[Hub]:
    with embedded(SMALL, HUB, REGION) as aws:
        yield hub(aws)


def ids(our: Hub) -> set[str]:
    """Of every product and portfolio."""
    catalog = our.client("servicecatalog")
    products = catalog.search_products_as_admin()["ProductViewDetails"]
    portfolios = catalog.list_portfolios()["PortfolioDetails"]
    return {p["ProductViewSummary"]["ProductId"] for p in products} | {p["Id"] for p in portfolios}


@pytest.mark.parametrize("lost", [False, True], ids=["index", "no index"])
def test_a_renamed_file_takes_its_portfolio_along(our: Hub, lost: bool) -> None:
    our.publish(FIRST)
    before = ids(our)
    renamed = wish(release(), portfolios=(portfolio("deploy", name="new", title="Templates"),))
    if lost:
        our.client("s3").delete_object(Bucket=BUCKET, Key="catalog/index.json")
    plan = our.survey(renamed).plan
    assert [(a.kind, a.reason) for a in plan.actions] == [
        ("update-portfolio", "tag catalog:portfolio: templates -> new")
    ]
    assert not plan.kept
    our.publish(renamed)
    assert ids(our) == before
    assert list(our.read("catalog/index.json")["portfolios"]) == ["new"]
    assert our.survey(renamed).scope == frozenset()
    assert our.survey(renamed, deep=True).plan.empty


def test_a_renamed_folder_takes_its_product_and_versions_along(our: Hub) -> None:
    our.publish(FIRST)
    before = ids(our)
    same = FIRST.releases[0]
    moved = replace(same, product=replace(same.product, name="ship"))
    renamed = wish(moved)
    action, offer = our.publish(renamed).plan.actions
    assert (action.kind, action.reason) == ("update-product", "tag catalog:product: deploy -> ship")
    assert offer.subject == "S3 template of ship"
    assert ids(our) == before
    deep = our.survey(renamed, deep=True).plan
    assert deep.empty
    assert [kept.subject for kept in deep.kept] == ["S3 template of deploy"]
    changed = wish(release("ship", title="Deploy", content="other"))
    with pytest.raises(Refused, match="published with digest"):
        our.publish(changed)


def test_two_that_could_have_been_renamed_are_not_guessed_at(our: Hub) -> None:
    pair = (portfolio("deploy", name="a", title="T"), portfolio("deploy", name="b", title="T"))
    our.publish(wish(release(), portfolios=pair))
    with pytest.raises(Refused, match="portfolio c may be any of a, b"):
        our.publish(wish(release(), portfolios=(portfolio("deploy", name="c", title="T"),)))


def test_a_new_title_is_an_update(our: Hub) -> None:
    our.publish(FIRST)
    before = ids(our)
    titled = wish(release(title="Ship"), portfolios=(portfolio("deploy", title="All"),))
    our.client("s3").delete_object(Bucket=BUCKET, Key="catalog/index.json")
    reasons = [action.reason for action in our.publish(titled).plan.actions]
    assert reasons == ["title: Templates -> All", "title: Deploy -> Ship"]
    assert ids(our) == before


def test_a_product_moved_to_another_portfolio_stays_in_the_old_one_until_prune(our: Hub) -> None:
    one, two = portfolio("deploy", name="one"), portfolio(name="two")
    our.publish(wish(release(), portfolios=(one, two)))
    moved = wish(
        release(), portfolios=(replace(one, products=()), replace(two, products=("deploy",)))
    )
    plan = our.publish(moved).plan
    assert [a.kind for a in plan.actions] == ["associate", "create-constraint", "create-constraint"]
    kept = [entry.subject for entry in our.survey(moved, deep=True).plan.kept]
    assert kept[-1] == "product deploy in portfolio one"
    removed = our.publish(moved, PRUNE).plan
    assert [a.kind for a in removed.actions][-1] == "disassociate"
    assert [p["members"] for p in our.dump()["portfolios"]] == [["Deploy"], []]
    assert our.survey(moved, deep=True).plan.empty


def test_a_portfolio_deleted_by_hand_comes_back_with_its_products(our: Hub) -> None:
    shared = wish(
        release(),
        release("train"),
        portfolios=(portfolio("deploy", "train"), portfolio("deploy", name="more")),
    )
    our.publish(shared)
    before = our.dump()
    empty = wish(release(), release("train"), portfolios=(portfolio("deploy", name="more"),))
    our.publish(empty, PRUNE)
    assert len(our.dump()["portfolios"]) == 1
    our.publish(shared)
    index = our.read("catalog/index.json")
    assert our.dump() == before
    _delete_portfolio(our, index["portfolios"]["templates"]["id"])
    our.publish(shared)
    assert our.dump() == before
    assert our.survey(shared, deep=True).plan.empty


def _delete_portfolio(our: Hub, portfolio_id: str) -> None:
    catalog, here = our.client("servicecatalog"), {"PortfolioId": portfolio_id}
    for one in catalog.list_constraints_for_portfolio(**here)["ConstraintDetails"]:
        catalog.delete_constraint(Id=one["ConstraintId"])
    for view in catalog.search_products_as_admin(**here)["ProductViewDetails"]:
        product = view["ProductViewSummary"]["ProductId"]
        catalog.disassociate_product_from_portfolio(**here, ProductId=product)
    for principal in catalog.list_principals_for_portfolio(**here)["Principals"]:
        catalog.disassociate_principal_from_portfolio(**here, **principal)
    for share in catalog.describe_portfolio_shares(**here, Type="ORGANIZATIONAL_UNIT")[
        "PortfolioShareDetails"
    ]:
        node = {"Type": "ORGANIZATIONAL_UNIT", "Value": share["PrincipalId"]}
        catalog.delete_portfolio_share(**here, OrganizationNode=node)
    catalog.delete_portfolio(Id=portfolio_id)


def test_what_somebody_added_by_hand_is_shown_and_only_pruned_when_asked(our: Hub) -> None:
    our.publish(FIRST)
    catalog = our.client("servicecatalog")
    (held,) = catalog.list_portfolios()["PortfolioDetails"]
    theirs = {"PrincipalARN": "arn:aws:iam:::role/guest-*", "PrincipalType": "IAM_PATTERN"}
    catalog.associate_principal_with_portfolio(PortfolioId=held["Id"], **theirs)
    node = {"Type": "ORGANIZATIONAL_UNIT", "Value": "ou-ab12-10000000"}
    catalog.create_portfolio_share(PortfolioId=held["Id"], OrganizationNode=node)
    subjects = [
        "share of portfolio templates with ou-ab12-10000000",
        "principal arn:aws:iam:::role/guest-* of portfolio templates",
    ]
    assert [kept.subject for kept in our.survey(FIRST, deep=True).plan.kept] == subjects
    assert not our.publish(FIRST, DEEP).outcomes
    assert [kept.subject for kept in our.survey(FIRST).plan.kept] == subjects
    assert [a.subject for a in our.publish(FIRST, PRUNE).plan.actions] == subjects
    assert our.survey(FIRST, deep=True).plan.empty


def test_a_version_deleted_by_hand_comes_back_as_it_was(our: Hub) -> None:
    our.publish(FIRST)
    later = wish(release(version="1.1.0"))
    our.publish(later)
    expected = our.dump()
    catalog = our.client("servicecatalog")
    held = our.read("catalog/index.json")["products"]["deploy"]
    catalog.delete_provisioning_artifact(
        ProductId=held["id"], ProvisioningArtifactId=held["versions"]["1.1.0"]
    )
    (action,) = our.publish(later, DEEP).plan.actions
    assert action.kind == "create-version"
    assert our.dump() == expected


def test_a_plan_that_prunes_is_applied_with_its_removals(our: Hub) -> None:
    our.publish(wish(release(), release("train")))
    plan = our.survey_for(FIRST, PRUNE.depth).plan
    assert plan.prune
    done = our.publish(FIRST, replace(MANNER, approved=plan))
    assert [o.action.kind for o in done.outcomes][-1] == "remove-product"


def test_a_principal_by_its_full_arn(our: Hub) -> None:
    our.role("analyst")
    arn = f"arn:aws:iam::{HUB}:role/analyst"
    named = wish(release(), portfolios=(portfolio("deploy", principals=(arn,)),))
    our.publish(named)
    held = our.dump()["portfolios"][0]["principals"]
    assert held == [{"PrincipalARN": arn, "PrincipalType": "IAM"}]
    assert our.survey(named, deep=True).plan.empty


def test_nothing_at_all_and_products_in_no_portfolio(our: Hub) -> None:
    nothing = wish(portfolios=())
    assert not our.publish(nothing).outcomes
    alone = wish(release(), portfolios=())
    assert [a.kind for a in our.publish(alone).plan.actions] == ["create-product"]
    assert our.survey(alone).scope == frozenset()
    assert [kept.subject for kept in our.survey(nothing).plan.kept] == ["product deploy"]
