"""What the mutations say: a score, who survived, and why those may.

`tests/mutations.yaml` names survivors that somebody looked at:

    - file: products/…/template.yaml.j2
      change: "a → b"        as the report prints it
      because: "…"
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.mutating.mutant import Kind, Mutant, Trial

ENOUGH = 0.9
"""The part of all mutants that has to be noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many mutants there were, and how many somebody noticed."""

    tried: int
    noticed: int

    @property
    def part(self) -> float:
        """The noticed part; 1.0 when nothing was tried."""
        return self.noticed / self.tried if self.tried else 1.0


def reasons(written: Iterable[Mapping[str, str]] | None) -> dict[tuple[str, str], str]:
    """Key of a mutant -> why it may survive, from the entries of `tests/mutations.yaml`."""
    return {(each["file"], each["change"]): each["because"] for each in written or ()}


def ordered(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """The trials by place."""
    return tuple(sorted(trials, key=lambda each: (each.mutant.path, each.mutant.edit.start)))


def score(trials: Iterable[Trial]) -> Score:
    """The score of some trials."""
    seen = [bool(trial.noticed) for trial in trials]
    return Score(tried=len(seen), noticed=sum(seen))


def passes(trials: Sequence[Trial]) -> bool:
    """Whether enough were noticed, and every survivor has its reason."""
    return score(trials).part >= ENOUGH and all(t.noticed or t.because for t in trials)


def lines(trials: Sequence[Trial]) -> list[str]:
    """What people read: survivors first, then a table by kind, then the score."""
    told = []
    for trial in trials:
        if not trial.noticed:
            told.append(f"! {trial.mutant.place} {trial.mutant.edit.kind.value}")
            told.append(f"    {trial.mutant.change}")
            told.append(f"    {trial.because or 'nobody noticed, and nobody said why'}")
    told.append("")
    for kind in Kind:
        of_kind = [trial for trial in trials if trial.mutant.edit.kind is kind]
        if of_kind:
            counted = score(of_kind)
            told.append(f"  {kind.value:<28} {counted.noticed:>4} of {counted.tried}")
    by = Counter(trial.noticed for trial in trials if trial.noticed)
    told += ["", *(f"  noticed by {name:<40} {count:>4}" for name, count in by.most_common())]
    total = score(trials)
    told.append("")
    told.append(f"{total.noticed} of {total.tried} mutants were noticed: {total.part:.0%}.")
    return told


def to_json(trials: Sequence[Trial]) -> dict[str, Any]:
    """The same for programs."""
    total = score(trials)
    return {
        "tried": total.tried,
        "noticed": total.noticed,
        "mutants": [
            {
                "file": trial.mutant.path,
                "line": trial.mutant.line,
                "kind": trial.mutant.edit.kind.value,
                "change": trial.mutant.change,
                "noticed": trial.noticed,
                "words": trial.words,
                "seconds": round(trial.seconds, 1),
                "because": trial.because,
            }
            for trial in trials
        ],
    }


def from_json(told: Mapping[str, Any], wanted: Iterable[Mutant]) -> tuple[Trial, ...]:
    """The trials of an earlier run whose mutants were noticed, of those wanted now.

    Args:
        told: What `to_json` made.
        wanted: Mutants of the catalog as it is now.
    """
    noticed = {
        (each["file"], each["line"], each["change"]): each
        for each in told["mutants"]
        if each["noticed"]
    }
    found = ((one, noticed.get((one.path, one.line, one.change))) for one in wanted)
    return tuple(
        Trial(mutant=one, noticed=old["noticed"], words=old["words"], seconds=old["seconds"])
        for one, old in found
        if old
    )
