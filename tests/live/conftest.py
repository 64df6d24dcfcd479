"""Options that name a target; without them no test here talks to anybody."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("live", "a real account")
    group.addoption("--live", metavar="TARGET", help="target of catalog.yaml to make things in")
    group.addoption(
        "--live-as",
        metavar="ACCOUNT/ROLE",
        help="who looks and launches: 12 digits and a role's name; default: the caller's role",
    )
