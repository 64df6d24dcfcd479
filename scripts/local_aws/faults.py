"""Faults on demand: the embedded AWS made slow, throttled, forgetful or broken at a chosen call.

One frozen value describes what is wrong with the world; `current()` answers it. Nothing here
touches a request: `local_aws.dispatch` asks this module before and after every call; completions of
a service read `current().lag` and ask for their `step`s themselves.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to some calls of an operation. Exactly one of `error`, `lost`, `kill` is set.

    Args:
        operation: `service:Operation` with boto3's service name; `*` stands for any part, e.g.
            `servicecatalog:CreateProduct`, `s3:*`, `*`. Or, in full, a step that a service does by
            itself: `servicecatalog:PortfolioShare/<account>` is the arrival of a share there.
        call: The first call that is struck, counted from 1 over the calls that match.
        times: How many calls in a row are struck; 0 for all from then on.
        error: Error code answered instead of doing the call, e.g. `ThrottlingException`.
        lost: The call is done, but the connection is dropped instead of answering.
        kill: The call is done, then the process of this id is killed (SIGKILL) unanswered.
    """

    operation: str = "*"
    call: int = 1
    times: int = 1
    error: str = ""
    lost: bool = False
    kill: int | None = None

    def __post_init__(self) -> None:
        if sum((bool(self.error), self.lost, self.kill is not None)) != 1:
            raise ValueError("a fault has exactly one of error, lost and kill")
        if self.call < 1 or self.times < 0:
            raise ValueError("a fault's call counts from 1, and times from 0")
        if self.kill is not None and self.kill <= 1:
            raise ValueError(f"process {self.kill} is not one to kill")

    def strikes(self, number: int) -> bool:
        """Whether the `number`-th matching call (from 1) is struck."""
        return number >= self.call and (not self.times or number < self.call + self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Everything that is wrong with the embedded AWS at a time; nothing, by default.

    Args:
        latency: Seconds every call takes longer.
        rate: Calls a second each service answers before `ThrottlingException`; None for no limit.
        lag: Reads for which a new thing or state stays unseen where a service is eventually
            consistent.
        fail: Faults at chosen calls; the first that strikes decides.
    """

    latency: float = 0.0
    rate: float | None = None
    lag: int = 0
    fail: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        if self.latency < 0 or self.lag < 0 or (self.rate is not None and self.rate <= 0):
            raise ValueError("latency and lag are not negative, rate is positive")


NONE = Faults()


class _Bucket:
    """A token bucket that holds one second's worth of calls."""

    def __init__(self, rate: float) -> None:
        self._rate, self._size = rate, max(rate, 1.0)
        self._tokens, self._then = self._size, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._tokens = min(self._size, self._tokens + (now - self._then) * self._rate)
        self._then = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class _World:
    """The faults in force, with the counters they need; every access is under `lock`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.calls: Counter[str] = Counter()
        self.put(NONE)

    def put(self, faults: Faults) -> None:
        self.faults = faults
        self.matched = [0] * len(faults.fail)
        self.buckets: dict[str, _Bucket] = {}


_world = _World()


def current() -> Faults:
    """The faults in force."""
    return _world.faults


def set(faults: Faults) -> None:  # noqa: A001 - the module is the noun: `faults.set(...)`
    """Put `faults` in force; matching calls are counted from here."""
    with _world.lock:
        _world.put(faults)


def reset() -> None:
    """Nothing is wrong any more."""
    set(NONE)


def strike(operation: str) -> Fault | None:
    """Count one call of `operation` (`service:Operation`) and say which fault hits it, if any.

    A call over the rate is an `error` fault too, and is not counted by the others: to its caller
    it never happened.
    """
    with _world.lock:
        _world.calls[operation] += 1
        if _over_rate(operation.partition(":")[0]):
            return Fault(operation=operation, error="ThrottlingException")
        hit: Fault | None = None
        for index, fault in enumerate(_world.faults.fail):
            if fnmatchcase(operation, fault.operation):
                _world.matched[index] += 1
                if hit is None and fault.strikes(_world.matched[index]):
                    hit = fault
        return hit


def step(name: str) -> str:
    """The error code that strikes a step a service does by itself; empty when none does.

    A step is no call: no pattern means it, and no log counts it.
    """
    with _world.lock:
        for index, fault in enumerate(_world.faults.fail):
            if fault.operation == name:
                _world.matched[index] += 1
                if fault.strikes(_world.matched[index]):
                    return fault.error
        return ""


def _over_rate(service: str) -> bool:
    rate = _world.faults.rate
    if rate is None:
        return False
    return not _world.buckets.setdefault(service, _Bucket(rate)).take()


def calls() -> dict[str, int]:
    """How often each `service:Operation` was called since `forget_calls`, sorted by name."""
    with _world.lock:
        return dict(sorted(_world.calls.items()))


def forget_calls() -> None:
    """Start the call log anew."""
    with _world.lock:
        _world.calls.clear()


def to_json(faults: Faults) -> dict[str, object]:
    """`faults` as plain values, as `GET /local-aws/faults` answers them."""
    return asdict(faults)


def from_json(data: Mapping[str, object]) -> Faults:
    """Faults from plain values.

    Raises:
        ValueError: A key is unknown or a value impossible; the text says which.
    """
    _refuse_unknown(data, Faults)
    fail = data.get("fail") or ()
    if not isinstance(fail, list | tuple):
        raise ValueError("`fail` is a list of faults")  # noqa: TRY004
    return Faults(**{**data, "fail": tuple(_fault(entry) for entry in fail)})  # type: ignore[arg-type]


def _fault(entry: object) -> Fault:
    if not isinstance(entry, Mapping):
        raise ValueError("each entry of `fail` is an object")  # noqa: TRY004
    _refuse_unknown(entry, Fault)
    return Fault(**entry)


def _refuse_unknown(data: Mapping[str, object], kind: type[Faults] | type[Fault]) -> None:
    known = {field.name for field in fields(kind)}
    if unknown := sorted(data.keys() - known):
        raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
