"""The question whether the foundation is there, and still as it was made. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.doctor.facts import Facts, Unseen
from catalog.doctor.verdicts import Verdict, missing, unknown, well


def drift(facts: Facts) -> Iterator[Verdict]:
    """Nobody deleted or changed by hand what CloudFormation made; one verdict when that is so.

    Bootstrap puts it back.
    """
    verdicts = [verdict for place in facts.drifts for verdict in _of(facts, place)]
    if facts.drifts:
        count = len(facts.drifts)
        what = "1 deployment as made" if count == 1 else f"{count} deployments as made"
        yield from verdicts or [well("foundation", what)]


def _of(facts: Facts, place: str) -> Iterator[Verdict]:
    seen, command = facts.drifts[place], f"make bootstrap TARGET={facts.target.name}"
    if isinstance(seen, Unseen):
        yield unknown(place, seen)
        return
    if seen is None:
        yield missing(place, "it is not there", command)
    for drift in seen or ():
        subject = f"{place.partition(' in ')[0]} in {drift.account} {drift.region}"
        if drift.fault or drift.resources:
            told = (drift.fault, *drift.lines) if drift.fault else drift.lines
            yield missing(subject, "; ".join(told), command)
        elif drift.unknown:
            yield unknown(subject, Unseen(why=drift.lines[0]))
