"""`python -m catalog` and the `catalog` command."""

import gc

gc.set_threshold(100_000)  # a command ends soon: collecting its many values costs a fifth of it

from catalog.cli import main  # noqa: E402  (imports make many values, too)

__all__ = ["main"]

if __name__ == "__main__":
    main()
