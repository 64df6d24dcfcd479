"""A person of a rehearsal: an IAM role in an account, and the verbs everybody shares."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from catalog.aws import Service
from catalog.errors import ServiceFault
from catalog.rehearsing.ground import Ground
from catalog.rehearsing.trouble import Unexpected

_T = TypeVar("_T")


class NotYet(str):
    """What is there so far instead of what is waited for."""

    __slots__ = ()


PATIENCE = 60.0
"""Seconds that people wait at most for what AWS works on in the background."""

_PAUSE = 0.05

DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")
"""Codes with which services say that IAM does not allow a call."""


@dataclass(frozen=True, slots=True)
class Call:
    """An API call, with boto3's names."""

    service: str
    operation: str
    request: Mapping[str, object]


class Scene(Protocol):
    """What people act in: see `catalog.rehearsing.rehearsal.Rehearsal`."""

    @property
    def ground(self) -> Ground:
        """The embedded AWS."""

    @property
    def machine(self) -> Path:
        """Folder where people keep checkouts."""

    def step(self, who: str, what: str, account: str) -> AbstractContextManager[None]:
        """One line of the timeline."""

    def goes_on(self, what: str) -> None:
        """Tell what is waited for now."""

    def keep(self) -> None:
        """Keep logs and artifacts as they are now."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Actor:
    """Somebody who works in an account under a role.

    Args:
        name: One word: `scientist`.
        account: 12 digits.
        role: Name of the IAM role.
    """

    scene: Scene
    name: str
    account: str
    role: str

    @property
    def region(self) -> str:
        """Where everybody works."""
        return self.scene.ground.region

    def service(self, name: str) -> Service:
        """A service as this person reaches it."""
        return self.scene.ground.service(name, self.account, self.role)

    def call(self, service: str, operation: str, **request: object) -> dict[str, Any]:
        """One API call with boto3's names; no line of the timeline.

        Raises:
            ServiceFault: It was refused.
        """
        return self.service(service).call(operation, "", **request)

    def does(self, what: str, service: str, operation: str, **request: object) -> dict[str, Any]:
        """One API call that is a line of the timeline; `what` tells it, from the verb on."""
        with self.step(what):
            return self.call(service, operation, **request)

    def may(self, what: str, *calls: Call) -> None:
        """Make calls that IAM must not refuse; whether there is what they ask for is left open.

        Args:
            what: Tells them: `look for the cause of a failure`.
            calls: In this order.
        """
        with self.step(f"may {what}"):
            for one in calls:
                try:
                    self.call(one.service, one.operation, **one.request)
                except ServiceFault as fault:
                    if fault.code in DENIED:
                        raise

    def may_not(self, what: str, service: str, operation: str, **request: object) -> None:
        """Try something that IAM has to refuse; `what` tells it: `approve a model`."""
        with self.step(f"may not {what}"):
            try:
                self.call(service, operation, **request)
            except ServiceFault as fault:
                if fault.code in DENIED:
                    return
                raise
            raise Unexpected(f"that {self.name} may not {what}", "AWS let it happen")

    def step(self, what: str) -> AbstractContextManager[None]:
        """A line of the timeline, in this person's name."""
        return self.scene.step(self.name, what, self.account)

    def waits(
        self, expected: str, look: Callable[[], _T | NotYet], *, patience: float = PATIENCE
    ) -> _T:
        """Look again and again, inside a step.

        Args:
            expected: What is waited for, in words.
            look: Returns it, or `NotYet` with what is there instead so far.
            patience: Seconds.

        Raises:
            Unexpected: It did not come in time.
        """
        end = time.monotonic() + patience
        while isinstance(seen := look(), NotYet):
            if time.monotonic() > end:
                raise Unexpected(expected, f"after {patience:.0f} s, {seen}")
            self.scene.goes_on(seen)
            time.sleep(_PAUSE)
        return seen

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """A step at whose end nothing is under way any more."""
        with self.step(what):
            yield
            self.waits("AWS at rest", self._rest)

    def _rest(self) -> bool | NotYet:
        busy = self.scene.ground.under_way()
        return NotYet(f"still under way: {', '.join(busy)}") if busy else True
