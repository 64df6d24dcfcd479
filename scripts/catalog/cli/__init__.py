"""The command line: parse, call the story, print, choose the exit code. It decides nothing.

Exit codes: 0 done or nothing to do, 1 findings or failures, 2 wrong use, 130 interrupted;
`plan --exit-code` gives 3 when there are changes.
"""

from __future__ import annotations

import difflib
import os
import signal
import sys
from importlib import import_module
from pathlib import Path

import click

from catalog.cli import console
from catalog.errors import INTERRUPTED, CatalogError, UsageError

VERBS = {
    "new": "scaffolding",
    **dict.fromkeys(("check", "render", "package", "schemas", "docs"), "authoring"),
    **dict.fromkeys(("publish", "plan", "drift"), "publishing"),
    **dict.fromkeys(("releases", "verify", "fleet"), "world"),
    "rehearse": "rehearsing",
    **dict.fromkeys(("local", "taskcat", "studio"), "operating"),
    **dict.fromkeys(("bootstrap", "doctor"), "bootstrapping"),
    **dict.fromkeys(("changed", "bump"), "versioning"),
    "project": "projects",
    "mutate": "mutating",
    "review": "reviewing",
}
"""Verb -> module beside this one, imported when the verb is used: a check needs no AWS."""


class _Verbs(click.Group):
    """A group that knows its commands by name and imports the one that is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:  # noqa: ARG002
        if cmd_name not in VERBS:
            close = difflib.get_close_matches(cmd_name, VERBS, n=1)
            meant = f"Did you mean '{close[0]}'?" if close else "`catalog --help` lists them."
            raise UsageError(f"There is no verb '{cmd_name}'.", meant)
        module = import_module(f"catalog.cli.{VERBS[cmd_name]}")
        verbs: dict[str, click.Command] = {verb.name: verb for verb in module.COMMANDS}
        return verbs[cmd_name]


@click.group(
    cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--root", type=click.Path(path_type=Path), help="Catalog to work on; default: here.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def cli(context: click.Context, root: Path | None, *, debug: bool) -> None:
    """SageMaker project templates: rendered, linted, tested and published to Service Catalog."""
    context.obj = console.Session(start=root or Path.cwd(), debug=debug)


def main() -> None:
    """Run the command line; whatever goes wrong becomes a message and an exit code."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.error(INTERRUPTED)
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:  # who reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        console.error(_told(error))
        sys.exit(error.exit_code if isinstance(error, CatalogError) else 1)


def _told(error: Exception) -> str:
    """What to say of an error: our own explain themselves, and a file's has a name."""
    if isinstance(error, CatalogError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return (
            f"{error.filename} cannot be used: {error.strerror}.\n"
            "  Mend that, or remove what stands in the way, and run it again."
        )
    return (
        f"This is a defect of the tool: {type(error).__name__}: {error}\n"
        "  Run it again with `catalog --debug …` and report what it prints."
    )
