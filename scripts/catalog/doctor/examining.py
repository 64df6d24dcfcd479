"""Examine a target: look, judge."""

from __future__ import annotations

from catalog import pipeline
from catalog.checking import Checked
from catalog.doctor import checks, looking
from catalog.doctor.needs import needs
from catalog.doctor.verdicts import Verdict
from catalog.places import Place
from catalog.planning.desired import desired


def preflight(place: Place) -> tuple[Verdict, ...]:
    """What stops every deployment, and mostly only a person can do."""
    return checks.verdicts(looking.look_first(place), checks.FIRST)


def examine(place: Place, checked: Checked) -> tuple[Verdict, ...]:
    """Everything that is asked of a target."""
    region = place.target.regions[0]
    wanted = needs(
        (folder.product for folder in checked.catalog.products.values()),
        checked.releases,
        desired(pipeline.wish(place, checked, region)),
    )
    return checks.verdicts(looking.look(place, wanted))
