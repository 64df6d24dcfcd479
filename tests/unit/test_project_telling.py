"""What people read of a project's pipelines."""

from __future__ import annotations

from datetime import UTC, datetime

from catalog.projects import telling
from catalog.projects.values import Action, Origin, Pipeline, Project, Run, Stage, Status

PROJECT = Project(
    name="iris",
    id="p-1",
    arn="arn:aws:sagemaker:us-east-1:111111111111:project/iris",
    status="CreateCompleted",
    created=datetime(2026, 11, 21, tzinfo=UTC),
)
BROKEN = Action(name="Build", status="Failed", error="exit status 1", log=("No module named x",))
ASKS = Action(name="Approve", status="InProgress", question="Deploy it?", token="t")
REFUSED = Action(name="Approve", status="Failed", error="Not before the fair.")


def told(*stages: Stage, latest: str = "2") -> str:
    pipeline = Pipeline(name="pipe", stages=stages, latest=Run(id=latest, status="InProgress"))
    seen = Status(project=PROJECT, origin=Origin(), pipelines=(pipeline,))
    return telling.status(seen).plain


def test_a_failed_build_is_told_with_the_end_of_its_log():
    text = told(Stage(name="Build", status="Failed", run="2", actions=(BROKEN,)))
    assert "Build  Failed\n      Build: exit status 1\n        | No module named x\n" in text


def test_what_an_earlier_run_left_is_told_apart_and_its_trouble_left_out():
    text = told(Stage(name="Deploy", status="Failed", run="1", actions=(REFUSED,)))
    assert "Deploy  Failed  in an earlier run\n" in text
    assert "fair" not in text


def test_a_question_of_an_earlier_run_still_waits_for_its_answer():
    text = told(Stage(name="Deploy", status="InProgress", run="1", actions=(ASKS,)))
    assert "waits for an answer: Deploy it?" in text
    assert "catalog project approve-deployment iris" in text
