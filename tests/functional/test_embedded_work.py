"""What goes on between calls."""

import threading
import time

import pytest

from local_aws import serial, work


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


def test_a_job_that_is_to_stop_starts_no_other() -> None:
    def stubborn() -> None:
        try:
            work.until(lambda: False)
        finally:
            work.start("another", lambda: work.until(lambda: False))

    work.start("stubborn", stubborn)
    work.forget()
    assert work.under_way() == ()


def test_jobs_that_wait_for_the_turn_end_too() -> None:
    waits = threading.Event()

    def job() -> None:
        waits.set()
        with serial.turn():
            work.pause(0)

    with serial.turn():
        work.start("waits for the turn", job)
        assert waits.wait(5)
        began = time.monotonic()
        work.forget()
        assert work.under_way() == ()
        assert time.monotonic() - began < 2


def test_no_call_takes_the_end_for_an_error() -> None:
    missed = threading.Event()

    def job() -> None:
        try:
            work.until(lambda: False)
        except Exception:
            missed.set()

    work.start("a call inside", job)
    work.forget()
    assert not missed.is_set()
