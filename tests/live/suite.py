"""The checks, in their order, and the assumptions of docs/assumptions.md each one puts to the test.

    verdicts = run(Ground(...))

A check that fails ends the run, because the later ones build on it; what was made is removed
whatever happens. Nothing but what the run made is written to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from catalog.aws import studio as member_side
from catalog.errors import CatalogError, ServiceFault
from catalog.model import VISIBILITY_TAG
from catalog.publishing.waiting import until
from catalog.studio.listing import templates
from tests.live.cleaning import clean, left_behind
from tests.live.journey import FIRST, SECOND, Ground, Journey


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One step, and the assumptions that hold when it passes."""

    title: str
    assumptions: tuple[str, ...]
    run: Callable[[Journey], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a check; `error` is empty when it passed, None when it was not reached."""

    check: Check
    error: str | None

    def __str__(self) -> str:
        word = {"": "holds", None: "not reached"}.get(self.error, "FAILS")
        ids = ", ".join(self.check.assumptions) or "-"
        return f"{word:11} {ids:15} {self.check.title}" + (f": {self.error}" if self.error else "")


def run(ground: Ground) -> tuple[Verdict, ...]:
    """Run every check until one fails, then remove what was made."""
    journey = Journey(ground)
    verdicts: list[Verdict] = []
    broken = False
    try:
        for check in CHECKS:
            error = None if broken else _error(check, journey)
            broken = broken or bool(error)
            verdicts.append(Verdict(check=check, error=error))
    finally:
        verdicts.append(Verdict(check=CLEANED, error=_error(CLEANED, journey)))
    return tuple(verdicts)


def _error(check: Check, journey: Journey) -> str:
    try:
        check.run(journey)
    except (AssertionError, CatalogError) as error:
        return str(error) or type(error).__name__
    return ""


def _first_publish(journey: Journey) -> None:
    done = journey.publish(FIRST)
    assert not done.failed, [outcome.error for outcome in done.outcomes if outcome.error]


def _nothing_to_do(journey: Journey) -> None:
    def confirmed() -> bool | None:
        return journey.survey(FIRST, deep=False).scope == frozenset() or None

    assert until(confirmed, journey.ground.patience), "tags and index never agree"


def _no_drift(journey: Journey) -> None:
    actions = journey.survey(FIRST, deep=True).plan.actions
    assert not actions, [f"{action.subject}: {action.reason}" for action in actions]


def _one_launch_constraint(journey: Journey) -> None:
    ids = journey.survey(FIRST, deep=True).ids.lanes
    code = _refusal(
        lambda: journey.gateways.constraints.service.call(
            "create_constraint",
            PortfolioId=ids["portfolio", journey.name].id,
            ProductId=ids["product", journey.name].id,
            Type="LAUNCH",
            Parameters=f'{{"LocalRoleName": "{journey.ground.launch_role}"}}',
            IdempotencyToken=f"{journey.name}-second",
        )
    )
    assert code == "DuplicateResourceException", code or "a second one was made"


def _portfolio_arrives(journey: Journey) -> None:
    portfolio = journey.survey(FIRST, deep=True).ids.lanes["portfolio", journey.name].id

    def arrived() -> bool | None:
        return portfolio in member_side.portfolios(journey.as_admin("servicecatalog")) or None

    assert until(arrived, journey.ground.patience), f"{journey.ground.account} has no {portfolio}"


def _studio(journey: Journey) -> None:
    product = journey.seen(FIRST)
    assert VISIBILITY_TAG in product.tags
    (card,) = templates([product])
    assert card.version == FIRST
    assert [(field.name, field.optional) for field in card.form] == [("Note", True)]


def _launch(journey: Journey) -> None:
    detail = journey.launch(journey.seen(FIRST), FIRST)
    journey.project = detail["ProvisionedProductId"]
    ended = journey.ended(detail["RecordId"])
    assert ended["Status"] == "SUCCEEDED", ended["RecordErrors"]


def _second_version(journey: Journey) -> None:
    kinds = {outcome.action.kind for outcome in journey.publish(SECOND).outcomes}
    assert kinds >= {"create-version", "update-version"}, kinds
    actions = journey.survey(SECOND, deep=True).plan.actions
    assert not actions, [f"{action.subject}: {action.reason}" for action in actions]
    assert journey.seen(SECOND)


def _deprecated(journey: Journey) -> None:
    product = journey.seen(SECOND)
    assert _refusal(lambda: journey.launch(product, FIRST)), "a deprecated version was launched"


def _update(journey: Journey) -> None:
    product = journey.seen(SECOND)
    person = journey.as_person()
    assert product.newest
    answer = person.call(
        "update_provisioned_product",
        journey.name,
        ProvisionedProductId=journey.project,
        ProductId=product.id,
        ProvisioningArtifactId=product.newest.id,
        ProvisioningParameters=[
            {"Key": name, "UsePreviousValue": True}
            for name in ("SageMakerProjectName", "SageMakerProjectId")
        ],
    )
    ended = journey.ended(answer["RecordDetail"]["RecordId"])
    assert ended["Status"] == "SUCCEEDED", ended["RecordErrors"]


def _refusal(call: Callable[[], object]) -> str:
    """The service's error code; empty when it does what was asked."""
    try:
        call()
    except ServiceFault as fault:
        return fault.code
    return ""


def _cleaned(journey: Journey) -> None:
    clean(journey)
    left = left_behind(journey)
    assert not left, f"left behind: {', '.join(left)}"


CHECKS = (
    Check(
        title="a portfolio and a product are published",
        assumptions=("A01", "A02", "A08"),
        run=_first_publish,
    ),
    Check(
        title="publishing again asks the tagging API and has nothing to do",
        assumptions=("A11",),
        run=_nothing_to_do,
    ),
    Check(title="everything reads as it was written", assumptions=("A12",), run=_no_drift),
    Check(
        title="a second launch constraint is refused",
        assumptions=("A05",),
        run=_one_launch_constraint,
    ),
    Check(
        title="the portfolio is among the account's own or imported ones",
        assumptions=("A24",),
        run=_portfolio_arrives,
    ),
    Check(
        title="the role finds the product with its form",
        assumptions=("A22", "A23"),
        run=_studio,
    ),
    Check(
        title="the role launches it through the launch role",
        assumptions=("A08", "A52"),
        run=_launch,
    ),
    Check(
        title="a new version, a deprecated old one and another share flag are published",
        assumptions=("A03", "A04"),
        run=_second_version,
    ),
    Check(title="the deprecated version is not launched", assumptions=("A13",), run=_deprecated),
    Check(title="the project is updated to the new version", assumptions=(), run=_update),
)
CLEANED = Check(title="everything made is removed", assumptions=("A03",), run=_cleaned)
