"""What a publish did, as data (`build/report.json`) and as lines to read. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.planning.actions import AnyAction, OfferTemplate
from catalog.planning.plans import Plan
from catalog.planning.subjects import Effect
from catalog.publishing.applying import Outcome, Result

UNSEEN = (
    "Note: with --unseen-ok an account that cannot be looked into counts as running nothing. Ask "
    "its owners first."
)

OPEN = (
    "Note: an S3 template is found by whoever in the organization may read its place, whatever a "
    "portfolio grants."
)

_SIGN = {Effect.CREATED: "+", Effect.UPDATED: "~", Effect.REMOVED: "-"}


def summary(plan: Plan, outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Counts: actions done by their effect, what failed or was skipped, what needed nothing."""
    counts = {"created": 0, "updated": 0, "unchanged": plan.unchanged, "removed": 0, "failed": 0}
    for outcome in outcomes:
        done = outcome.result is Result.DONE
        counts[outcome.action.effect.value if done else "failed"] += 1
    return counts


def as_data(
    plan: Plan, outcomes: Iterable[Outcome], calls: Mapping[str, int], seconds: float
) -> dict[str, Any]:
    """The report of one region.

    Args:
        plan: What was to be done.
        outcomes: What became of it.
        calls: Requests sent, by `service:Operation`.
        seconds: Wall-clock time.
    """
    outcomes = tuple(outcomes)
    return {
        "summary": summary(plan, outcomes),
        "actions": [
            {
                "kind": outcome.action.kind,
                "subject": outcome.action.subject,
                "reason": outcome.action.reason,
                "outcome": outcome.result.value,
                **({"error": outcome.error} if outcome.error else {}),
                "seconds": round(outcome.seconds, 3),
            }
            for outcome in outcomes
        ],
        "kept": [kept.subject for kept in plan.kept],
        "calls": dict(sorted(calls.items())),
        "seconds": round(seconds, 3),
    }


def merged(reports: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One report of several regions: counts, calls and seconds added, actions in a row."""
    every = tuple(reports)
    total: dict[str, Counter[str]] = {"summary": Counter(), "calls": Counter()}
    for report in every:
        for part, counts in total.items():
            counts.update(report[part])
    return {
        "summary": dict(total["summary"]),
        "actions": [action for report in every for action in report["actions"]],
        "kept": [subject for report in every for subject in report["kept"]],
        "calls": dict(sorted(total["calls"].items())),
        "seconds": round(sum(report["seconds"] for report in every), 3),
    }


# --- lines ------------------------------------------------------------------------------------


def plan_lines(plan: Plan, aliases: Mapping[str, str]) -> list[str]:
    """A plan to read: portfolio by portfolio with whom it reaches, each action with its reason.

    Args:
        plan: Any plan.
        aliases: Organization node id -> its name in `catalog.yaml`.
    """
    lines: list[str] = []
    shown: set[int] = set()
    for portfolio, nodes in plan.reach.items():
        actions = [a for a in plan.actions if _belongs(a, portfolio, plan)]
        if actions:
            reach = ", ".join(_node(node, aliases) for node in nodes) or "this account only"
            lines.append(f"portfolio {portfolio}, reaches {reach}")
            lines += [f"  {line(action)}{_also(action, plan)}" for action in actions]
            shown |= {id(action) for action in actions}
    rest = [action for action in plan.actions if id(action) not in shown]
    for removed, head in ((False, "in no portfolio"), (True, "no longer in this repository")):
        held = [action for action in rest if (action.effect is Effect.REMOVED) is removed]
        lines += [head, *(f"  {line(action)}" for action in held)] if held else []
    lines += [f"  ! {refusal}. {refusal.remedy}" for refusal in plan.refusals]
    lines += [f"  kept: {kept.subject} (no longer here; --prune removes it)" for kept in plan.kept]
    if plan.unseen_ok:
        lines.append(UNSEEN)
    if any(isinstance(action, OfferTemplate) for action in plan.actions):
        lines.append(OPEN)
    lines.append(plan_verdict(plan))
    return lines


def plan_verdict(plan: Plan) -> str:
    """The last line of a plan."""
    if plan.refusals:
        return f"Refused: {_many(len(plan.refusals), 'reason')} above."
    if not plan.actions:
        return f"Nothing to do: {plan.unchanged} portfolios and products are as they should be."
    effects = [action.effect for action in plan.actions]
    parts = [f"{effects.count(e)} {e.value}" for e in Effect if e in effects]
    return f"{_many(len(effects), 'action')}: {', '.join(parts)}; {plan.unchanged} unchanged."


def line(action: AnyAction) -> str:
    """One action in one line: sign, subject, reason."""
    return f"{_SIGN[action.effect]} {action.subject}: {action.reason}"


def outcome_line(outcome: Outcome) -> str:
    """One outcome in a line or, when it failed, with its error below."""
    if outcome.result is Result.DONE:
        return f"{line(outcome.action)} ({outcome.seconds:.1f} s)"
    error = outcome.error.replace("\n", "\n    ")
    return f"x {outcome.action.subject}: {outcome.result.value}\n    {error}"


def by_hand(target: str) -> str:
    """What a look that believes what is remembered leaves out, and the verb that finds it."""
    return f"`make drift TARGET={target}` also finds what was changed by hand."


def verdict(counts: Mapping[str, int], seconds: float, *, left_out: str = "") -> str:
    """The last line of a publish, from its summary.

    Args:
        counts: The summary.
        seconds: Wall-clock time.
        left_out: What was not looked at, from `by_hand`; empty when everything live was.
    """
    if not any(counts[key] for key in ("created", "updated", "removed", "failed")):
        same = f"{counts['unchanged']} portfolios and products are as they should be."
        return " ".join(filter(None, (f"Nothing to do: {same}", left_out)))
    parts = [f"{count} {key}" for key, count in counts.items() if count]
    return f"{', '.join(parts)} in {seconds:.1f} s."


def _belongs(action: AnyAction, portfolio: str, plan: Plan) -> bool:
    named = getattr(action, "portfolio", None)
    if named is not None:
        return bool(named == portfolio)
    return portfolio in plan.homes.get(action.lane[1], ())[:1]


def _also(action: AnyAction, plan: Plan) -> str:
    """The other portfolios that a product's own change reaches."""
    others = plan.homes.get(action.lane[1], ())[1:] if not hasattr(action, "portfolio") else ()
    return f"; also in {', '.join(others)}" if others else ""


def _node(node: str, aliases: Mapping[str, str]) -> str:
    return f"{aliases[node]} ({node})" if node in aliases else node


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
