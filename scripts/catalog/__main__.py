"""`python -m catalog` and the `catalog` command."""

from catalog.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
