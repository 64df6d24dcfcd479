"""Plans: order, reasons, refusals, files, size."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from catalog.errors import UsageError
from catalog.model import Kind, Lifecycle, VersionState
from catalog.planning import plans
from catalog.planning.desired import Wish, desired, retirements
from catalog.planning.narrowing import narrowed
from catalog.planning.planning import plan
from catalog.state import CatalogState, ConstraintKind, Share
from tests.publishing_world import FIRST, SECOND, TODAY, WORKLOADS, portfolio, release, wish

NOTHING = CatalogState()


def kinds(desired_: CatalogState, observed: CatalogState, *, prune: bool = False) -> list[str]:
    return [action.kind for action in plan(desired_, observed, prune=prune).actions]


def test_everything_is_made_in_an_order_the_service_allows() -> None:
    assert kinds(desired(FIRST), NOTHING) == [
        "create-portfolio",
        "create-product",
        "associate",
        "create-constraint",
        "create-constraint",
        "offer-template",
        "add-principal",
        "create-share",
    ]


def test_everything_is_removed_parts_first_and_only_when_asked() -> None:
    state = desired(FIRST)
    assert kinds(NOTHING, state) == []
    kept = [entry.subject for entry in plan(NOTHING, state).kept]
    assert kept == ["product deploy", "portfolio templates"]
    assert kinds(NOTHING, state, prune=True) == [
        "withdraw-template",
        "remove-share",
        "remove-principal",
        "remove-constraint",
        "remove-constraint",
        "disassociate",
        "remove-product",
        "remove-portfolio",
    ]


def test_parts_no_longer_wanted_are_kept_one_by_one() -> None:
    smaller = wish(release(), portfolios=(portfolio("deploy", principals=(), share=()),))
    kept = [entry.subject for entry in plan(desired(smaller), desired(FIRST)).kept]
    assert kept == [
        f"share of portfolio templates with {WORKLOADS}",
        "principal arn:aws:iam:::role/data-scientist-* of portfolio templates",
    ]


def test_reasons_tell_old_and_new() -> None:
    before = desired(FIRST)
    wanted = desired(SECOND, before)
    made = plan(wanted, before, retired=retirements(SECOND, wanted))
    assert [(action.kind, action.reason) for action in made.actions] == [
        ("update-product", "summary: What deploy does. -> What it does now."),
        (
            "create-version",
            f"new, digest {SECOND.releases[0].digest[:12]}",
        ),
        ("update-version", "deprecated: Slow."),
        (
            "update-constraint",
            "launch role: catalog-launch -> catalog-launch-2",
        ),
        ("update-template", "version: 1.0.0 -> 1.1.0"),
        ("update-share", "tag options: no -> yes"),
    ]
    assert made.reach == {"templates": (WORKLOADS,)}
    assert made.unchanged == 0


def test_the_highest_version_is_created_last() -> None:
    state = desired(FIRST)
    product = state.products["deploy"]
    artifact = product.versions["1.0.0"]
    several = dict.fromkeys(("1.10.0", "1.0.0", "1.9.0"), artifact)
    wanted = replace(state, products={"deploy": replace(product, versions=several)})
    made = [a for a in plan(wanted, NOTHING).actions if a.lane[0] == "product"]
    assert getattr(made[0], "version", "") == "1.0.0"
    assert [getattr(a, "version", "") for a in made[1:3]] == ["1.9.0", "1.10.0"]


def test_other_content_and_lower_versions_are_refused() -> None:
    published = desired(FIRST)
    other = plan(desired(wish(release(content="other")), published), published)
    assert "published with digest" in other.refusals[0].reason
    assert not other.empty
    second = desired(SECOND, published)
    lower = wish(release(version="1.0.5"))
    (refusal,) = plan(desired(lower, second), second).refusals
    assert refusal.reason == "it is below 1.1.0, which is published already"
    assert "raise `version`" in refusal.remedy


def test_what_is_refused_is_a_finding_where_the_version_is_written() -> None:
    published = desired(SECOND, desired(FIRST))
    places = {"deploy": "products/deploy/product.yaml:3:10"}
    other, lower = wish(release(version="1.1.0", content="x")), wish(release(version="1.0.5"))
    refused = [
        plan(desired(each, published), published, places=places).refusals for each in (other, lower)
    ]
    assert [str(refusal).partition(" of")[0] for (refusal,) in refused] == [
        "products/deploy/product.yaml:3:10 C202: version 1.1.0",
        "products/deploy/product.yaml:3:10 C203: version 1.0.5",
    ]


def test_the_reasons_of_what_is_new() -> None:
    assert [action.reason for action in plan(desired(FIRST), NOTHING).actions] == [
        "new",
        "new",
        "new",
        "launch role: catalog-launch",
        "tag updates: allowed",
        f"version 1.0.0, digest {FIRST.releases[0].digest[:12]}",
        "new",
        "not shared yet; with principals, without tag options",
    ]


def test_a_rule_that_is_lifted_and_one_that_names_a_successor() -> None:
    rule = Lifecycle(
        versions="<2", state=VersionState.INACTIVE, since=TODAY, because="Broken.", use="2.0"
    )
    retiring = wish(release(lifecycle=(rule,)))
    before = desired(FIRST)
    retired = desired(retiring, before)
    made = plan(retired, before, retired=retirements(retiring, retired)).actions
    assert [(action.kind, action.reason) for action in made] == [
        ("update-version", "inactive: Broken. Use 2.0."),
        ("withdraw-template", "Broken. Use 2.0."),
    ]
    made = plan(desired(FIRST, retired), retired).actions
    assert [(action.kind, action.reason) for action in made] == [
        ("update-version", "active again"),
        ("offer-template", f"version 1.0.0, digest {FIRST.releases[0].digest[:12]}"),
    ]


@pytest.mark.parametrize(
    ("live", "reason"),
    [
        ({"version": "0.9.0", "digest": "0" * 64}, "version: 0.9.0 -> 1.0.0"),
        ({"digest": ""}, "its content is not that of the release"),
        (
            {"tags": {"catalog:product": "deploy", "catalog:version": "1.0.0"}},
            "tag sagemaker:studio-visibility: (none) -> true; "
            "tag servicecatalog:provisioning: (none) -> true",
        ),
        ({"readable": False}, "the bucket lacks the CORS rule by which Studio's pages read it"),
    ],
)
def test_how_a_template_in_s3_differs(live: dict[str, Any], reason: str) -> None:
    state = desired(FIRST)
    there = replace(state.templates["deploy"], **live)
    (action,) = plan(state, replace(state, templates={"deploy": there})).actions
    assert (action.kind, action.reason) == ("update-template", reason)


def test_studio_finds_in_s3_what_it_finds_in_service_catalog() -> None:
    """Kind project, in a portfolio, and recommended."""
    several = (release(), release("admin", kind=Kind.ADMIN), release("alone"))
    what = wish(*several, portfolios=(portfolio("deploy", "admin"),))
    assert set(desired(what).templates) == {"deploy"}


def test_a_template_is_withdrawn_with_the_tag_that_makes_studio_list_the_product() -> None:
    before = desired(FIRST)
    now = desired(wish(release(kind=Kind.ADMIN)), before)
    made = {a.kind: a.reason for a in plan(now, before).actions}
    assert made["withdraw-template"] == "the product is not for Studio"


def test_a_template_whose_product_is_in_no_portfolio_is_kept_like_its_place_there() -> None:
    before = desired(FIRST)
    now = desired(wish(release(), portfolios=(portfolio(),)), before)
    subjects = {entry.subject for entry in plan(now, before).kept}
    assert {"S3 template of deploy", "product deploy in portfolio templates"} <= subjects
    assert "withdraw-template" not in kinds(now, before)
    assert "withdraw-template" in kinds(now, before, prune=True)


def test_a_template_whose_product_has_gone_is_kept_like_all_that_is_no_longer_here() -> None:
    left = replace(NOTHING, templates=desired(FIRST).templates)
    assert [entry.subject for entry in plan(NOTHING, left).kept] == ["S3 template of deploy"]
    assert kinds(NOTHING, left, prune=True) == ["withdraw-template"]


@pytest.mark.parametrize(
    ("live", "reason"),
    [
        ({"parameters": '{"RoleArn":"arn:x"}'}, "launch role: arn:x -> catalog-launch"),
        ({"parameters": "by hand"}, "launch role: by hand -> catalog-launch"),
        ({"failed": True}, "the service failed to put it in force"),
        ({"description": ""}, "description: (empty) -> Launched by the role of this name in the"),
    ],
)
def test_how_a_constraint_differs(live: dict[str, Any], reason: str) -> None:
    state = desired(FIRST)
    held = state.portfolios["templates"]
    constraints = dict(held.constraints["deploy"])
    constraints[ConstraintKind.LAUNCH] = replace(constraints[ConstraintKind.LAUNCH], **live)
    edited = replace(held, constraints={"deploy": constraints})
    (action,) = plan(state, replace(state, portfolios={"templates": edited})).actions
    assert (action.kind, action.reason[: len(reason)]) == ("update-constraint", reason)


def test_share_flags_are_corrected_in_place() -> None:
    state = desired(FIRST)
    live = replace(
        state.portfolios["templates"],
        shares={WORKLOADS: Share(principals=False, tag_options=False)},
    )
    (action,) = plan(state, replace(state, portfolios={"templates": live})).actions
    assert (action.kind, action.reason) == ("update-share", "principals: no -> yes")


def test_a_share_that_did_not_reach_everybody_is_tried_again() -> None:
    state = desired(FIRST)
    (action,) = plan(state, state, unsettled={("templates", WORKLOADS)}).actions
    assert (action.kind, action.reason) == (
        "update-share",
        "did not reach every account the last time",
    )


def test_files_come_back_and_others_are_refused() -> None:
    made = plan(desired(FIRST), NOTHING)
    assert plans.plan_from_json(plans.to_json(made)) == made
    assert plans.to_json(plans.plan_from_json(plans.to_json(made))) == plans.to_json(made)
    with pytest.raises(UsageError, match="no plan of this tool"):
        plans.plan_from_json("{}")
    with pytest.raises(UsageError, match="no catalog of this tool"):
        plans.state_from_json("nonsense")


def test_narrowing_shows_both_sides_the_same_part() -> None:
    state = desired(wish(release(), release("train")))
    part = narrowed(state, frozenset({("product", "train")}))
    assert list(part.products) == ["train"]
    (held,) = part.portfolios.values()
    assert held.products == {"train"}
    assert list(held.constraints) == ["train"]
    assert not held.principals
    assert narrowed(state, None) is state
    assert narrowed(state, frozenset()) == NOTHING


def many(count: int) -> Wish:
    one = release()
    releases = tuple(
        replace(one, product=replace(one.product, name=f"p{n}", title=f"P {n}"))
        for n in range(count)
    )
    names = [r.product.name for r in releases]
    groups = [names[start : start + 150] for start in range(0, count, 150)]
    return wish(
        *releases,
        portfolios=tuple(portfolio(*g, name=f"f{n}") for n, g in enumerate(groups)),
    )


def cost(count: int) -> tuple[float, int]:
    """CPU seconds and peak bytes of planning a first publish of `count` products."""
    what = many(count)
    tracemalloc.start()
    start = time.process_time()
    plan(desired(what), NOTHING)
    seconds = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak


def test_planning_is_linear() -> None:
    small_seconds, small_peak = cost(200)
    large_seconds, large_peak = cost(2000)
    assert large_seconds < 30 * max(small_seconds, 0.005)
    assert large_peak < 15 * small_peak
