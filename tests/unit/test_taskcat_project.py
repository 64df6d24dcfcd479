"""The generated taskcat project: read back as taskcat reads it."""

from __future__ import annotations

import re
from dataclasses import replace

import yaml

from catalog.model import Kind, Owner, Product, Release, Scenario
from catalog.taskcat.project import (
    RUN_TAG,
    config,
    launches,
    parameters,
    project_name,
    projects,
    template_key,
)

OWNER = Owner(key="ml", name="ML team", email="ml@example.com", url="https://example.com")
RELEASE = Release(
    product=Product(
        name="demo",
        kind=Kind.PROJECT,
        version="1.2.3",
        title="Demo",
        summary="A demo.",
        owner=OWNER,
    ),
    digest="ab" * 32,
    template="Resources: {}\n",
    bundles=(),
    parameters=("Flag", "Number"),
    description="First.",
    commit="0" * 40,
)
HERE = Scenario(name="default", summary="As it comes.", parameters={"Flag": "yes", "Number": "012"})
THERE = Scenario(name="elsewhere", summary="In two regions.", regions=("eu-west-1", "us-west-2"))


def read(*scenarios: Scenario) -> dict[str, dict[str, object]]:
    every = launches(scenarios, ("us-east-1", "eu-west-1", "us-west-2"))
    text = config(RELEASE, every, bucket="artifacts", run="run")
    content: dict[str, dict[str, object]] = yaml.safe_load(text)
    return content


def test_a_test_for_each_scenario_with_its_regions() -> None:
    tests = read(HERE, THERE)["tests"]
    assert {name: test["regions"] for name, test in tests.items()} == {  # type: ignore[index]
        "default": ["us-east-1"],
        "elsewhere": ["eu-west-1", "us-west-2"],
    }


def test_every_value_stays_text_for_a_yaml_1_1_reader() -> None:
    test = read(HERE)["tests"]["default"]
    assert test["parameters"] == {"Flag": "yes", "Number": "012"}  # type: ignore[index]


def test_taskcat_neither_packs_nor_makes_buckets() -> None:
    project = read(HERE)["project"]
    assert project["package_lambda"] is False
    assert project["s3_bucket"] == "artifacts"
    assert "role_name" not in project


def test_the_template_lies_where_taskcat_looks_for_it() -> None:
    # taskcat joins the project's name and the template's path inside the project.
    project = read(HERE)["project"]
    assert template_key(RELEASE) == f"{project['name']}/{project['template']}"
    assert re.fullmatch(r"[a-z0-9-/]*", project_name(RELEASE))


def test_launches_are_scenarios_times_regions() -> None:
    found = launches((HERE, THERE), ("us-east-1", "eu-west-1", "us-west-2"))
    assert [(launch.scenario.name, launch.region) for launch in found] == [
        ("default", "us-east-1"),
        ("elsewhere", "eu-west-1"),
        ("elsewhere", "us-west-2"),
    ]


def test_only_the_targets_regions() -> None:
    few = launches((THERE,), ("us-east-1", "us-west-2"))
    assert [launch.region for launch in few] == ["us-west-2"]
    none = launches((THERE,), ("us-east-1",))
    assert [launch.region for launch in none] == ["us-east-1"]


def test_every_stack_of_a_run_is_marked() -> None:
    assert read(HERE)["project"]["tags"] == {RUN_TAG: "run"}


def test_each_run_and_scenario_has_a_project_of_its_own() -> None:
    given = {"SageMakerProjectName": "iris-multi-01", "SageMakerProjectId": "p-1", "Other": "x"}
    first = Scenario(name="a", summary="", parameters=given)
    second = Scenario(name="b", summary="", parameters=given)
    made = [parameters(s, run) for s in (first, second) for run in ("1", "2")]
    ids = {each["SageMakerProjectId"] for each in made}
    names = {each["SageMakerProjectName"] for each in made}
    assert len(ids) == len(names) == 4
    assert all(re.fullmatch(r"p-[0-9a-f]{12}", each) for each in ids)
    assert all(re.fullmatch(r"iris-mul-[0-9a-f]{6}", each) for each in names)
    assert made[0]["Other"] == "x"
    assert parameters(HERE, "1") == HERE.parameters


def test_products_of_one_run_share_no_project() -> None:
    given = {"SageMakerProjectId": "p-1"}
    every = launches((Scenario(name="a", summary="", parameters=given),), ("us-east-1",))
    other = replace(RELEASE, product=replace(RELEASE.product, name="other"))
    ids = [
        re.findall(r"p-[0-9a-f]{12}", config(each, every, bucket="b", run="1"))
        for each in (RELEASE, other)
    ]
    assert [len(each) for each in ids] == [1, 1]
    assert ids[0] != ids[1]


def test_what_outlives_its_stack_has_another_name_in_each_run() -> None:
    given = {"Group": "iris", "Account": "333333333333"}
    scenario = Scenario(name="a", summary="", parameters=given, fresh=("Group",))
    made = [parameters(scenario, run) for run in ("1", "2")]
    assert len({each["Group"] for each in made}) == 2
    assert all(re.fullmatch(r"iris-[0-9a-f]{6}", each["Group"]) for each in made)
    assert {each["Account"] for each in made} == {"333333333333"}


def test_stacks_that_share_names_are_launched_one_after_the_other() -> None:
    every = launches((HERE, THERE), ("us-east-1", "eu-west-1", "us-west-2"))
    assert projects(RELEASE, every) == {"demo": every}
    foundation = replace(RELEASE, product=replace(RELEASE.product, kind=Kind.FOUNDATION))
    assert projects(foundation, every) == {
        "demo/default-us-east-1": every[:1],
        "demo/elsewhere-eu-west-1": every[1:2],
        "demo/elsewhere-us-west-2": every[2:],
    }
