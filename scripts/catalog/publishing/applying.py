"""Carrying out a plan: serial inside a product, parallel across products.

Portfolios first, and products with them, each worker taking one product from its creation to its
last constraint. Once a portfolio's products are over, its principals and its shares follow, shares
one at a time over all portfolios; removals come last. A product that fails stops its own actions
and nobody else's. Every outcome is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from catalog.errors import CatalogError
from catalog.planning.actions import (
    AddPrincipal,
    AnyAction,
    Associate,
    CreateConstraint,
    CreatePortfolio,
    CreateShare,
    UpdateConstraint,
    UpdatePortfolio,
    UpdateShare,
)
from catalog.planning.index import Lane
from catalog.planning.plans import Plan
from catalog.planning.subjects import Effect
from catalog.publishing.desk import Desk
from catalog.publishing.performing import perform
from catalog.publishing.settling import unsettled

WORKERS = 8


class Result(StrEnum):
    """What became of an action."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An action and what became of it.

    Args:
        error: Why it failed or was skipped, with what to do; empty when it is done.
        seconds: How long it took.
    """

    action: AnyAction
    result: Result
    error: str = ""
    seconds: float = 0.0


Tell = Callable[[Outcome], None]


def apply(
    plan: Plan,
    desk: Desk,
    *,
    workers: int = WORKERS,
    tell: Tell = lambda _: None,
    check: Callable[[], None] = lambda: None,
    done: Callable[[Lane], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Do what a plan says.

    Args:
        plan: Without refusals.
        desk: Gateways, ids, uploads.
        workers: Products worked on at the same time.
        tell: Hears every outcome as it comes, from any thread.
        check: Asked before every action; raises when this publisher must stop (lost lock).
        done: Hears of every product whose actions all succeeded, from any thread.

    Returns:
        Outcomes in the order of the plan's actions.

    Raises:
        Locked: From `check`.
    """
    return _Run(plan, desk, workers, tell, check, done).outcomes()


class _Run:
    def __init__(
        self,
        plan: Plan,
        desk: Desk,
        workers: int,
        tell: Tell,
        check: Callable[[], None],
        done: Callable[[Lane], None],
    ) -> None:
        self._plan, self._desk, self._workers = plan, desk, workers
        self._tell, self._check, self._done = tell, check, done
        self._order = {name: number for number, name in enumerate(plan.reach)}
        self._portfolios: Mapping[Lane, Future[None]] = {}
        self._results: dict[int, Outcome] = {}  # by id(): actions hold mappings

    def outcomes(self) -> tuple[Outcome, ...]:
        actions = self._plan.actions
        removals = [a for a in actions if a.effect is Effect.REMOVED]
        rest = [a for a in actions if a.effect is not Effect.REMOVED]
        products = [a for a in rest if a.lane[0] == "product"]
        with (
            ThreadPoolExecutor(self._workers, "publish") as pool,
            ThreadPoolExecutor(self._workers, "principals") as reaching,
        ):
            self._portfolios = self._begin(pool, _only(rest, CreatePortfolio, UpdatePortfolio))
            lanes = self._begin(pool, sorted(products, key=self._home))
            settling = pool.submit(self._settle, lanes.values(), products)
            for portfolio, members in self._members(lanes).items():
                _wait(members)
                own = [a for a in rest if a.lane == ("portfolio", portfolio)]
                principals = [
                    reaching.submit(self._lane, a.lane, [a]) for a in _only(own, AddPrincipal)
                ]
                self._serially(_only(own, CreateShare, UpdateShare))
                _wait(principals)
            self._amend(settling.result())
            self._serially(removals)
        return tuple(self._results[id(action)] for action in actions)

    def _home(self, action: AnyAction) -> int:
        """Products go portfolio by portfolio, so that a portfolio's share need not wait for all."""
        homes = self._plan.homes.get(action.lane[1])
        return self._order[homes[0]] if homes else len(self._order)

    def _members(self, lanes: Mapping[Lane, Future[None]]) -> dict[str, list[Future[None]]]:
        """Portfolio -> what must be over before it reaches anybody."""
        members: dict[str, list[Future[None]]] = {
            name: [f for lane, f in self._portfolios.items() if lane == ("portfolio", name)]
            for name in self._plan.reach
        }
        for (_, product), future in lanes.items():
            for portfolio in self._plan.homes.get(product, ()):
                members[portfolio].append(future)
        return members

    def _begin(
        self, pool: ThreadPoolExecutor, actions: Iterable[AnyAction]
    ) -> dict[Lane, Future[None]]:
        lanes: dict[Lane, list[AnyAction]] = {}
        for action in actions:
            lanes.setdefault(action.lane, []).append(action)
        return {lane: pool.submit(self._lane, lane, held) for lane, held in lanes.items()}

    def _settle(
        self, lanes: Iterable[Future[None]], products: list[AnyAction]
    ) -> list[tuple[AnyAction, str]]:
        _wait(lanes)
        return unsettled(self._succeeded(products), self._desk)

    def _serially(self, actions: Iterable[AnyAction]) -> None:
        for action in actions:
            self._lane(action.lane, [action])

    def _lane(self, lane: Lane, actions: list[AnyAction]) -> None:
        """One product's or portfolio's actions in order, until one fails."""
        failed: AnyAction | None = None
        for action in actions:
            self._check()
            outcome = self._skipped(action, failed) if failed else self._perform(action)
            failed = failed or (action if outcome.result is not Result.DONE else None)
            self._results[id(action)] = outcome
            self._tell(outcome)
        if failed is None:
            self._done(lane)

    def _perform(self, action: AnyAction) -> Outcome:
        _wait(self._awaited(action))
        start, error = time.monotonic(), ""
        try:
            perform(action, self._desk)
        except CatalogError as raised:
            error = str(raised)
        seconds = time.monotonic() - start
        result = Result.FAILED if error else Result.DONE
        return Outcome(action=action, result=result, error=error, seconds=seconds)

    def _awaited(self, action: AnyAction) -> Iterator[Future[None]]:
        """The portfolio that a product goes into; it was begun before, so that none waits long."""
        if isinstance(action, Associate | CreateConstraint | UpdateConstraint):
            portfolio = self._portfolios.get(("portfolio", action.portfolio))
            yield from () if portfolio is None else (portfolio,)

    def _skipped(self, action: AnyAction, failed: AnyAction) -> Outcome:
        error = f"Not tried, because this failed before: {failed.subject}."
        return Outcome(action=action, result=Result.SKIPPED, error=error)

    def _succeeded(self, actions: Iterable[AnyAction]) -> list[AnyAction]:
        return [a for a in actions if self._results[id(a)].result is Result.DONE]

    def _amend(self, late: Iterable[tuple[AnyAction, str]]) -> None:
        """What was done, but never came to be seen, failed after all."""
        for action, error in late:
            seconds = self._results[id(action)].seconds
            outcome = Outcome(action=action, result=Result.FAILED, error=error, seconds=seconds)
            self._results[id(action)] = outcome
            self._tell(outcome)


def _wait(futures: Iterable[Future[None]]) -> None:
    for future in futures:
        future.result()


def _only(actions: Iterable[AnyAction], *kinds: type[AnyAction]) -> list[AnyAction]:
    return [action for action in actions if isinstance(action, kinds)]


def failures(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """What failed or was not tried."""
    return (outcome for outcome in outcomes if outcome.result is not Result.DONE)
