"""What IAM reads of SageMaker's things: the policies that stand on them, and their tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.iam import standing
from local_aws.sagemaker import groups, state
from local_aws.sagemaker_projects.state import tags_of


def install() -> None:
    """Let IAM read them."""
    standing.keeps("sagemaker", _policy, _tags)


def _policy(_backend: Any, arn: str, rest: str) -> Any:
    """The policy of a model package group; it speaks for the versions in it as well."""
    kind = rest.partition("/")[0]
    return groups.policy_of(arn) if kind in ("model-package", "model-package-group") else None


def _tags(arn: str, parts: list[str]) -> Mapping[str, str]:
    kind, _, name = parts[5].partition("/")
    if kind == "project":
        return tags_of(arn, name)
    if kind == "model-package":  # a version has the tags of its group (CreateModelPackage, Tags)
        arn = f"{arn.rpartition('/')[0].replace(':model-package/', ':model-package-group/')}"
    return state.shelf(parts[4], parts[3]).tags.get(arn, {})
