"""What a step of the pipeline says and answers when it fails."""

import logging

import pytest
from botocore.exceptions import ClientError
from model_deployment import failure

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreateStack")


def failing(problem):
    def step():
        raise problem

    return step


@pytest.mark.parametrize("problem", [failure.Failure("what and where"), DENIED, OSError("gone")])
def test_a_step_that_fails_says_why_and_ends_with_1(caplog, problem):
    with pytest.raises(SystemExit) as ended:
        failure.run(failing(problem))
    assert ended.value.code == 1
    assert f"Failed: {problem}" in caplog.messages


def test_a_step_that_succeeds_is_done_once(caplog):
    done = []
    failure.run(lambda: done.append(1))
    assert done == [1]
    assert caplog.messages == []


def test_a_mistake_in_the_code_keeps_its_traceback():
    with pytest.raises(KeyError):
        failure.run(failing(KeyError("x")))


def test_botocore_is_told_to_keep_to_itself():
    failure.run(lambda: None)
    assert logging.getLogger("botocore").level == logging.WARNING
