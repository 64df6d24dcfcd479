"""Any catalog, any change: a plan after its apply is empty, and nothing vanishes unasked."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.model import Kind, PortfolioShare
from catalog.planning import plans
from catalog.planning.actions import AnyAction
from catalog.planning.desired import Wish, desired, intents
from catalog.planning.planning import plan
from catalog.planning.saved import after as done_to
from catalog.planning.saved import saved
from catalog.planning.subjects import Effect
from catalog.publishing import publisher
from catalog.state import CatalogState
from local_aws import embedded
from tests.publishing_world import (
    DEEP,
    HUB,
    MANNER,
    OTHER_ROLE,
    PRUNE,
    REGION,
    ROLE,
    SMALL,
    Killed,
    Killer,
    hub,
    portfolio,
    release,
    wish,
)

NAMES = ("deploy", "train", "score")
SHARES = st.lists(
    st.builds(
        PortfolioShare,
        ou=st.just("workloads"),
        principals=st.booleans(),
        tag_options=st.booleans(),
    ),
    max_size=1,
).map(tuple)


@st.composite
def wishes(draw: st.DrawFn, number: int = 0) -> Wish:
    """A catalog whose versions are `number`.x.0, so that a later one is always above."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    releases = tuple(
        release(
            name,
            version=f"{number + 1}.{draw(st.integers(0, 1))}.0",
            summary=draw(st.sampled_from(("One.", "Two."))),
            kind=draw(st.sampled_from((Kind.PROJECT, Kind.ADMIN))),
            launch_role=draw(st.sampled_from((ROLE, OTHER_ROLE))),
            tags=draw(st.dictionaries(st.sampled_from(("a", "b")), st.just("x"), max_size=2)),
        )
        for name in names
    )
    members = st.lists(st.sampled_from(names), unique=True) if names else st.just([])
    portfolios = tuple(
        portfolio(
            *draw(members),
            name=name,
            summary=draw(st.sampled_from(("For all.", "For some."))),
            principals=tuple(draw(st.lists(st.sampled_from(("role/a-*", "role/b")), unique=True))),
            share=draw(SHARES),
        )
        for name in draw(st.lists(st.sampled_from(("one", "two")), unique=True))
    )
    return wish(*releases, portfolios=portfolios)


def removed(made: plans.Plan) -> set[str]:
    """Kinds of what is removed though nobody asked: only a door of Studio that is shut."""
    return {action.kind for action in made.actions if action.effect is Effect.REMOVED}


@given(wishes(), wishes(1))
def test_plans_are_differences(before: Wish, after: Wish) -> None:
    held = desired(before)
    wanted = desired(after, held)
    made = plan(wanted, held)
    assert plan(held, held).empty
    assert made.empty == (plan(wanted, held).actions == ())
    assert removed(made) <= {"withdraw-template"}
    assert plans.plan_from_json(plans.to_json(made)) == made
    assert plans.state_from_json(plans.to_json(wanted)) == wanted
    everything = plan(CatalogState(), wanted, prune=True)
    assert {a.effect for a in everything.actions} <= {Effect.REMOVED}
    assert {a.subject for a in made.actions} == {a.subject for a in plan(wanted, held).actions}


@given(wishes(), wishes(1))
def test_actions_done_to_a_state_make_what_was_wanted(before: Wish, after: Wish) -> None:
    held = desired(before)
    wanted = desired(after, held)
    assert plan(wanted, done_to(held, plan(wanted, held).actions)).actions == ()
    pruned = done_to(held, plan(wanted, held, prune=True).actions)
    assert plan(wanted, pruned).empty
    assert not plan(wanted, pruned).kept
    assert done_to(wanted, plan(CatalogState(), wanted, prune=True).actions) == CatalogState()


@given(wishes())
def test_digests_of_intent_tell_catalogs_apart(one: Wish) -> None:
    assert intents(one) == intents(one)
    for changed in one.releases[:1]:
        product = replace(changed.product, summary="Another.")
        rest = one.releases[1:]
        other = intents(replace(one, releases=(replace(changed, product=product), *rest)))
        own = intents(one)
        name = product.name
        assert other.products[name] != own.products[name]
        assert {k: v for k, v in other.products.items() if k != name} == {
            k: v for k, v in own.products.items() if k != name
        }


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(wishes(), wishes(1), st.integers(1, 60), st.booleans())
def test_any_change_killed_anywhere_converges_without_a_twin(
    before: Wish, after: Wish, call: int, answered: bool
) -> None:
    with embedded(SMALL, HUB, REGION) as running:
        ours = hub(running)
        ours.publish(before)
        killer = Killer(at=call, answered=answered)
        killer.attach(ours.own)
        with contextlib.suppress(Killed):
            publisher.publish(ours.own, after, MANNER)
        killer.detach(ours.own)
        ours.bury()
        ours.publish(after)
        assert ours.survey(after, deep=True).plan.empty
        held = ours.dump()
        for things, title in ((held["products"], "Name"), (held["portfolios"], "title")):
            titles = [thing[title] for thing in things]
            assert len(titles) == len(set(titles))


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(wishes(), wishes(1))
def test_any_catalog_and_any_change_converge(before: Wish, after: Wish) -> None:
    with embedded(SMALL, HUB, REGION) as running:
        ours = hub(running)
        first = ours.publish(before)
        prior = saved(CatalogState(), before, first.survey.observed, None, _done(first))
        assert _same(prior, ours.survey(before, deep=True).observed)
        if before.releases or before.portfolios:  # an empty catalog leaves nothing to remember
            assert ours.survey(before).scope == frozenset()
        assert ours.survey(before, deep=True).plan.empty
        titles = {product["Name"] for product in ours.dump()["products"]}
        published = ours.publish(after)
        seen = published.survey
        state = saved(prior, after, seen.observed, seen.scope, _done(published))
        assert _same(state, ours.survey(after, deep=True).observed)
        assert removed(published.plan) <= {"withdraw-template"}
        assert titles <= {product["Name"] for product in ours.dump()["products"]}
        assert not ours.survey(after).plan.actions
        assert not ours.publish(after, DEEP).outcomes
        ours.publish(after, PRUNE)
        wanted = {one.product.title for one in after.releases}
        assert {product["Name"] for product in ours.dump()["products"]} == wanted
        seen = ours.survey(after, deep=True)
        assert seen.plan.empty
        assert not seen.plan.kept


def _done(published: publisher.Published) -> list[AnyAction]:
    return [outcome.action for outcome in published.outcomes]


def _same(one: CatalogState, other: CatalogState) -> bool:
    """Whether no action leads from one to the other, and nothing is left over either way."""
    there, back = plan(one, other), plan(other, one)
    return there.empty and back.empty and not there.kept and not back.kept
