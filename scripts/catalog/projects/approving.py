"""Answer the two questions a project asks: is this model good, may it be deployed further."""

from __future__ import annotations

from collections.abc import Callable

from catalog.errors import Refused, UsageError
from catalog.projects.looking import existing
from catalog.projects.places import Home
from catalog.projects.values import Approval, Model

NEWEST = "newest"


def verdict(*, reject: bool) -> str:
    """How SageMaker and CodePipeline spell a judgement."""
    return "Rejected" if reject else "Approved"


def judge_model(home: Home, name: str, wanted: str, *, reject: bool, because: str) -> Model:
    """Approve or reject a version of a project's models; which one it was.

    Args:
        home: Where, and as whom.
        name: Of the project.
        wanted: Version number, or `newest`.
        reject: Reject instead of approving.
        because: Kept with the version.

    Raises:
        UsageError: There is no such version.
        Refused: The version cannot be used, so that approving it helps nobody.
    """
    project = existing(home, name)
    models = home.projects.models(project.group)
    if not models:
        raise UsageError(
            f"No model is registered in group {project.group}.",
            "Register one first, e.g. with the project's notebook; look with "
            f"`.venv/bin/catalog project status {name}`.",
        )
    found = [one for one in models if wanted in (NEWEST, str(one.version))]
    if not found:
        there = ", ".join(str(one.version) for one in models)
        raise UsageError(f"Group {project.group} has no version {wanted}.", f"It has {there}.")
    model = max(found, key=lambda one: one.version)
    if not reject and model.status != "Completed":
        raise Refused(
            f"Version {model.version} is {model.status}, not Completed.",
            "Register the model again and approve that version.",
        )
    home.projects.judge(model, verdict(reject=reject), because)
    return model


def pending(home: Home, name: str) -> tuple[Approval, ...]:
    """What the pipelines of a project wait to have answered."""
    project = existing(home, name)
    pipelines = home.pipelines.named(project.prefix)
    return tuple(one for pipeline in pipelines for one in pipeline.approvals)


def answer(
    home: Home, name: str, *, reject: bool, because: str, show: Callable[[Approval], None]
) -> Approval:
    """Answer the one question that a project's pipelines ask.

    Args:
        home: Where, and as whom.
        name: Of the project.
        reject: Say no, which ends the run.
        because: Kept with the answer.
        show: Hears the question before it is answered; may refuse.

    Raises:
        UsageError: Nothing, or more than one thing, is asked.
    """
    asked = pending(home, name)
    if len(asked) != 1:
        what = ", ".join(f"{one.pipeline}: {one.action}" for one in asked) or "nothing"
        raise UsageError(
            f"Project {name} asks for {what}.",
            f"`.venv/bin/catalog project status {name}` shows where its pipelines stand.",
        )
    (approval,) = asked
    show(approval)
    home.pipelines.answer(approval, verdict(reject=reject), because)
    return approval
