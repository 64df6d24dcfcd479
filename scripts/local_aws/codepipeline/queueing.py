"""Which execution may enter a stage (user guide, *How executions are processed*).

A stage holds one execution at a time. In SUPERSEDED mode a newer execution that waits, or went
past, takes the place of an older one that waits; in QUEUED mode they enter one after the other;
in PARALLEL mode nobody waits for anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from local_aws.codepipeline.state import IN_PROGRESS, STOPPED, STOPPING, Execution


class Turn(Enum):
    """What an execution that waits for a stage does now."""

    ENTER = "enter"
    WAIT = "wait"
    GIVE_WAY = "give way"


def turn(execution: Execution, stage: str, others: Iterable[Execution], *, open_: bool) -> Turn:
    """Whether an execution enters a stage now.

    Args:
        execution: The one that waits.
        stage: What it waits for.
        others: The pipeline's other executions.
        open_: Whether the transition into the stage is enabled.
    """
    if execution.mode == "PARALLEL":
        return Turn.ENTER if open_ else Turn.WAIT
    others = list(others)
    if execution.mode == "SUPERSEDED" and any(_overtakes(one, execution, stage) for one in others):
        return Turn.GIVE_WAY
    ahead = execution.mode == "QUEUED" and any(
        one.waiting == stage and one.number < execution.number for one in others if not one.ended
    )
    held = any(_holds(one, stage) for one in others)
    return Turn.ENTER if open_ and not held and not ahead else Turn.WAIT


def _overtakes(one: Execution, execution: Execution, stage: str) -> bool:
    if one.number < execution.number or one.status == STOPPED:
        return False
    return (one.waiting == stage and not one.ended) or stage in one.stages


def _holds(one: Execution, stage: str) -> bool:
    run = one.stages.get(stage)
    return run is not None and run.status in (IN_PROGRESS, STOPPING)
