"""The function inside project templates that checks seed code in, run as it stands there."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import yaml

STATUSES = {"ok": ["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"], "bad": ["IN_PROGRESS", "FAILED"]}


class CodeBuild:
    """Runs a project through the statuses its name stands for."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.left: list[str] = []

    def start_build(self, projectName: str) -> dict[str, Any]:  # noqa: N803 - boto3's argument
        if projectName not in STATUSES:
            raise LookupError(f"no project {projectName}")
        self.started.append(projectName)
        self.left = list(STATUSES[projectName])
        return {"build": {"id": "seed:1", "buildStatus": self.left.pop(0)}}

    def batch_get_builds(self, ids: list[str]) -> dict[str, Any]:
        return {"builds": [{"id": ids[0], "buildStatus": self.left.pop(0)}]}


@pytest.fixture
def function(template, monkeypatch) -> SimpleNamespace:
    codebuild = CodeBuild()
    monkeypatch.setattr(boto3, "client", lambda _: codebuild)
    code = template("multi-account-deployment")["Resources"]["SeedCheckinFunction"]["Properties"]
    module: dict[str, Any] = {}
    exec(compile(code["Code"]["ZipFile"], "index.py", "exec"), module)  # noqa: S102 - our own
    sent: list[dict[str, Any]] = []

    def urlopen(put: Any, timeout: int) -> SimpleNamespace:
        assert put.get_method() == "PUT"
        sent.append(json.loads(put.data))
        return SimpleNamespace(close=lambda: None)

    monkeypatch.setattr(module["urllib"].request, "urlopen", urlopen)
    monkeypatch.setattr(module["time"], "sleep", lambda _: None)
    return SimpleNamespace(handler=module["handler"], codebuild=codebuild, sent=sent)


def ask(function: SimpleNamespace, kind: str, project: str, left: int = 600_000) -> dict[str, Any]:
    asked = {
        "RequestType": kind,
        "StackId": "arn:aws:cloudformation:us-east-1:111111111111:stack/SC-1/1",
        "RequestId": "1",
        "LogicalResourceId": "SeedCheckin",
        "ResponseURL": "http://127.0.0.1/answer",
        "ResourceProperties": {"ProjectName": project, "Branch": "main"},
    }
    function.handler(asked, SimpleNamespace(get_remaining_time_in_millis=lambda: left))
    (answer,) = function.sent
    return answer


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_build_that_succeeds_is_a_success_and_names_the_branch(function, kind):
    answer = ask(function, kind, "ok")
    assert (answer["Status"], answer["Data"]) == ("SUCCESS", {"Branch": "main"})
    assert function.codebuild.started == ["ok"]


def test_a_build_that_fails_fails_the_stack_and_says_where_to_look(function):
    answer = ask(function, "Create", "bad")
    assert answer["Status"] == "FAILED"
    assert "seed:1" in answer["Reason"]


def test_deleting_starts_nothing(function):
    assert ask(function, "Delete", "ok")["Status"] == "SUCCESS"
    assert function.codebuild.started == []


def test_the_function_answers_before_it_is_cut_off(function):
    answer = ask(function, "Create", "ok", left=20_000)
    assert answer["Status"] == "FAILED"
    assert "too long" in answer["Reason"]


def test_any_error_is_an_answer(function):
    answer = ask(function, "Create", "missing")
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "LookupError: no project missing"


def test_the_stack_outwaits_the_function_and_the_function_the_build(template):
    resources = template("multi-account-deployment")["Resources"]
    function = resources["SeedCheckinFunction"]["Properties"]["Timeout"]
    build = resources["SeedCheckinProject"]["Properties"]["TimeoutInMinutes"] * 60
    assert int(resources["SeedCheckin"]["Properties"]["ServiceTimeout"]) > function > build


def test_the_pipeline_waits_for_the_check_in(template):
    stages = template("multi-account-deployment")["Resources"]["Pipeline"]["Properties"]["Stages"]
    through_connection = stages[0]["Actions"][0]["Fn::If"][2]
    branch = through_connection["Configuration"]["BranchName"]
    assert branch == {"Fn::GetAtt": ["SeedCheckin", "Branch"]}


@pytest.fixture
def check_in(template, tmp_path, monkeypatch):
    """Runs the build's commands as CodeBuild does: in the unpacked seed, until one fails."""
    body = template("multi-account-deployment")["Resources"]["SeedCheckinProject"]
    spec = yaml.safe_load(body["Properties"]["Source"]["BuildSpec"])
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("BRANCH", "trunk")

    def run(repository: Path, readme: str) -> str:
        source = tmp_path / f"source-{readme}"
        source.mkdir()
        (source / "README.md").write_text(readme)
        monkeypatch.setenv("REPOSITORY_URL", str(repository))
        said = ""
        for command in spec["phases"]["build"]["commands"]:
            done = subprocess.run(
                ["/bin/sh", "-c", command], cwd=source, check=True, capture_output=True, text=True
            )
            said += done.stdout
        return said

    return run


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_an_empty_repository_is_filled_and_a_filled_one_left_alone(check_in, tmp_path):
    repository = tmp_path / "project.git"
    git(tmp_path, "init", "--quiet", "--bare", str(repository))
    check_in(repository, "first")
    assert git(repository, "show", "trunk:README.md") == "first"
    assert "has content already" in check_in(repository, "second")
    assert git(repository, "show", "trunk:README.md") == "first"
    assert git(repository, "rev-list", "--count", "trunk").strip() == "1"


def test_a_repository_that_cannot_be_reached_fails_the_build(check_in, tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        check_in(tmp_path / "missing.git", "first")
