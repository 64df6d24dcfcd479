"""What a Studio domain's template promises, and the script that prepares Git in it."""

import json
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

from catalog.templates import loops, resource_types

NAME = "studio-domain"
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "source": ["1 + 1"],
            "outputs": [{"text": "2"}],
            "execution_count": 7,
        },
        {"cell_type": "markdown", "source": ["# Irises"]},
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def script(template: Any) -> str:
    config = template(NAME)["Resources"]["LifecycleConfig"]["Properties"]
    text: str = config["StudioLifecycleConfigContent"]["Fn::Base64"]
    return text


@pytest.fixture
def home(tmp_path, template) -> Path:
    """A home directory after JupyterLab started: the script ran in it."""
    home = tmp_path / "home"
    home.mkdir()
    prepare(home, template)
    return home


def prepare(home: Path, template: Any) -> None:
    path = home.parent / "start.sh"
    path.write_text(script(template))
    run(home, "bash", str(path))


def run(home: Path, *command: str, folder: str = "") -> str:
    environment = {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": f"{what.lower()}@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    done = subprocess.run(
        command, cwd=home / folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def repository(home: Path, name: str) -> Path:
    run(home, "git", "init", "--quiet", "--initial-branch=main", name)
    return home / name


def test_notebooks_are_committed_without_outputs_and_keep_them_on_disk(home):
    clone = repository(home, "work")
    (clone / "iris.ipynb").write_text(json.dumps(NOTEBOOK))
    run(home, "git", "add", ".", folder="work")
    run(home, "git", "commit", "--quiet", "--message", "Irises", folder="work")
    committed = json.loads(run(home, "git", "show", "HEAD:iris.ipynb", folder="work"))
    assert committed["cells"][0] == {
        "cell_type": "code",
        "source": ["1 + 1"],
        "outputs": [],
        "execution_count": None,
    }
    assert committed["cells"][1] == NOTEBOOK["cells"][1]
    assert json.loads((clone / "iris.ipynb").read_text()) == NOTEBOOK


def test_what_is_no_notebook_is_committed_as_it_is(home):
    clone = repository(home, "work")
    (clone / "broken.ipynb").write_text("not JSON\n")
    run(home, "git", "add", ".", folder="work")
    assert run(home, "git", "show", ":broken.ipynb", folder="work") == "not JSON\n"


def test_data_and_logs_are_ignored(home):
    clone = repository(home, "work")
    for path in (
        "data/iris.csv",
        "logs/today.txt",
        "run.log",
        ".ipynb_checkpoints/a.ipynb",
        "a.py",
    ):
        (clone / path).parent.mkdir(exist_ok=True)
        (clone / path).write_text("x")
    seen = run(home, "git", "status", "--porcelain", "--untracked-files=all", folder="work")
    assert seen.split() == ["??", "a.py"]


def test_clones_are_brought_up_to_date_when_it_starts_again(home, template):
    origin = repository(home, "origin")
    (origin / "a.py").write_text("old")
    run(home, "git", "add", ".", folder="origin")
    run(home, "git", "commit", "--quiet", "--message", "old", folder="origin")
    run(home, "git", "clone", "--quiet", "origin", "clone")
    (origin / "a.py").write_text("new")
    run(home, "git", "commit", "--quiet", "--all", "--message", "new", folder="origin")
    prepare(home, template)
    assert (home / "clone/a.py").read_text() == "new"


def test_work_of_ones_own_survives_the_next_start(home, template):
    test_clones_are_brought_up_to_date_when_it_starts_again(home, template)
    (home / "clone/a.py").write_text("mine")
    (home / "origin/a.py").write_text("theirs")
    run(home, "git", "commit", "--quiet", "--all", "--message", "theirs", folder="origin")
    prepare(home, template)
    assert (home / "clone/a.py").read_text() == "mine"


def test_the_script_fits_and_its_name_carries_the_version(template, catalog):
    assert len(script(template)) * 4 / 3 < 16_384
    assert script(template) == textwrap.dedent(script(template))
    name = template(NAME)["Resources"]["LifecycleConfig"]["Properties"]["StudioLifecycleConfigName"]
    version = str(catalog.products[NAME].product.version).replace(".", "-")
    assert name["Fn::Sub"][0].endswith(f"-{version}")


def test_what_cannot_change_in_place_depends_on_nothing_a_lead_changes(template):
    """Members, tags, idle time, repository: an update with them must replace nothing."""
    changing = {"IdleMinutes", "NotebookRepositoryUrl", "Environment", "FinanceOwner"}
    changing |= {"BusinessUnit", "CostCenter", "HomeDirectories", "VpcId", "SubnetIds"}
    for name, body in loops.resources(template(NAME)).items():
        for path in resource_types.create_only(body["Type"]):
            value = body.get("Properties", {}).get(path[0])
            assert not any(f'"{each}"' in json.dumps(value) for each in changing), (name, path)


def test_the_domain_is_closed_and_tells_people_apart(template):
    domain = template(NAME)["Resources"]["Domain"]["Properties"]
    assert domain["AppNetworkAccessType"] == "VpcOnly"
    assert domain["DomainSettings"]["ExecutionRoleIdentityConfig"] == "USER_PROFILE_NAME"
    for settings in ("DefaultUserSettings", "DefaultSpaceSettings"):
        role = domain[settings]["ExecutionRole"]["Fn::Sub"]
        assert role.endswith("role/sagemaker-data-scientist")


def test_a_profile_has_the_role_and_the_tag_of_its_persona(template):
    profiles = {
        name: body["Properties"]
        for name, body in loops.resources(template(NAME)).items()
        if body["Type"] == "AWS::SageMaker::UserProfile"
    }
    roles = {
        name: body["Properties"]["RoleName"]
        for name, body in template("persona-roles")["Resources"].items()
        if body["Type"] == "AWS::IAM::Role"
    }
    assert len(profiles) == 3
    for name, properties in profiles.items():
        persona = name.removesuffix("&{UserName}")
        role = properties["UserSettings"]["ExecutionRole"]["Fn::Sub"]
        assert role.rpartition("/")[2] == roles[persona]
        assert {"Key": "persona", "Value": persona} in properties["Tags"]


def test_it_makes_no_permissions(template, catalog):
    types = {body["Type"] for body in loops.resources(template(NAME)).values()}
    assert not any(each.startswith("AWS::IAM::") for each in types)
    product = catalog.products[NAME].product
    roles = template("persona-roles")["Resources"]
    assert product.launch_role == roles["AdminLaunch"]["Properties"]["RoleName"]
