"""What a taskcat run showed: judged launches, the record that publishing asks for, JUnit XML.

All values and text; `catalog.taskcat.launching` reads and writes the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from catalog.model import Release
from catalog.stacks import StackEnding
from catalog.taskcat.project import Launch

COMPLETE = "CREATE_COMPLETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One launch, judged.

    Args:
        failures: Why it failed, one line each; empty when it passed.
        retained: Resources left behind on purpose, by their DeletionPolicy.
    """

    scenario: str
    region: str
    failures: tuple[str, ...] = ()
    retained: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the stack was created and is gone again."""
        return not self.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """That a release was tested: kept by digest, asked for when publishing to a named target.

    Args:
        digest: Of the release, 64 hex digits.
        target: Name of the target in `catalog.yaml`.
        embedded: Whether that was the embedded AWS, not a real account.
        when: UTC, ISO 8601.
    """

    product: str
    version: str
    digest: str
    passed: bool
    scenarios: tuple[str, ...]
    regions: tuple[str, ...]
    target: str
    embedded: bool
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A product's run: its record, and the launches behind it.

    Args:
        results: Empty when nothing was run because the record was there.
        seconds: Wall-clock time of the launches, creation to deletion.
    """

    record: Record
    results: tuple[Result, ...] = ()
    seconds: float = 0.0


def judge(
    expected: Iterable[Launch], ran: Mapping[str, Any], endings: Mapping[str, StackEnding]
) -> tuple[Result, ...]:
    """One result for each expected launch.

    Args:
        expected: What should have been launched.
        ran: Content of `stacks.json`, see `catalog.taskcat.runner`.
        endings: Stack id -> what became of it.
    """
    stacks = {(stack["scenario"], stack["region"]): stack for stack in ran["stacks"]}
    return tuple(
        _judge(
            launch,
            stacks.get((launch.scenario.name, launch.region)),
            ran["errors"].get(launch.scenario.name, "taskcat did not launch it"),
            endings,
        )
        for launch in expected
    )


def _judge(
    launch: Launch, stack: Mapping[str, str] | None, error: str, endings: Mapping[str, StackEnding]
) -> Result:
    failures: list[str] = []
    ending = endings.get(stack["id"], StackEnding()) if stack else StackEnding()
    if stack is None:
        failures.append(error)
    elif stack["status"] != COMPLETE:
        failures += [str(failure) for failure in ending.failures]
        failures = failures or [stack["reason"] or f"the stack ended {stack['status']}"]
    elif not ending.gone:
        failures += [str(failure) for failure in ending.failures] or ["the stack was not deleted"]
    return Result(
        scenario=launch.scenario.name,
        region=launch.region,
        failures=tuple(failures),
        retained=ending.retained,
    )


def record(
    release: Release, results: Iterable[Result], *, target: str, embedded: bool, when: datetime
) -> Record:
    """The record of a run; it passes when there was a launch and each launch passed."""
    launched = tuple(results)
    return Record(
        product=release.product.name,
        version=release.version,
        digest=release.digest,
        passed=bool(launched) and all(result.passed for result in launched),
        scenarios=tuple(sorted({result.scenario for result in launched})),
        regions=tuple(sorted({result.region for result in launched})),
        target=target,
        embedded=embedded,
        when=when.isoformat(timespec="seconds"),
    )


def record_name(release: Release, region: str) -> str:
    """File name of a release's record of a region."""
    return f"{release.product.name}-{release.digest}-{region}.json"


def by_region(results: Iterable[Result]) -> dict[str, tuple[Result, ...]]:
    """Launches by where they were, each region's in their order."""
    found: dict[str, tuple[Result, ...]] = {}
    for result in results:
        found[result.region] = (*found.get(result.region, ()), result)
    return found


def merged(records: Sequence[Record]) -> Record:
    """One record of several regions' records of a release; it passes when each does.

    It is as old as the oldest of them.
    """
    oldest = min(records, key=lambda each: each.when)
    return replace(
        oldest,
        passed=all(each.passed for each in records),
        scenarios=tuple(sorted({name for each in records for name in each.scenarios})),
        regions=tuple(sorted({region for each in records for region in each.regions})),
        embedded=any(each.embedded for each in records),
    )


def to_json(kept: Record) -> str:
    """A record as the text of its file."""
    return json.dumps(asdict(kept), indent=2) + "\n"


def from_json(text: str) -> Record | None:
    """The record in `text`; None when the file is damaged, which means: test again."""
    try:
        values = json.loads(text)
        lists = {name: tuple(values[name]) for name in ("scenarios", "regions")}
        return Record(**{**values, **lists})
    except (ValueError, TypeError, KeyError):
        return None


def junit(outcome: Outcome) -> str:
    """JUnit XML: a suite for the product, a case for each scenario and region."""
    suite = ElementTree.Element(
        "testsuite",
        name=outcome.record.product,
        tests=str(len(outcome.results)),
        failures=str(sum(not result.passed for result in outcome.results)),
        errors="0",
        time=f"{outcome.seconds:.1f}",
        timestamp=outcome.record.when,
    )
    for result in outcome.results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=outcome.record.product,
            name=f"{result.scenario} [{result.region}]",
        )
        if result.failures:
            failure = ElementTree.SubElement(case, "failure", message=result.failures[0])
            failure.text = "\n".join(result.failures)
        if result.retained:
            ElementTree.SubElement(case, "system-out").text = "left: " + ", ".join(result.retained)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def lines(outcome: Outcome) -> tuple[str, ...]:
    """The outcome for people: one line for the product, then what failed and what was left.

    What a DeletionPolicy left on the embedded AWS costs nobody anything and stands in the JUnit
    file alone.
    """
    kept = outcome.record
    where = "the embedded AWS" if kept.embedded else f"target {kept.target}"
    title = f"{kept.product} {kept.version}"
    verdict = "passed" if kept.passed else "FAILED"
    if not outcome.results:
        when = datetime.fromisoformat(kept.when)
        return (f"{title}: {verdict} on {where}, {when:%Y-%m-%d %H:%M} UTC; nothing changed since",)
    count = f"{len(outcome.results)} stack{'s' * (len(outcome.results) != 1)}"
    text = [f"{title}: {verdict} on {where}, {count} in {outcome.seconds:.0f} s"]
    for result in outcome.results:
        place = f"  {result.scenario} in {result.region}"
        text += [f"{place} failed: {failure}" for failure in result.failures]
        left = () if kept.embedded else result.retained
        text += [f"{place} left {thing}, as its DeletionPolicy asks" for thing in left]
    return tuple(text)
