"""`python -m catalog` and the `catalog` command."""


def main() -> None:
    """Run the command line."""
