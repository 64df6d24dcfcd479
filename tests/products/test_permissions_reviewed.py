"""Reviews read every policy that our templates hold: all that `access` finds, line by line."""

from __future__ import annotations

from pathlib import Path

from catalog import workspace
from catalog.access import written
from catalog.releases.building import build
from catalog.releases.packaging import parsed
from catalog.reviewing.permissions import permissions

ROOT = Path(__file__).parents[2]


def test_both_readers_find_the_same_actions() -> None:
    catalog, _ = workspace.load(ROOT)
    found = 0
    for name, one in build(catalog).items():
        assert one.rendered
        reviewed = permissions(parsed(one.rendered.text))
        ours = {(each.holder, each.effect == "Allow", each.action) for each in reviewed}
        theirs = {(g.holder, g.allows, g.action) for g in written.grants(one.rendered)}
        assert theirs <= ours, name
        found += len(theirs)
    assert found > 100
