"""The locks: every requirement of pyproject.toml is pinned in them, with hashes and no address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "dev": PROJECT["project"]["dependencies"] + GROUPS["dev"],
    "taskcat": GROUPS["taskcat"],
    "uv": GROUPS["uv"],
}
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_requirement_is_pinned(name: str) -> None:
    pins = dict(PIN.findall(lock(name)))
    for wanted in map(Requirement, WANTED[name]):
        pinned = pins.get(canonicalize_name(wanted.name))
        assert pinned, f"{wanted.name} is not in requirements/{name}.txt: run `make lock`"
        assert wanted.specifier.contains(pinned), f"{wanted} is pinned to {pinned}: run `make lock`"


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    text = lock(name)
    entries = [block for block in re.split(r"\n(?=\S)", text) if block.strip()]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index" not in text.replace("setuptools", "")
