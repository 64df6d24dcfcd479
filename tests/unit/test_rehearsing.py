"""What a rehearsal says: its timeline, its report, and the line it leads to."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from catalog.rehearsing import finding, notebook, opening
from catalog.rehearsing.approving import questions
from catalog.rehearsing.explaining import explain
from catalog.rehearsing.junit import junit
from catalog.rehearsing.leading import Leads
from catalog.rehearsing.recorded import Delivery, Denial, Facts, FailedAction, FailedResource, Unmet
from catalog.rehearsing.timeline import Step, Verdict, line, text, verdict_line
from catalog.rehearsing.trouble import Unexpected

ROOT = Path(__file__).parents[2]
NOTHING = Facts(
    denials=(),
    deliveries=(),
    actions=(),
    resources=(),
    functions=(),
    unmet=(),
    faults=(),
    under_way=(),
)


def step(**more: object) -> Step:
    fields = {
        "who": "lead",
        "what": "approves",
        "where": "data-science 111111111111",
        "began": 61.2,
    }
    return Step(**{**fields, **more})  # type: ignore[arg-type]


def verdict(*steps: Step) -> Verdict:
    return Verdict(
        product="greeter",
        name="by-hand",
        about="It greets.",
        folder="build/rehearsals/greeter/by-hand",
        seconds=2.5,
        cpu=1.0,
        steps=steps,
    )


def test_a_step_is_one_line() -> None:
    assert line(step(seconds=1.5)).split() == [
        *("1:01.2", "✓", "lead", "approves", "data-science", "111111111111", "1.50", "s")
    ]


def test_a_verdict_without_steps_is_no_pass() -> None:
    assert not verdict().passed
    assert verdict(step()).passed
    assert verdict_line(verdict(step())) == "✓ greeter by-hand: 1 step in 2.5 s"


def test_the_timeline_shows_trouble_below_its_step() -> None:
    failed = verdict(step(), step(trouble=("expected: yes", "seen: no")))
    lines = text(failed).splitlines()
    assert lines[0] == "It greets."
    assert [each.strip() for each in lines[4:6]] == ["expected: yes", "seen: no"]
    assert lines[-1].endswith("the last one failed")


def test_junit_counts_and_holds_no_control_characters() -> None:
    failed = verdict(step(trouble=("expected: yes", "seen: \x1b[31mno")))
    root = Xml.fromstring(junit([verdict(step()), failed]))  # noqa: S314 - our own text
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("greeter", "2", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "expected: yes"


def test_a_notebook_stops_at_a_heading_and_takes_other_values() -> None:
    book = {
        "cells": [
            {"cell_type": "code", "source": ["name = 'a'\n", "other = 1"]},
            {"cell_type": "markdown", "source": ["## Approval\n", "Judge."]},
            {"cell_type": "code", "source": ["approve()"]},
        ]
    }
    (source,) = notebook.cells(book, "Approval")
    assert notebook.filled_in(source, {"name": "it\\s"}) == "name = 'it\\\\s'\nother = 1"
    assert len(list(notebook.cells(book, ""))) == 2


@pytest.fixture(scope="module")
def leads() -> Leads:
    """Over this repository's own products."""
    checked = opening.built(ROOT)
    rendered = {name: one.rendered for name, one in checked.built.items() if one.rendered}
    return Leads(checked.catalog, rendered)


def written(place: str) -> str:
    """The line that a place names."""
    file, number = place.rsplit(":", 1)
    return (ROOT / file).read_text().splitlines()[int(number) - 1]


def test_a_denied_action_leads_to_the_statement_of_its_service(leads: Leads) -> None:
    place = leads.to_role("sagemaker-catalog-events", "codepipeline:StartPipelineExecution")
    assert place.startswith("products/project-roles/deployment_roles.yaml.j2:")
    assert "Sid: Pipelines" in written(place)
    assert leads.to_role("somebody-else", "s3:GetObject") == ""


def test_a_role_named_by_a_parameter_is_found_too(leads: Leads) -> None:
    place = leads.to_role("sagemaker-role-staging", "sagemaker:InvokeEndpoint")
    assert place.startswith("products/target-account-role/template.yaml.j2:")
    assert "Sid: Invoke" in written(place)


def test_a_rule_leads_to_its_pattern_and_a_resource_to_its_name(leads: Leads) -> None:
    place = leads.to_rule("sagemaker-iris-p-123-model")
    assert place.startswith("products/_shared/triggers.yaml.j2:")
    assert written(leads.to_resource("ModelVerdictRule", "AWS::Events::Rule")).strip() == (
        "ModelVerdictRule:"
    )
    assert "Endpoint:" in written(leads.to_resource("Endpoint", "AWS::SageMaker::Endpoint"))


def test_a_log_leads_to_the_deepest_line_of_ours_or_to_the_command(leads: Leads) -> None:
    log = ('  File "/tmp/src/model_deployment/deploy.py", line 12, in main', "KeyError: 'x'")
    assert leads.to_code(log) == "seed_code/model-deploy/model_deployment/deploy.py:12"
    message = 'Error while executing command: python -m model_deployment.deploy "$STAGE". Reason: 1'
    place = leads.to_code((message,))
    assert place.startswith("seed_code/model-deploy/buildspecs/deploy.yml:")
    assert 'model_deployment.deploy "$STAGE"' in written(place)
    assert leads.to_code(("nothing of ours",)) == ""


