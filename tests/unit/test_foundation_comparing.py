"""What a foundation's change says of itself: pure, of texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.foundation.comparing import HIDDEN, Deployed, stack_change
from catalog.foundation.deployments import Wanted
from catalog.model import Kind
from catalog.targets import Deployment
from tests.publishing_world import HUB, REGION, release

OPEN, HIDING = {"Type": "String"}, {"Type": "String", "NoEcho": True}


def template(**parameters: Any) -> str:
    return json.dumps({"Parameters": parameters, "Resources": {}})


def reasons(old: str, held: dict[str, str], new: str, given: dict[str, str]) -> tuple[str, ...]:
    at = Deployment(product="facts", account=HUB, region=REGION, parameters=given)
    made = release(name="facts", kind=Kind.FOUNDATION)
    deployed = Deployed(
        id="stack", status="CREATE_COMPLETE", usable=True, content=old, parameters=held
    )
    wanted = Wanted(deployment=at, release=made, template=new, content=new)
    return stack_change(wanted, deployed).reasons


def test_values_are_shown() -> None:
    was, now = template(Word=OPEN), template(Word=OPEN, Other=OPEN)
    assert reasons(was, {"Word": "one"}, now, {"Word": "two", "Other": "new"}) == (
        "parameter Other becomes 'new'",
        "parameter Word changes from 'one' to 'two'",
    )


@pytest.mark.parametrize(
    ("old", "held", "new"),
    [
        (template(), {}, template(Word=HIDING)),
        (template(Word=OPEN), {"Word": "plain"}, template(Word=HIDING)),
        (template(Word=HIDING), {"Word": HIDDEN}, template(Word=HIDING)),
        (template(Word=HIDING), {"Word": HIDDEN}, template(Word=OPEN)),
    ],
    ids=["new", "from now on", "as before", "no more"],
)
def test_a_value_under_no_echo_is_not_shown(old: str, held: dict[str, str], new: str) -> None:
    said = " ".join(reasons(old, held, new, {"Word": "hunter2"}))
    assert "hunter2" not in said
    assert "plain" not in said
