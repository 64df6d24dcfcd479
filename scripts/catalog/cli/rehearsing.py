"""The verb that rehearses a product's whole life."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from catalog import access, checking, workspace
from catalog.access import reporting
from catalog.access.coverage import Standing
from catalog.cli.console import OUT, Session, many, say
from catalog.errors import UsageError
from catalog.layout import REHEARSALS
from catalog.rehearsing import finding, running
from catalog.rehearsing.finding import Play
from catalog.rehearsing.running import News
from catalog.rehearsing.timeline import Verdict, line, verdict_line

IAM = "build/rehearsals/iam.json"
"""Where the coverage of permissions is kept, relative to the root."""


@click.command()
@click.argument("product", default="")
@click.option("--only", default="", help="Only the rehearsal of this name.")
@click.option("--list", "listed", is_flag=True, help="List the rehearsals; perform none.")
@click.option(
    "--keep", is_flag=True, help="Let the embedded AWS stand afterwards, to look around in it."
)
@click.option("--stop", is_flag=True, help="End everything once a rehearsal has failed.")
@click.option(
    "--iam", is_flag=True, help="Show which permissions of our roles the rehearsals exercised."
)
@click.option("--jobs", default=0, help="Rehearsals at the same time; default: processors.")
@click.pass_obj
def rehearse(
    session: Session,
    product: str,
    only: str,
    *,
    listed: bool,
    keep: bool,
    stop: bool,
    iam: bool,
    jobs: int,
) -> None:
    """Live a product's whole life on the embedded AWS.

    Timeline, logs and artifacts are kept in build/rehearsals/, a JUnit report beside them.
    """
    plays = finding.plays(session.root, product, only)
    if listed:
        for play in plays:
            say(f"{play.product} {play.name}: {play.about}")
        return
    if not plays:
        raise UsageError(f"There are no rehearsals in {REHEARSALS}.")
    if keep and len(plays) > 1:
        raise UsageError("Only one rehearsal can be kept.", "Name it with --only.")
    with OUT.status("") as status:
        tell = _teller(plays, status.update)
        verdicts = running.run(session.root, plays, tell, at_once=jobs, keep=keep, stop=stop)
    _tell_verdicts(verdicts)
    passed = all(each.passed for each in verdicts)
    if iam:
        unknown = _tell_permissions(session.root, verdicts)
        passed = passed and not (unknown and not product and not only)
    sys.exit(0 if passed else 1)


def _tell_permissions(root: Path, verdicts: tuple[Verdict, ...]) -> int:
    """Print IAM coverage and keep it; how many permissions nobody can explain."""
    checked = checking.check(root)
    found, excuses = access.covered(workspace.read(root), checked.built, _calls(root, verdicts))
    say()
    for told in reporting.lines(found, excuses):
        say(told)
    (root / IAM).write_text(json.dumps(reporting.to_json(found), indent=2) + "\n")
    unknown = sum(one.standing is Standing.NEITHER for one in found)
    verdict = (
        f"{many(unknown, 'permission')} neither exercised in these rehearsals nor explained"
        if unknown
        else "Every permission was exercised, or is explained"
    )
    say(f"\n{'✗' if unknown else '✓'} {verdict}; {IAM}")
    return unknown


def _calls(root: Path, verdicts: tuple[Verdict, ...]) -> Iterator[dict[str, Any]]:
    """What IAM decided in these rehearsals."""
    for verdict in verdicts:
        with contextlib.suppress(FileNotFoundError):
            for row in (root / verdict.folder / "iam.jsonl").read_text().splitlines():
                yield json.loads(row)


def _teller(plays: tuple[Play, ...], status: Callable[[str], None]) -> Callable[[News], None]:
    """Prints each step as it ends; on a terminal also what goes on meanwhile."""
    lock = threading.Lock()
    width = max(len(play.name) for play in plays)
    going: dict[str, str] = {}

    def tell(news: News) -> None:
        name = news.play.name
        head = f"{name:<{width}} " if len(plays) > 1 else ""
        with lock:
            if news.kind == "ends" and news.step:
                say(head + line(news.step))
                for each in news.step.trouble:
                    say(f"{head}         {each}")
                going.pop(name, None)
            elif news.kind == "open":
                say(f"{news.text}\n# The embedded AWS stands until this command's input ends (^D).")
            else:
                going[name] = f"{news.step.who} {news.step.what}" if news.step else news.text
            if OUT.is_terminal:
                told = " · ".join(f"{who}: {what}" for who, what in sorted(going.items()))
                status(told or "…")  # an empty text would leave the last one standing

    return tell


def _tell_verdicts(verdicts: tuple[Verdict, ...]) -> None:
    say()
    for each in verdicts:
        say(verdict_line(each))
        if not each.passed:
            say(f"    {each.steps[-1].trouble[0]}")
            say(f"    {each.folder}/ has the timeline, logs and artifacts")
    failed = sum(not each.passed for each in verdicts)
    word = f"{many(len(verdicts), 'rehearsal')}, "
    say(word + (f"{failed} failed" if failed else "all passed") + f"; {running.JUNIT}")


COMMANDS = (rehearse,)