def test_an_explanation_says_what_was_seen_and_where_the_cause_may_be(leads: Leads) -> None:
    facts = Facts(
        denials=(
            Denial(
                account="111111111111",
                role="sagemaker-catalog-events",
                action="codepipeline:StartPipelineExecution",
                resource="arn:aws:codepipeline:us-east-1:111111111111:x",
                why="implicit deny",
            ),
        ),
        deliveries=(
            Delivery(
                account="111111111111", event="It changed", rule="sagemaker-i-p-1-model", why="no"
            ),
        ),
        actions=(
            FailedAction(
                account="111111111111",
                pipeline="p",
                stage="Build",
                action="Build",
                message="exit status 1",
                log=("[Container] Entering phase BUILD", "Failed: it broke"),
                group="/aws/codebuild/p",
            ),
        ),
        resources=(
            FailedResource(
                account="333333333333",
                stack="s",
                resource="Endpoint",
                type="AWS::SageMaker::Endpoint",
                reason="no image",
            ),
        ),
        functions=(("/aws/lambda/f", ("Traceback",)),),
        unmet=(Unmet(account="1", event="Other", rule="r", wanted=("source: []",)),),
        faults=("a thread died",),
        under_way=("pipeline p",),
    )
    told = "\n".join(explain(Unexpected("a run", "none"), facts, leads, lambda each: f"at {each}"))
    assert told.startswith("expected: a run\nseen: none\n")
    for words in (
        "IAM refused: role sagemaker-catalog-events in at 111111111111",
        "its permissions: products/project-roles/",
        "its pattern and target: products/_shared/triggers.yaml.j2:",
        "stage Build, action Build of p in at 111111111111 failed: exit status 1",
        "    Failed: it broke",
        "AWS::SageMaker::Endpoint Endpoint of stack s in at 333333333333: no image",
        "the embedded AWS itself failed: a thread died",
        "still under way: pipeline p",
    ):
        assert words in told
    assert "Entering phase" not in told
    assert "no rule in" not in told  # something else explains it


def test_an_event_that_no_rule_meant_explains_where_nothing_else_does(leads: Leads) -> None:
    near = Unmet(
        account="1", event="It changed", rule="sagemaker-i-p-1-model", wanted=('detail.a: ["b"]',)
    )
    told = explain(Unexpected("a", "b"), replace(NOTHING, unmet=(near,)), leads, str)
    assert told[2:4] == (
        "no rule in 1 meant the event “It changed”",
        '  the nearest, sagemaker-i-p-1-model, wants detail.a: ["b"]',
    )
    assert "products/_shared/triggers.yaml.j2:" in told[4]


def test_a_run_that_waits_for_an_answer_says_so() -> None:
    asked = {"status": "InProgress", "token": "t", "summary": "Model version 1 runs in staging"}
    actions = [
        {"actionName": "TestStaging", "latestExecution": {"status": "Succeeded"}},
        {"actionName": "ApproveStaging", "latestExecution": asked},
        {"actionName": "DeployProd"},
    ]
    state = {"stageStates": [{"stageName": "Source"}, {"actionStates": actions}]}
    assert questions(state) == (
        "ApproveStaging waits for an answer: “Model version 1 runs in staging”",
    )
    asked["status"] = "Succeeded"
    assert questions(state) == ()


def test_without_facts_an_explanation_is_only_what_was_seen(leads: Leads) -> None:
    assert explain(Unexpected("a", "b"), NOTHING, leads, str) == ("expected: a", "seen: b")


def test_rehearsals_are_found_by_their_functions(tmp_path: Path) -> None:
    folder = tmp_path / finding.REHEARSALS
    folder.mkdir(parents=True)
    (folder / "greeter.py").write_text(
        'def rehearse_by_hand(rehearsal):\n    """It greets."""\n\ndef other():\n    pass\n'
    )
    (folder / "test_rehearsals.py").write_text("raise SystemExit\n")
    (play,) = finding.plays(tmp_path)
    assert (play.product, play.name, play.about) == ("greeter", "by-hand", "It greets.")
    with pytest.raises(finding.UsageError, match="no rehearsal of 'greter'"):
        finding.plays(tmp_path, "greter")
    with pytest.raises(finding.UsageError, match="no rehearsal 'by-foot'"):
        finding.plays(tmp_path, "greeter", "by-foot")


@pytest.mark.parametrize(("line", "opens"), [("", True), ("OPENS = False\n", False)])
def test_a_file_says_that_its_people_open_the_catalog(
    tmp_path: Path, line: str, opens: bool
) -> None:
    folder = tmp_path / finding.REHEARSALS
    folder.mkdir(parents=True)
    (folder / "greeter.py").write_text(f"{line}def rehearse_all(rehearsal): pass\n")
    (play,) = finding.plays(tmp_path)
    assert play.opens is opens
