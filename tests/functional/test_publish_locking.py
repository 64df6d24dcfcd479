"""One publisher at a time: refused, taken over, lost; whatever the clocks say."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catalog.aws.storage import Storage, Stored
from catalog.errors import EnvironmentFault, Locked
from catalog.publishing import locking, processes, publisher
from catalog.publishing.applying import Outcome
from catalog.publishing.locking import Claim
from local_aws import embedded
from tests.publishing_world import (
    FIRST,
    HUB,
    MANNER,
    REGION,
    SECOND,
    SMALL,
    Hub,
    hub,
    release,
    wish,
)

TWO = wish(release(), release("train"))


@pytest.fixture
def our() -> Iterator[Hub]:
    with embedded(SMALL, HUB, REGION) as aws:
        made = hub(aws)
        made.own.storage.bucket.create()
        yield made


class Clock:
    """Seconds that pass when we say so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def aged(monkeypatch: pytest.MonkeyPatch, age: timedelta) -> None:
    """Let S3 say that everything was written so long ago."""
    truly = Storage.read

    def read(self: Storage, key: str) -> Stored | None:
        stored = truly(self, key)
        return replace(stored, age=age) if stored else None

    monkeypatch.setattr(Storage, "read", read)


def test_the_second_publisher_is_refused_while_the_first_is_at_work(our: Hub) -> None:
    our.publish(FIRST)
    with (
        locking.held(our.own.storage, "the first", "nonce"),
        pytest.raises(Locked, match="Another publisher is at work on this catalog: the first"),
    ):
        our.publish(SECOND)
    our.publish(SECOND)


def test_two_publishers_at_the_same_time_make_no_twin(our: Hub) -> None:
    ends: list[object] = []

    def run(gateways: Any) -> None:
        try:
            ends.append(publisher.publish(gateways, TWO, MANNER))
        except Locked as error:
            ends.append(error)

    threads = [threading.Thread(target=run, args=(our.gateways(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 2
    assert any(isinstance(end, publisher.Published) and not end.failed for end in ends)
    our.publish(TWO)
    assert len(our.dump()["products"]) == 2
    assert len(our.dump()["portfolios"]) == 1
    assert our.survey(TWO, deep=True).plan.empty


def test_a_publisher_that_was_robbed_while_at_work_writes_no_more(our: Hub) -> None:
    our.publish(FIRST)
    thief = Claim(owner="the second", nonce="two")
    told: list[Outcome] = []

    def rob(outcome: Outcome) -> None:
        if not told:
            our.client("s3").put_object(
                Bucket=our.own.storage.bucket.name, Key=locking.KEY, Body=thief.text().encode()
            )
            (mine,) = (t for t in threading.enumerate() if t.name == "lock")
            lock: Any = mine._target.__self__  # type: ignore[attr-defined]
            with pytest.raises(Locked):
                lock.renew()
        told.append(outcome)

    with pytest.raises(Locked, match=r"was lost: Another publisher is at work .* the second"):
        publisher.publish(our.own, SECOND, replace(MANNER, workers=1), tell=rob)
    assert len(told) == 1
    assert our.read(locking.KEY)["nonce"] == "two"
    our.bury()
    our.publish(SECOND)
    assert our.survey(SECOND, deep=True).plan.empty


def test_a_dead_publisher_is_waited_out_by_the_clock_of_s3(
    our: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = Claim(owner="the dead", nonce="one")
    storage = our.own.storage
    storage.write(locking.KEY, dead.text(), etag=None)
    aged(monkeypatch, locking.TERM - timedelta(seconds=1))
    with pytest.raises(Locked, match="the dead") as raised, locking.held(storage, "me", "two"):
        pass
    assert "its lock ends within 1 s" in raised.value.remedy
    aged(monkeypatch, locking.TERM)
    with locking.held(storage, "me", "two"):
        assert our.read(locking.KEY)["nonce"] == "two"


def test_a_publisher_killed_on_this_machine_keeps_nobody_out(our: Hub) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = processes.machine()
    assert here
    dead = Claim(owner="the dead", nonce="one", machine=here, pid=ended.pid)
    our.own.storage.write(locking.KEY, dead.text(), etag=None)
    with locking.held(our.own.storage, "me", "two"):
        assert our.read(locking.KEY)["nonce"] == "two"


@pytest.mark.parametrize(
    ("machine", "pid"),
    [("another boot pid:[1]", 999_999_999), ("", 999_999_999), (processes.machine(), os.getpid())],
    ids=["another machine", "unknown", "running"],
)
def test_a_publisher_that_may_live_is_respected(our: Hub, machine: str, pid: int) -> None:
    live = Claim(owner="the first", nonce="one", machine=machine, pid=pid)
    our.own.storage.write(locking.KEY, live.text(), etag=None)
    with pytest.raises(Locked, match="the first"), locking.held(our.own.storage, "me", "two"):
        pass


def test_a_holder_that_slept_too_long_stops_by_itself_and_cannot_come_back(our: Hub) -> None:
    clock = Clock()
    with locking.held(our.own.storage, "me", "one", clock=clock) as lock:
        clock.now = 100
        lock.check()
        lock.renew()
        clock.now = 209
        lock.check()
        clock.now = 211
        with pytest.raises(Locked, match="not renewed for 111 seconds"):
            lock.renew()
        clock.now = 0
        with pytest.raises(Locked, match="was lost"):
            lock.check()


def test_a_renewal_that_fails_once_is_not_the_end(
    our: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    truly, answers = Storage.write, [EnvironmentFault("No route.", "Wait.")]

    def write(self: Storage, key: str, text: str, *, etag: str | None) -> str | None:
        written = truly(self, key, text, etag=etag)
        if answers:
            raise answers.pop()  # done, but the answer never came
        return written

    with locking.held(our.own.storage, "me", "one") as lock:
        monkeypatch.setattr(Storage, "write", write)
        with pytest.raises(EnvironmentFault):
            lock.renew()
        lock.check()
        lock.renew()
        assert our.read(locking.KEY)["beat"] == 2


def test_a_renewal_is_seen_by_a_publisher_about_to_take_over(our: Hub) -> None:
    storage = our.own.storage
    with locking.held(storage, "the first", "one") as lock:
        seen = storage.read(locking.KEY)
        lock.renew()
        assert seen
        assert storage.write(locking.KEY, "mine", etag=seen.etag) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"owner": 1, "nonce": 2, "term": "x"}'])
def test_a_lock_that_is_no_lock_holds_nobody_up(our: Hub, text: str) -> None:
    storage = our.own.storage
    storage.write(locking.KEY, text, etag=None)
    with locking.held(storage, "me", "two"):
        assert our.read(locking.KEY)["nonce"] == "two"
