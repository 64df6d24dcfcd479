"""A publisher killed at any call, and run again: the same end state, and no twin of anything."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from catalog.publishing import publisher
from local_aws import embedded
from tests.publishing_world import (
    FIRST,
    HUB,
    MANNER,
    REGION,
    SECOND,
    SMALL,
    Hub,
    Killed,
    Killer,
    hub,
)

ONE_BY_ONE = replace(MANNER, workers=1)
MOST_CALLS = 200


def killed_everywhere(prepare: Callable[[Hub], Any], what: Any, *, answered: bool) -> int:
    """Kill a publish of `what` at call after call; how many calls it has.

    Args:
        prepare: Makes the catalog that `what` is published into.
        answered: Whether the call was done before the kill, its answer unseen.
    """
    with embedded(SMALL, HUB, REGION) as aws:
        ours = hub(aws)
        prepare(ours)
        ours.publish(what, ONE_BY_ONE)
        expected = ours.dump()
        for call in range(1, MOST_CALLS):
            ours.wipe()
            prepare(ours)
            killer = Killer(at=call, answered=answered)
            killer.attach(ours.own)
            with contextlib.suppress(Killed):
                publisher.publish(ours.own, what, ONE_BY_ONE)
            killer.detach(ours.own)
            if not killer.dead:
                return call - 1
            ours.bury()
            ours.publish(what, ONE_BY_ONE)
            assert ours.dump() == expected, f"killed at call {call}"
            assert ours.survey(what, deep=True).plan.empty, f"killed at call {call}"
            assert ours.survey(what).scope == frozenset(), f"killed at call {call}"
    raise AssertionError("the publish never ends")


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_killed_at_every_call_of_a_first_publish(answered: bool) -> None:
    assert killed_everywhere(lambda _: None, FIRST, answered=answered) > 30


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_killed_at_every_call_of_an_update(answered: bool) -> None:
    def prepare(ours: Hub) -> None:
        ours.publish(FIRST, ONE_BY_ONE)

    assert killed_everywhere(prepare, SECOND, answered=answered) > 30
