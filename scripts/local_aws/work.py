"""What goes on between calls: pipelines that run, endpoints that come up, events under way.

AWS answers a call and works on. A job here is a thread of its own. What it calls in the embedded
AWS are ordinary calls (`local_aws.inside`), each with its own turn, so that clients are served
meanwhile. Emptying the embedded AWS ends every job at its next `pause`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from local_aws import serial

log = logging.getLogger("local_aws")

_STEP = 0.05
"""Seconds between two looks at what a job waits for."""


class Ended(BaseException):
    """The state this job belongs to is gone; nobody on the way takes it for an error of a call."""


class _Job(threading.Thread):
    def __init__(self, what: str, do: Callable[[], None]) -> None:
        super().__init__(name=what, daemon=True)
        self.what = what
        self.ended = threading.Event()
        self._do = do

    def run(self) -> None:
        try:
            self._do()
        except Ended:
            log.debug("%s was ended", self.what)
        except Exception as error:
            if self.ended.is_set():  # it noticed in its own way that everything is gone
                return
            log.exception("%s failed inside the embedded AWS", self.what)
            _failures.append(f"{self.what}: {type(error).__name__}: {error}")
        finally:
            with _guard:
                _jobs.discard(self)


_guard = threading.Lock()
_jobs: set[_Job] = set()
_failures: list[str] = []


def start(what: str, do: Callable[[], None]) -> None:
    """Let a job begin; what it raises is a fault of the embedded AWS and kept in `failures`.

    Args:
        what: Says in a few words what goes on, e.g. `pipeline iris, execution 1234`.
        do: Holds no turn; it takes one with each of its calls.

    Raises:
        Ended: A job that is to stop would start another.
    """
    job = _Job(what, do)
    with _guard:
        _check_wanted()
        _jobs.add(job)
    job.start()


def _check_wanted() -> None:
    job = threading.current_thread()
    if isinstance(job, _Job) and job.ended.is_set():
        raise Ended


def pause(seconds: float) -> None:
    """Wait inside a job.

    Raises:
        Ended: The embedded AWS was emptied; the job is to stop.
    """
    job = threading.current_thread()
    if not isinstance(job, _Job):
        time.sleep(seconds)
    elif job.ended.wait(seconds):
        raise Ended


def until(done: Callable[[], bool]) -> None:
    """Wait inside a job until something is so.

    Raises:
        Ended: The embedded AWS was emptied; the job is to stop.
    """
    while not done():
        pause(_STEP)


def under_way() -> tuple[str, ...]:
    """What goes on now, in words, in no order."""
    with _guard:
        return tuple(sorted(job.what for job in _jobs))


def failures() -> tuple[str, ...]:
    """Jobs that failed inside the embedded AWS, which no customer caused."""
    return tuple(_failures)


def forget() -> None:
    """End every job and forget the failures; returns when the jobs have noticed, or after 5 s.

    The turn is given away meanwhile: a job that waits for it would never notice.
    """
    limit = time.monotonic() + 5
    with serial.given_away():
        while (ending := _ending()) and time.monotonic() < limit:
            for job in ending:
                job.join(max(0.0, limit - time.monotonic()))
    _failures.clear()


def _ending() -> tuple[_Job, ...]:
    """The jobs that go on, other than this one; they are told to end."""
    with _guard:
        ending = tuple(_jobs - {threading.current_thread()})
        for job in ending:
            job.ended.set()
    return ending
