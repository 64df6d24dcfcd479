"""CodeBuild, where moto asks for more than AWS does.

A project whose source or artifacts are CodePipeline's names no location for them, and one without a
source has none (CodeBuild API reference, *ProjectSource* and *ProjectArtifacts*, `location`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.codebuild import responses

WITHOUT_LOCATION = frozenset({"CODEPIPELINE", "NO_SOURCE"})

Check = Callable[[dict[str, Any]], None]


def install() -> None:
    """Ask for a location only where there is one."""
    for name in ("_validate_required_params_source", "_validate_required_params_artifacts"):
        original = getattr(responses, name)
        if not hasattr(original, "lenient"):
            setattr(responses, name, _lenient(original))


def _lenient(original: Check) -> Check:
    def check(given: dict[str, Any]) -> None:
        if given.get("type") in WITHOUT_LOCATION and "location" not in given:
            given = {**given, "location": "none"}
        original(given)

    check.lenient = True  # type: ignore[attr-defined]
    return check
