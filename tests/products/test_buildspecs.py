"""The buildspecs of this repository: what CodeBuild accepts, one make target each, no logic."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local_aws.codebuild import batchspec, buildspec

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
FILES = sorted((ROOT / "buildspecs").iterdir())
TARGET = re.compile(r'make ([a-z-]+)((?: [A-Z]+=("\$[A-Z]+"|--yes))*)')


def test_there_is_one_for_each_step_of_the_hub() -> None:
    assert {file.name for file in FILES} == {"check.yml", "drift.yml", "publish.yml", "taskcat.yml"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_runs_one_make_target_and_nothing_else(file: Path) -> None:
    spec = buildspec.parse(file.read_text())
    assert set(spec.steps) == {"install", "build"}
    assert spec.steps["install"].commands == ()
    assert spec.steps["install"].runtimes == {"python": "3.13"}
    (command,) = spec.steps["build"].commands
    assert TARGET.fullmatch(command), command
    assert re.search(rf"^{command.split()[1]}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_its_artifacts_are_named_one_by_one(file: Path) -> None:
    """What a pattern swept up, caches and keys of an embedded AWS, would be published with it."""
    spec = buildspec.parse(file.read_text())
    patterns = spec.artifacts.patterns if spec.artifacts else ()
    assert all(re.fullmatch(r"build/[a-z/]+(\.json|/\*)", pattern) for pattern in patterns)


def test_taskcats_is_a_batch_that_can_be_combined() -> None:
    spec = batchspec.parse((ROOT / "buildspecs/taskcat.yml").read_text())
    launched = [(task.variables["PRODUCT"], task.variables["REGION"]) for task in spec.tasks]
    assert len(launched) == len(set(launched)) > 1
    assert not any(task.ignore_failure for task in spec.tasks)
