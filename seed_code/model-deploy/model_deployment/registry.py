"""The model registry: which model is to be deployed, and who may read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A version in a model package group."""

    arn: str
    version: str


def newest_approved(sagemaker: Any, group: str) -> Model | None:
    """The newest approved model, None when none is approved.

    ListModelPackages sorts the oldest first unless told otherwise, so the order is always said.
    A version whose validation failed is passed over.

    Args:
        sagemaker: A SageMaker client.
        group: Name of the model package group.
    """
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    for page in pages:
        for package in page["ModelPackageSummaryList"]:
            if package["ModelPackageStatus"] == "Completed":
                version = str(package["ModelPackageVersion"])
                return Model(arn=package["ModelPackageArn"], version=version)
    return None


def let_read(sagemaker: Any, group: str, accounts: Sequence[str]) -> None:
    """Let accounts describe the group's models and make models from them, and nothing more.

    The template does this for a fixed list of accounts. Accounts of an organizational unit come and
    go, so the build repeats it (PutModelPackageGroupPolicy replaces the policy).
    """
    arn = sagemaker.describe_model_package_group(ModelPackageGroupName=group)[
        "ModelPackageGroupArn"
    ]
    packages = arn.replace(":model-package-group/", ":model-package/") + "/*"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TargetAccountsSeeGroup",
                "Effect": "Allow",
                "Principal": {"AWS": sorted(accounts)},
                "Action": "sagemaker:DescribeModelPackageGroup",
                "Resource": arn,
            },
            {
                "Sid": "TargetAccountsUseModels",
                "Effect": "Allow",
                "Principal": {"AWS": sorted(accounts)},
                "Action": [
                    "sagemaker:CreateModel",
                    "sagemaker:DescribeModelPackage",
                    "sagemaker:ListModelPackages",
                ],
                "Resource": packages,
            },
        ],
    }
    sagemaker.put_model_package_group_policy(
        ModelPackageGroupName=group, ResourcePolicy=json.dumps(policy)
    )
