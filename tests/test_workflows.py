"""The workflows on GitHub: linted, audited, with no more rights than docs/workflows.md says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.benchmarks.typed import typed

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / ".github/workflows").iterdir())
TEXTS = {file.stem: file.read_text() for file in FILES}
FLOWS: Mapping[str, Mapping[str, Any]] = {n: yaml.safe_load(text) for n, text in TEXTS.items()}
PAGE = (ROOT / "docs/workflows.md").read_text()
READS = {"contents": "read"}
RIGHTS = {
    "check": READS,
    "test": READS,
    "comment": READS | {"actions": "read", "pull-requests": "write"},
}
USED = re.compile(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v[\d.]+)$", re.MULTILINE)

LISTED = re.compile(r"^\| `([\w./-]+)` \| (v[\d.]+) \| `([0-9a-f]{40})` \|$", re.MULTILINE)


def run(program: str, *arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def actionlint(*files: Path) -> subprocess.CompletedProcess[str]:
    """Without the programs it would look for on this machine, which differ from the next."""
    return run("actionlint", "-shellcheck=", "-pyflakes=", *map(str, files))


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    return run(
        "zizmor",
        "--offline",
        "--no-config",
        "--no-progress",
        "--strict-collection",
        "--persona=auditor",
        "--format=plain",
        *map(str, paths),
    )


def steps(flow: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for job in flow["jobs"].values():
        yield from job["steps"]


def test_actionlint_has_nothing_to_say() -> None:
    ran = actionlint(*FILES)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_zizmor_has_nothing_to_say() -> None:
    ran = zizmor(ROOT / ".github")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_each_may_is_written_down() -> None:
    assert set(FLOWS) == set(RIGHTS)
    for name, flow in FLOWS.items():
        assert flow["permissions"] == {}
        assert [job["permissions"] for job in flow["jobs"].values()] == [RIGHTS[name]]
        assert re.search(rf"^\| `{name}` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", FLOWS)
def test_none_has_secrets_credentials_or_a_way_to_publish(name: str) -> None:
    assert "secrets." not in TEXTS[name]
    assert "id-token" not in TEXTS[name]
    assert "pull_request_target" not in TEXTS[name]
    assert not re.search(r"aws-actions|AWS_[A-Z]|make (publish|bootstrap|foundation)", TEXTS[name])


@pytest.mark.parametrize("name", FLOWS)
def test_it_ends_and_does_not_pile_up(name: str) -> None:
    flow = FLOWS[name]
    assert set(flow["concurrency"]) == {"group", "cancel-in-progress"}
    assert all(0 < job["timeout-minutes"] <= 30 for job in flow["jobs"].values())


@pytest.mark.parametrize("name", FLOWS)
def test_nothing_is_put_into_a_command(name: str) -> None:
    assert not [step["run"] for step in steps(FLOWS[name]) if "${{" in step.get("run", "")]


def test_the_one_that_may_write_runs_only_its_own_program() -> None:
    for step in steps(FLOWS["comment"]):
        assert "ref" not in step.get("with", {})
        assert not re.search(r"make |pip |catalog", step.get("run", ""))
    runs = [step["run"] for step in steps(FLOWS["comment"]) if "run" in step]
    assert runs[-1] == "python3 .github/comment.py review"


@pytest.mark.parametrize("name", ["check", "test"])
def test_the_others_run_verbs_of_the_makefile(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    verbs = re.findall(r"make ([a-z-]+)", "\n".join(s.get("run", "") for s in steps(FLOWS[name])))
    assert verbs
    assert all(re.search(rf"^{verb}:", makefile, re.MULTILINE) for verb in verbs)


def test_every_action_is_pinned_to_a_commit_and_listed() -> None:
    whole = "\n".join(TEXTS.values())
    used = set(USED.findall(whole))
    assert len(USED.findall(whole)) == whole.count("uses:")
    listed = re.findall(
        r"^\| `([\w./-]+)` \| (v[\d.]+) \| `([0-9a-f]{40})` \|$", PAGE, re.MULTILINE
    )
    assert {(action, commit, version) for action, version, commit in listed} == used


GOOD = TEXTS["test"]
TITLE = "${{ github.event.pull_request.title }}"
PIN = "de0fac2e4500dabe0009e67214ff5f5447ce83dd"


@pytest.mark.parametrize(
    ("wrong", "instead", "audit"),
    [
        (
            "run: make test",
            'run: echo "${{ github.event.pull_request.title }}"',
            "template-injection",
        ),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        (
            "checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
            "checkout@v6",
            "unpinned-uses",
        ),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        ("persist-credentials: false", "persist-credentials: true", "artipacked"),
    ],
)
def test_what_must_not_be_is_found(tmp_path: Path, wrong: str, instead: str, audit: str) -> None:
    file = tmp_path / ".github/workflows/test.yml"
    file.parent.mkdir(parents=True)
    file.write_text(GOOD)
    assert zizmor(file).returncode == 0
    assert wrong in GOOD
    file.write_text(GOOD.replace(wrong, instead))
    ran = zizmor(file)
    assert ran.returncode != 0
    assert f"[{audit}]" in ran.stdout


@pytest.mark.parametrize(
    ("wrong", "instead", "said"),
    [
        ("run: make test", 'run: echo "${{ github.head_ref }}"', "potentially untrusted"),
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-99.04", "label"),
        ("timeout-minutes: 30", "timeout-minuts: 30", "unexpected key"),
    ],
)
def test_actionlint_finds_what_github_would_refuse(
    tmp_path: Path, wrong: str, instead: str, said: str
) -> None:
    file = tmp_path / "test.yml"
    file.write_text(GOOD.replace(wrong, instead))
    ran = actionlint(file)
    assert ran.returncode == 1
    assert said in ran.stdout


def test_no_branch_name_is_run(tmp_path: Path) -> None:
    """The checks hand make the name of the base branch, which somebody else chose."""
    made = tmp_path / "made"
    name = f"origin/$(shell touch {made})'; touch {made} #"
    _, said = typed(ROOT, "make", "--dry-run", "check", f"BASE={name}")
    (line,) = [line for line in said.splitlines() if "catalog check" in line]
    assert shlex.split(line)[-1] == name
    assert not made.exists()
