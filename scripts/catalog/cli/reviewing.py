"""The verb of whoever reviews: what a change does, as one comment."""

from __future__ import annotations

from pathlib import Path

import click

from catalog import states, workspace
from catalog.cli.console import Session, page
from catalog.cli.options import base_option
from catalog.reviewing.comment import comment
from catalog.reviewing.comparing import compare
from catalog.reviewing.planned import Known, Saved
from catalog.targets import Target

REVIEW = "build/review.md"
"""Where the comment is written, relative to the root."""

REMOTE = "origin"
"""Whose branch of saved states is read."""


@click.command()
@base_option
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=f"Saved states, <target>/<region>.json; default: branch {REMOTE}/{states.BRANCH}.",
)
@click.pass_obj
def review(session: Session, since: str, folder: Path | None) -> None:
    """Write one Markdown comment: what this change does to whom.

    Since the main branch, unless another base is named. Asks no service and needs no credentials.
    What it finds does not make it fail: `check` does.
    """
    known = _in(session.root, folder) if folder else _on_branch(session.root)
    text = comment(compare(session.root, since, known))
    workspace.write(session.root, {REVIEW: text})
    page(text)


def _in(root: Path, folder: Path) -> Known:
    def find(target: Target, region: str) -> Saved | None:
        state = states.read(root, target, region, folder)
        return Saved(state=state, origin=f"the saved state in {folder}") if state else None

    return Known(find=find, absent=f"{folder} has no state of this target")


def _on_branch(root: Path) -> Known:
    branch = f"{REMOTE}/{states.BRANCH}"

    def find(target: Target, region: str) -> Saved | None:
        state = states.read_branch(root, REMOTE, target, region)
        origin = f"the state of the last publish, from {branch}"
        return Saved(state=state, origin=origin) if state else None

    absent = f"{branch}, as last fetched, has no state of this target"
    if (root / states.FOLDER).is_dir():
        absent += f"; --state {states.FOLDER} takes what this checkout saw last"
    return Known(find=find, absent=absent)


COMMANDS = (review,)
