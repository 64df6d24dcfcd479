"""`python -m catalog` and the `catalog` command."""

import atexit
import gc
import sys
from types import TracebackType

from catalog.errors import INTERRUPTED


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one line that somebody pressed Ctrl-C while modules were still being read."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write(f"{INTERRUPTED}\n")
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _told
gc.set_threshold(100_000)  # a command ends soon: collecting its many values costs a fifth of it
atexit.register(gc.freeze)  # and at its end as much again, only to have Python forget them

from catalog.cli import main  # noqa: E402  (imports make many values, too)

__all__ = ["main"]

if __name__ == "__main__":
    main()
