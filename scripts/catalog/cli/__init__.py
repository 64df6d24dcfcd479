"""The command line: parse, call the story, print, choose the exit code. It decides nothing.

Exit codes: 0 done or nothing to do, 1 findings or failures, 2 wrong use; `plan --exit-code` gives 3
when there are changes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from catalog.cli import authoring, console, operating, publishing
from catalog.errors import CatalogError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--root", type=click.Path(path_type=Path), help="Catalog to work on; default: here.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def cli(context: click.Context, root: Path | None, *, debug: bool) -> None:
    """SageMaker project templates: rendered, linted, tested and published to Service Catalog."""
    context.obj = console.Session(start=root or Path.cwd(), debug=debug)


for _command in (*authoring.COMMANDS, *publishing.COMMANDS, *operating.COMMANDS):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; the tool's own errors become a message and an exit code."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.error("Interrupted. Nothing is lost: run it again.")
        sys.exit(1)
    except CatalogError as error:
        if "--debug" in sys.argv:
            raise
        console.error(str(error))
        sys.exit(error.exit_code)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        console.error(
            f"This is a defect of the tool: {type(error).__name__}: {error}\n"
            "  Run it again with `catalog --debug …` and report what it prints."
        )
        sys.exit(1)
