"""What goes on between calls."""

import threading

import pytest

from local_aws import work


@pytest.fixture(autouse=True)
def _nothing_left() -> None:
    work.forget()


def test_a_job_is_seen_while_it_goes_on() -> None:
    go_on = threading.Event()
    work.start("a run", lambda: work.until(go_on.is_set))
    assert work.under_way() == ("a run",)
    go_on.set()
    work.until(lambda: not work.under_way())
    assert work.failures() == ()


def test_a_failing_job_is_remembered() -> None:
    def fail() -> None:
        raise KeyError("x")

    work.start("a run", fail)
    work.until(lambda: not work.under_way())
    assert work.failures() == ("a run: KeyError: 'x'",)


def test_jobs_end_when_everything_is_forgotten() -> None:
    work.start("for ever", lambda: work.until(lambda: False))
    work.forget()
    assert work.under_way() == ()
    assert work.failures() == ()
