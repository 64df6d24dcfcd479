"""One rehearsal as a process of its own: `python -m catalog.rehearsing ROOT PRODUCT NAME [keep]`.

It tells what goes on as JSON lines on standard output; `catalog.rehearsing.running` reads them.
With `keep` it ends when its standard input does, and the embedded AWS stays reachable until then.
"""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from catalog.errors import CatalogError
from catalog.rehearsing import finding, performing
from catalog.rehearsing.ground import Ground
from catalog.rehearsing.timeline import Step


def tell(kind: str, value: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps({"kind": kind, "value": value}) + "\n")
    sys.stdout.flush()


class Teller:
    """Tells every step."""

    def begins(self, step: Step) -> None:
        """A step begins."""
        tell("begins", asdict(step))

    def goes_on(self, what: str) -> None:
        """What is waited for now."""
        tell("goes-on", what)

    def ends(self, step: Step) -> None:
        """A step ended."""
        tell("ends", asdict(step))


def _held_open(at: Ground) -> None:
    tell("open", at.exports())
    sys.stdin.read()


def _left(_: Ground) -> None:
    """Leave it, and it is gone."""


def main(root: str, product: str, name: str, keep: str = "") -> None:
    """Perform one rehearsal and tell it."""
    try:
        (play,) = finding.plays(Path(root), product, name)
        left = _held_open if keep else _left
        verdict = performing.perform(Path(root), play, Teller(), afterwards=left)
    except CatalogError as error:
        tell("error", str(error))
        return
    tell("verdict", asdict(verdict))


if __name__ == "__main__":
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # builds, folders and all are to end too
    main(*sys.argv[1:])
