"""The hub: what its builds hold against each other, who may do what, and what is skipped."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from ruamel.yaml import YAML

from catalog.aws.organization import Organization
from catalog.planning.actions import Effect
from catalog.planning.plans import Plan
from catalog.publishing import report

NAME = "catalog-hub"


@pytest.fixture(scope="module")
def resources(template) -> Mapping[str, Any]:
    found: Mapping[str, Any] = template(NAME)["Resources"]
    return found


def commands(resources: Mapping[str, Any], project: str) -> list[str]:
    """Every command of a project whose buildspec stands in the template, in order."""
    text = resources[project]["Properties"]["Source"]["BuildSpec"]
    phases = YAML(typ="safe", pure=True).load(text)["phases"]
    return [command for phase in phases.values() for command in phase.get("commands", ())]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A build host: folders of three artifacts, and a `make` that writes what the tool would."""

    root: Path

    def lay(self) -> None:
        files = {
            "source/catalog.yaml": "owners: {}\n",
            "source/products/a b/template.yaml.j2": "Resources: {}\n",
            "tests/build/taskcat/records/a-1.0.0.json": "{}\n",
            "plan/build/plan.json": "{}\n",
        }
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def bash(self, lines: list[str], *last: str, **variables: str) -> str:
        """Run commands in one shell, until one fails; what they say."""
        make = 'make() { mkdir -p build; echo "{}" > build/plan.json; echo "$FAKE"; }\n'
        ended = subprocess.run(
            ["/bin/bash", "-c", make + "\n".join(f"{line} || exit 1" for line in [*lines, *last])],
            cwd=self.root / "source",
            env={
                "PATH": "/usr/bin:/bin",
                "CODEBUILD_SRC_DIR_Tests": str(self.root / "tests"),
                "CODEBUILD_SRC_DIR_Plan": str(self.root / "plan"),
                "TARGET": "prod",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.stdout + ended.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(root=tmp_path)
    made.lay()
    return made


def planned(machine: Machine, resources: Mapping[str, Any], fake: str, prune: str = "no") -> dict:
    """What the plan's build exports when the tool prints `fake`."""
    names = ("SOURCE", "TESTS", "PLAN", "CHANGES", "SUMMARY", "HOW")
    show = [f'echo "={name}=${name}"' for name in names]
    said = machine.bash(commands(resources, "PlanProject"), *show, FAKE=fake, PRUNE=prune)
    shutil.rmtree(machine.root / "source" / "build", ignore_errors=True)
    return dict(re.findall(r"^=(\w+)=(.*)$", said, re.MULTILINE))


EXCHANGES = {
    "Source": ("source/products/a b/template.yaml.j2", "Resources: {Other: {}}\n"),
    "Tests": ("tests/build/taskcat/records/a-1.0.0.json", '{"passed": true}\n'),
    "Plan": ("plan/build/plan.json", '{"other": 1}\n'),
}


@pytest.fixture
def reviewed(machine, resources) -> dict[str, str]:
    seen = planned(machine, resources, "1 action: 1 created; 0 unchanged.")
    return {f"REVIEWED_{name}": seen[name] for name in ("SOURCE", "TESTS", "PLAN")}


def test_what_was_reviewed_is_published(machine, resources, reviewed) -> None:
    said = machine.bash(commands(resources, "PublishProject"), FAKE="published", **reviewed)
    assert said == "published\n"
    records = machine.root / "source" / "build" / "taskcat" / "records"
    assert [each.name for each in records.iterdir()] == ["a-1.0.0.json"]


@pytest.mark.parametrize("artifact", EXCHANGES)
def test_what_was_exchanged_is_refused_by_name(machine, resources, reviewed, artifact) -> None:
    path, text = EXCHANGES[artifact]
    (machine.root / path).write_text(text)
    said = machine.bash(commands(resources, "PublishProject"), FAKE="published", **reviewed)
    assert said == (
        f"The artifact {artifact} is not what was reviewed. "
        "Nothing was published; run the pipeline again.\n"
    )


@pytest.mark.parametrize(
    "path", ["source/.venv/bin/catalog", "source/.hidden", "source/products/x"]
)
def test_what_was_slipped_in_is_refused(machine, resources, reviewed, path) -> None:
    (machine.root / path).parent.mkdir(parents=True, exist_ok=True)
    (machine.root / path).write_text("#!/bin/sh\n")
    said = machine.bash(commands(resources, "PublishProject"), FAKE="published", **reviewed)
    assert said.startswith("The artifact Source is not what was reviewed.")


@pytest.mark.parametrize(
    ("artifact", "path", "target"),
    [
        ("Source", "source/GNUmakefile", "../plan/build/Makefile"),
        ("Source", "source/scripts", "/opt/elsewhere"),
        ("Source", "source/.venv", "products/a b"),
        ("Tests", "tests/build/taskcat/records/b-1.0.0.json", "../../../../plan/build/plan.json"),
    ],
)
def test_a_link_that_was_slipped_in_is_refused(
    machine, resources, reviewed, artifact, path, target
) -> None:
    (machine.root / path).symlink_to(target)
    said = machine.bash(commands(resources, "PublishProject"), FAKE="published", **reviewed)
    assert said.startswith(f"The artifact {artifact} is not what was reviewed.")


def test_the_tools_that_a_host_lends_change_nothing(machine, resources, reviewed) -> None:
    lent = machine.root / "host" / ".venv"
    lent.mkdir(parents=True)
    (lent / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (machine.root / "source" / ".venv").symlink_to(lent)
    said = machine.bash(commands(resources, "PublishProject"), FAKE="published", **reviewed)
    assert said == "published\n"


PLAN = Plan(reach={}, homes={}, unchanged=3, observed="")


def verdicts() -> Iterator[tuple[str, str]]:
    """Last lines of plans as the tool words them, and whether something changes."""
    yield report.plan_verdict(PLAN), "none"
    for number in (1, 2):
        action = type("Action", (), {"effect": Effect.CREATED})()
        yield report.plan_verdict(replace(PLAN, actions=(action,) * number)), "some"


@pytest.mark.parametrize(("verdict", "changes"), list(verdicts()))
def test_the_plan_says_whether_something_changes(machine, resources, verdict, changes) -> None:
    seen = planned(machine, resources, f"portfolio projects, reaches workloads\n{verdict}")
    assert (seen["CHANGES"], seen["SUMMARY"]) == (changes, verdict)


def test_with_several_regions_each_has_its_say(machine, resources) -> None:
    nothing, one, *_ = (verdict for verdict, _ in verdicts())
    fake = f"eu-west-1:\n  {one}\nus-east-1:\n  {nothing}"
    seen = planned(machine, resources, fake)
    assert seen["CHANGES"] == "some"
    assert " ".join(seen["SUMMARY"].split()) == f"{one} {nothing}"


@pytest.mark.parametrize(
    ("prune", "how"), [("no", "--deep"), ("yes", "--deep --prune"), ("; ls", "--deep")]
)
def test_what_is_no_longer_here_is_removed_on_demand(machine, resources, prune, how) -> None:
    assert planned(machine, resources, "Nothing to do: 3 unchanged.", prune)["HOW"] == how


def test_a_plan_that_fails_ends_the_build(machine, resources) -> None:
    lines = ["make() { return 2; }", *commands(resources, "PlanProject")]
    assert machine.bash(lines, "echo went on", FAKE="", PRUNE="no") == ""


def test_nobody_is_asked_about_nothing(resources) -> None:
    stages = {each["Name"]: each for each in resources["Pipeline"]["Properties"]["Stages"]}
    (condition,) = stages["Publish"]["BeforeEntry"]["Conditions"]
    (rule,) = condition["Rules"]
    assert condition["Result"] == "SKIP"
    assert rule["Configuration"] == {
        "Variable": "#{Plan.CHANGES}",
        "Operator": "EQ",
        "Value": "some",
    }


@pytest.mark.parametrize(
    "role", ["PlannerRole", "CodeBuildRole", "CodePipelineRole", "BatchRole", "EventsRole"]
)
def test_only_the_publisher_writes(resources, role) -> None:
    for sid, action, resource in held(resources, role):
        service, _, verb = action.partition(":")
        if service == "servicecatalog":
            assert verb.startswith(("Describe", "Get", "List", "Search")), action
        if service == "s3" and not verb.startswith(("Get", "List")):
            assert (sid, resource) == ("Artifacts", {"Fn::Sub": "${PipelineBucket.Arn}/*"})


@dataclass(frozen=True)
class Noting:
    """A stand-in for Organizations that only notes what it is asked."""

    asked: set[str]

    def pages(self, operation: str, *_: object, **__: object) -> Iterator[dict[str, Any]]:
        self.asked.add("organizations:" + operation.title().replace("_", ""))
        return iter(())


@pytest.mark.parametrize("role", ["PlannerRole", "PublisherRole"])
def test_who_plans_and_publishes_finds_the_accounts_that_may_run_something(resources, role) -> None:
    noting = Noting(set())
    for node in ("o-exampleorg1", "ou-ab12-20000000"):
        Organization(service=noting).states(node)
    assert len(noting.asked) == 3
    assert noting.asked <= {action for _, action, _ in held(resources, role)}


def held(resources: Mapping[str, Any], role: str) -> Iterator[tuple[str, str, Any]]:
    """Sid, action and resource of everything a role may do."""
    for policy in resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                yield statement["Sid"], action, statement["Resource"]


def test_the_publisher_uses_the_connection_for_its_own_repository_alone(resources) -> None:
    used = [
        statement
        for policy in resources["PublisherRole"]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "UseConnection" in str(statement["Action"])
    ]
    own = {"Ref": "RepositoryFullName"}
    assert [statement["Condition"]["StringEquals"] for statement in used] == [
        {"codeconnections:FullRepositoryId": own},
        {"codestar-connections:FullRepositoryId": own},
    ]


def stages(resources: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Stage -> its actions that are there in any case, in the order of the pipeline."""
    found = resources["Pipeline"]["Properties"]["Stages"]
    return {
        stage["Name"]: [action for action in stage["Actions"] if "Name" in action]
        for stage in found
    }


def test_nothing_is_planned_before_it_was_checked_and_launched(resources) -> None:
    assert list(stages(resources)) == ["Source", "Check", "Taskcat", "Plan", "Publish"]


def test_what_the_pipeline_hands_to_a_build_is_read_there(resources) -> None:
    read = {}
    for action in (action for actions in stages(resources).values() for action in actions):
        given = json.loads(action["Configuration"].get("EnvironmentVariables", "[]"))
        if given:
            project = action["Configuration"]["ProjectName"]["Ref"]
            text = " ".join(commands(resources, project))
            read |= {one["name"]: f"${one['name']}" in text.replace("{", "") for one in given}
    assert read == dict.fromkeys(
        ("PRUNE", "REVIEWED_SOURCE", "REVIEWED_TESTS", "REVIEWED_PLAN"), True
    )


def test_people_hear_of_every_end_of_a_run_and_of_a_look_for_drift(resources) -> None:
    def told(rule: str) -> Mapping[str, Any]:
        pattern: Mapping[str, Any] = resources[rule]["Properties"]["EventPattern"]["detail"]
        return pattern

    runs = enum("codepipeline", "PipelineExecutionStatus")
    passed_over = {"INPROGRESS", "STOPPING", "CANCELLED", "SUPERSEDED"}  # another run goes on
    assert {*told("RunsRule")["state"]} == {one.upper() for one in runs} - passed_over
    builds = enum("codebuild", "StatusType")
    assert {*told("DriftRule")["build-status"]} == builds - {"IN_PROGRESS", "SUCCEEDED"}


def enum(service: str, shape: str) -> set[str]:
    """The values of a shape of a service's model."""
    return set(botocore.session.get_session().get_service_model(service).shape_for(shape).enum)
