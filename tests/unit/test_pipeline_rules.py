"""The decisions of the embedded CodePipeline, as values."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.codepipeline import conditions, queueing, variables
from local_aws.codepipeline.queueing import Turn
from local_aws.codepipeline.state import (
    FAILED,
    IN_PROGRESS,
    STOPPED,
    SUCCEEDED,
    Execution,
    StageRun,
)

KNOWN = {"Build": {"MODEL": "7", "TAG": "v1"}, "codepipeline": {"PipelineExecutionId": "e"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("#{Build.MODEL}", "7"),
        ("#{Build.TAG}-#{Build.MODEL} of #{codepipeline.PipelineExecutionId}", "v1-7 of e"),
        ("#{Build}", "#{Build}"),
        ("${Build.MODEL}", "${Build.MODEL}"),
    ],
)
def test_references_are_replaced(text, expected):
    assert variables.resolved({"a": text}, KNOWN) == {"a": expected}


@pytest.mark.parametrize("text", ["#{Build.NONE}", "#{None.MODEL}"])
def test_a_reference_without_a_value_is_named(text):
    with pytest.raises(variables.Unresolved, match=text.replace("{", r"\{")):
        variables.resolved({"a": f"x {text}"}, KNOWN)


@given(st.text())
def test_a_value_is_taken_as_it_is(value):
    known = {"N": {"k": value}}
    assert variables.resolved({"a": "<#{N.k}>"}, known) == {"a": f"<{value}>"}


@pytest.mark.parametrize(
    ("operator", "variable", "value", "holds"),
    [
        ("EQ", "a", "a", True),
        ("EQ", "a", "b", False),
        ("NE", "a", "b", True),
        ("NE", "none", "none", False),
        ("CONTAINS", "abc", "b", True),
        ("CONTAINS", "abc", "x", False),
        ("MATCHES", "v12", r"v\d+", True),
        ("MATCHES", "v12x", r"v\d+", False),
        ("LIKE", "a", "a", False),
    ],
)
def test_variable_checks(operator, variable, value, holds):
    assert conditions.compared(operator, variable, value) is holds


def rule(variable: str, operator: str, value: str) -> dict:
    return {
        "name": "Check",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck"},
        "configuration": {"Variable": variable, "Operator": operator, "Value": value},
    }


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ([rule("#{Build.MODEL}", "EQ", "7")], SUCCEEDED),
        ([rule("#{Build.MODEL}", "EQ", "7"), rule("#{Build.TAG}", "EQ", "v2")], FAILED),
        ([rule("#{Build.NONE}", "NE", "7")], FAILED),
        ([], SUCCEEDED),
    ],
)
def test_a_condition_is_met_when_every_rule_is(rules, status):
    assert conditions.evaluated({"rules": rules}, KNOWN).status == status


def execution(number: int, *, mode: str = "SUPERSEDED", waiting: str = "", **stages: str):
    return Execution(
        id=str(number),
        number=number,
        pipeline="iris",
        account="111111111111",
        region="us-east-1",
        declaration={"executionMode": mode},
        trigger=("", ""),
        variables={},
        waiting=waiting,
        stages={name: StageRun(status=status) for name, status in stages.items()},
    )


def turn(one: Execution, *others: Execution, open_: bool = True) -> Turn:
    return queueing.turn(one, "Deploy", others, open_=open_)


@pytest.mark.parametrize("mode", ["SUPERSEDED", "QUEUED"])
def test_a_stage_holds_one_execution(mode):
    one = execution(2, mode=mode)
    assert turn(one) is Turn.ENTER
    assert turn(one, execution(1, mode=mode, Deploy=SUCCEEDED)) is Turn.ENTER
    assert turn(one, execution(1, mode=mode, Deploy=FAILED)) is Turn.ENTER
    assert turn(one, execution(1, mode=mode, Deploy=IN_PROGRESS)) is Turn.WAIT
    assert turn(one, open_=False) is Turn.WAIT


def test_parallel_executions_wait_for_nobody():
    other = execution(1, mode="PARALLEL", Deploy=IN_PROGRESS)
    assert turn(execution(2, mode="PARALLEL"), other) is Turn.ENTER


def test_an_older_one_gives_way_to_a_newer_that_waits_or_went_past():
    one = execution(1, waiting="Deploy")
    assert turn(one, execution(2, waiting="Deploy")) is Turn.GIVE_WAY
    assert turn(one, execution(2, waiting="Build")) is Turn.ENTER
    assert turn(one, execution(2, Deploy=SUCCEEDED)) is Turn.GIVE_WAY
    stopped = replace(execution(2, Deploy=STOPPED), status=STOPPED)
    assert turn(one, stopped) is Turn.ENTER


def test_a_queue_keeps_its_order():
    first, second = (execution(number, mode="QUEUED", waiting="Deploy") for number in (1, 2))
    assert turn(first, second) is Turn.ENTER
    assert turn(second, first) is Turn.WAIT
