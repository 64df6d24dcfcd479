"""The verb that rehearses a product's whole life."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import click

from catalog.cli.console import OUT, Session, many, say
from catalog.errors import UsageError
from catalog.rehearsing import finding, running
from catalog.rehearsing.finding import Play
from catalog.rehearsing.running import News
from catalog.rehearsing.timeline import Verdict, line, verdict_line


@click.command()
@click.argument("product", default="")
@click.option("--only", default="", help="Only the rehearsal of this name.")
@click.option("--list", "listed", is_flag=True, help="List the rehearsals; perform none.")
@click.option(
    "--keep", is_flag=True, help="Let the embedded AWS stand afterwards, to look around in it."
)
@click.option("--jobs", default=0, help="Rehearsals at the same time; default: processors.")
@click.pass_obj
def rehearse(
    session: Session, product: str, only: str, *, listed: bool, keep: bool, jobs: int
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
        raise UsageError(f"There are no rehearsals in {finding.FOLDER}.")
    if keep and len(plays) > 1:
        raise UsageError("Only one rehearsal can be kept.", "Name it with --only.")
    with OUT.status("") as status:
        tell = _teller(plays, status.update)
        verdicts = running.run(session.root, plays, tell, at_once=jobs, keep=keep)
    _tell_verdicts(verdicts)
    sys.exit(0 if all(each.passed for each in verdicts) else 1)


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
                status(" · ".join(f"{who}: {what}" for who, what in sorted(going.items())))

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
