"""Whatever two templates hold, there is a verdict; and a template never differs from itself."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.contract import Level, differences, face, needed_bump
from catalog.releases.packaging import parsed
from tests.benchmarks.contract import CHANGES
from tests.properties.test_house_rules_robust import ODD, places

TEMPLATES = [parsed(change[side]) for change in CHANGES for side in ("old", "new")]


def odd(data: st.DataObject) -> dict[str, Any]:
    """A template with a few things in it that should not be there."""
    template = copy.deepcopy(data.draw(st.sampled_from(TEMPLATES)))
    for _ in range(data.draw(st.integers(0, 3))):
        if found := list(places(template)):
            container, key = data.draw(st.sampled_from(found))
            container[key] = copy.deepcopy(data.draw(ODD))
    return template


@settings(max_examples=300)
@given(st.data())
def test_any_two_templates_have_a_verdict(data: st.DataObject) -> None:
    old, new = odd(data), odd(data)
    found = needed_bump(face(old), face(new))
    assert found.level in Level
    assert all(found.reasons)


@settings(max_examples=300)
@given(st.data())
def test_nothing_differs_from_itself(data: st.DataObject) -> None:
    template = odd(data)
    assert differences(face(template), face(copy.deepcopy(template))) == ()
