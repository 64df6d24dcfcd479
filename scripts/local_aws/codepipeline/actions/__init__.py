"""What pipelines do: one module for each kind of action."""

from __future__ import annotations

from collections.abc import Callable

from local_aws.codepipeline.actions import approval, build, source
from local_aws.codepipeline.actions.work import Failed, Outcome, Work

__all__ = ["PERFORM", "Failed", "Outcome", "Work"]

PERFORM: dict[tuple[str, str], Callable[[Work], Outcome]] = {
    ("Source", "CodeCommit"): source.from_codecommit,
    ("Source", "CodeStarSourceConnection"): source.from_connection,
    ("Source", "S3"): source.from_s3,
    ("Build", "CodeBuild"): build.perform,
    ("Test", "CodeBuild"): build.perform,
    ("Approval", "Manual"): approval.perform,
}
"""By category and provider; the same as `definition.ACTIONS`."""
