"""Which product and parameters a project is made with; what a project's parameters tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.errors import UsageError
from catalog.projects import choosing
from catalog.projects.values import Action, Origin, Pipeline, Project, Stage
from catalog.studio.listing import Field, SeenVersion, Template

FIELD = Field(
    name="Accounts",
    label="Accounts",
    group="",
    description="Where it runs.",
    type="CommaDelimitedList",
    default=None,
    allowed=(),
    pattern="[0-9]{12}",
    constraint="Account numbers.",
    optional=False,
    secret=False,
)
SIZE = replace(
    FIELD, name="Size", type="String", default="small", allowed=("small", "large"), pattern=""
)
CARD = Template(
    title="Deploy", version="1.0.0", product="prod-1", digest="", summary="", owner="", form=()
)


@pytest.mark.parametrize("wanted", ["Deploy", "deploy-folder"])
def test_a_product_is_meant_by_title_or_folder(wanted):
    assert choosing.chosen(wanted, [CARD], {"deploy-folder": "Deploy"}) is CARD


def test_an_unknown_product_is_answered_with_what_there_is():
    with pytest.raises(UsageError) as raised:
        choosing.chosen("Deplay", [CARD], {})
    assert "There are: Deploy." in str(raised.value)
    assert "Deploy" in raised.value.remedy


def test_good_answers_pass_and_defaults_need_none():
    given = {"Accounts": "111111111111, 222222222222"}
    assert choosing.parameters([FIELD, SIZE], given) == given


def test_every_wrong_answer_is_named_at_once():
    with pytest.raises(UsageError) as raised:
        choosing.parameters([FIELD, SIZE], {"Size": "huge", "Acounts": "1"})
    text = str(raised.value)
    for said in ("Accounts is required", "allowed are small, large", "Acounts is no parameter"):
        assert said in text


def test_a_secret_is_not_repeated():
    secret = replace(FIELD, secret=True)
    with pytest.raises(UsageError) as raised:
        choosing.parameters([secret], {"Accounts": "hunter2"})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("name", ["", "-iris", "iris-", "iris_1", "i" * 33])
def test_impossible_names_are_refused_before_any_call(name):
    with pytest.raises(UsageError):
        choosing.check_name(name)


def test_pairs():
    assert choosing.pairs(["A=1=2", "B="]) == {"A": "1=2", "B": ""}
    with pytest.raises(UsageError):
        choosing.pairs(["A"])


def project(**parameters: str) -> Project:
    return Project(
        name="iris",
        id="p-1",
        arn="arn",
        status="CreateCompleted",
        created=datetime.now(UTC),
        parameters=parameters,
    )


def test_parameters_tell_where_a_project_deploys_to():
    one = project(
        Staging="333333333333",
        Prod="222222222222, 333333333333",
        Role="sagemaker-role-staging",
        Mixed="333333333333,no",
        Empty="",
    )
    assert one.accounts == ("222222222222", "333333333333")
    assert one.roles == ("sagemaker-role-staging",)


def test_the_model_group_is_named_by_a_parameter_or_the_project():
    assert project().group == "iris"
    assert project(SageMakerModelPackageGroupName="central").group == "central"


def version(name: str, day: int, *, deprecated: bool = False) -> SeenVersion:
    created = datetime(2026, 1, day, tzinfo=UTC)
    return SeenVersion(id=f"pa-{name}", name=name, created=created, deprecated=deprecated)


def test_newer_versions_are_those_created_later_and_not_deprecated():
    versions = (version("1.0", 1, deprecated=True), version("1.2", 3), version("1.1", 2))
    origin = Origin.of("Deploy", versions, "pa-1.0")
    assert (origin.version, origin.deprecated, origin.newer) == ("1.0", True, ("1.1", "1.2"))
    assert Origin.of("Deploy", versions, "pa-gone") == Origin(product="Deploy")


def test_only_an_approval_under_way_is_a_question():
    waiting = Action(name="Approve", status="InProgress", token="t", question="Go?")
    done = replace(waiting, status="Succeeded")
    stages = (Stage(name="S", status="InProgress", actions=(waiting, done)),)
    (approval,) = Pipeline(name="p", stages=stages).approvals
    assert (approval.stage, approval.action, approval.question) == ("S", "Approve", "Go?")
