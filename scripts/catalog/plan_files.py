"""Plans as files: what `make plan` and `make drift` show, to be looked at and applied later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from catalog import workspace
from catalog.errors import UsageError
from catalog.planning.plans import Plan, plan_from_json, to_json
from catalog.targets import Target

PLAN = "build/plan.json"
DRIFT = "build/drift.json"
"""Where they lie, relative to the root."""


def write(root: Path, target: Target, made: Mapping[str, Plan], path: str = PLAN) -> None:
    """Keep the plan of each region of a target."""
    regions = {region: json.loads(to_json(plan)) for region, plan in made.items()}
    text = json.dumps({"target": target.name, "regions": regions}, indent=2) + "\n"
    workspace.write(root, {path: text})


def read(path: Path, target: Target) -> Mapping[str, Plan]:
    """Plans from a file that `write` made for this target.

    Raises:
        UsageError: It is no such file, or of another target.
    """
    remedy = f"Make one with `make plan TARGET={target.name}` and give build/plan.json."
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        regions = {region: json.dumps(plan) for region, plan in content["regions"].items()}
        made_for = content["target"]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", remedy) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is no plan of this tool.", remedy) from error
    if made_for != target.name:
        raise UsageError(f"{path} was made for target {made_for}, not {target.name}.", remedy)
    if set(regions) != set(target.regions):
        planned, wanted = ", ".join(sorted(regions)), ", ".join(target.regions)
        raise UsageError(f"{path} plans {planned}; target {made_for} has {wanted}.", remedy)
    return {region: plan_from_json(text) for region, text in regions.items()}
