"""A target's regions in turn, and what is said when one fails."""

from __future__ import annotations

import pytest

from catalog.errors import EnvironmentFault, Refused, UsageError
from catalog.publishing.regions import in_each


def act(region: str) -> str:
    if region.startswith("bad"):
        raise EnvironmentFault(f"No role in {region}.", "Make it.")
    return region.upper()


def test_every_region_is_tried() -> None:
    tried = in_each(["bad-1", "eu-west-1", "bad-2"], act)
    assert tried.done == {"eu-west-1": "EU-WEST-1"}
    with pytest.raises(Refused) as raised:
        tried.must_be_whole()
    assert str(raised.value).splitlines() == [
        "Not done in bad-1, bad-2; done in eu-west-1.",
        "  bad-1: No role in bad-1.",
        "  Make it.",
        "  bad-2: No role in bad-2.",
        "  Make it.",
        "  Mend this and run it again; where it is done, there is nothing to do then.",
    ]


def test_the_only_region_speaks_for_itself() -> None:
    with pytest.raises(EnvironmentFault, match="No role in bad-1"):
        in_each(["bad-1"], act).must_be_whole()
    in_each(["eu-west-1"], act).must_be_whole()


def test_wrong_use_is_not_repeated_in_other_regions() -> None:
    tried = []

    def ask(region: str) -> None:
        tried.append(region)
        raise UsageError("Nobody is here to confirm this.")

    with pytest.raises(UsageError):
        in_each(["a", "b"], ask)
    assert tried == ["a"]
