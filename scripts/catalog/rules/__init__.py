"""The house rules: one file each, found by their file names.

    E91xx parameters and the form     E92xx names, tags and visibility in Studio
    E93xx access                      E94xx buckets and data
    E95xx functions and custom resources
    E96xx deployment

To add one, write `eNNNN_what_it_demands.py` with one `HouseRule`, and a good and a bad template
under `tests/cases/rules/ENNNN/`; everything else finds it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.findings import Rule

if TYPE_CHECKING:
    from catalog.rules.house import HouseRule

_FILE = re.compile(r"e9\d{3}_\w+")


def rule_files() -> tuple[Path, ...]:
    """The file of every house rule, by number."""
    return tuple(sorted(f for f in Path(__file__).parent.glob("*.py") if _FILE.fullmatch(f.stem)))


@cache
def rule_classes() -> tuple[type[HouseRule], ...]:
    """Every house rule, by number. Imports cfn-lint, which takes a third of a second."""
    base = import_module(f"{__name__}.house").HouseRule
    found: list[type[HouseRule]] = []
    for file in rule_files():
        module = import_module(f"{__name__}.{file.stem}")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, base)
            and value.__module__ == module.__name__
        ]
    return tuple(found)


def catalogue() -> tuple[Rule, ...]:
    """Every house rule as an entry of the reference page."""
    return tuple(
        Rule(rule.id, rule.shortdesc, f"{rule.description} {rule.remedy}")
        for rule in rule_classes()
    )
