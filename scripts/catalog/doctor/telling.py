"""Verdicts as lines: sign, what, why, and below it the command that mends it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from catalog.doctor.verdicts import Standing, Verdict


def lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A table, its second column as wide as the longest subject."""
    width = max((len(each.subject) for each in verdicts), default=0)
    for each in verdicts:
        yield f"{each.standing} {each.subject:{width}}  {each.why}".rstrip()
        if each.command:
            where = f"in account {each.account}: " if each.account else ""
            yield f"    {where}{each.command}"


def summary(verdicts: Iterable[Verdict]) -> str:
    """The last line."""
    standings = [each.standing for each in verdicts]
    absent, unseen = (standings.count(one) for one in (Standing.MISSING, Standing.UNKNOWN))
    told = [f"{standings.count(Standing.WELL)} well"]
    told += [f"{absent} missing"] if absent else []
    told += [f"{unseen} not known"] if unseen else []
    return f"{Standing.MISSING if absent else Standing.WELL} {', '.join(told)}"
