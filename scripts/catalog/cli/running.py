"""What verbs begin with: a catalog without mistakes, and a target within reach."""

from __future__ import annotations

from catalog import checking, embedded, pipeline, places
from catalog.checking import Checked
from catalog.cli.console import Session, findings, say
from catalog.errors import Refused
from catalog.foundation.deployments import Verb
from catalog.places import Place

MENDING = "The embedded AWS is first put right, as `make bootstrap` does for a target of yours:"


def sound(session: Session, *, quiet: bool = False) -> Checked:
    """The checked catalog; its findings are shown, and those that stop stop here.

    What authors accepted with a reason is shown by `check` only.

    Raises:
        Refused: A finding stops.
    """
    checked = checking.check(session.root)
    if not (quiet and checked.sound):
        findings(each for each in checked.findings if not each.allowed)
    pipeline.must_be_sound(checked)
    return checked


def ready(session: Session, checked: Checked, name: str, *, quiet: bool = False) -> Place:
    """The target within reach; the embedded AWS with its foundation in place.

    There alone a verb that reads puts the foundation right, and says so: elsewhere bootstrap does.

    Raises:
        Refused: The foundation could not be deployed.
    """
    target = places.named(checked.catalog, name)
    begun = target.embedded and not embedded.runs(session.root)
    if begun and not quiet:
        say("Starting the embedded AWS …")
    place = places.reach(session.root, target)
    if not place.target.embedded:
        return place
    told = begun or quiet
    for done in pipeline.lay_foundation(place, checked):
        if not told and done.change.verb is not Verb.KEEP:
            say(MENDING)
            told = True
        if done.failures or not quiet:
            say(str(done))
        if done.failures:
            raise Refused(
                "The foundation is not in place; see above.",
                "Mend what it names: the product, or its entry under `foundation` in catalog.yaml.",
            )
    return place
