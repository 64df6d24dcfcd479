"""The accounts a stage deploys to, and how to act in them."""

from __future__ import annotations

from typing import Any

import boto3

from model_deployment.deployment import Deployment
from model_deployment.project import UNITS


def accounts_of(unit: str, organizations: Any) -> tuple[str, ...]:
    """Active accounts of an organizational unit and of the units below it, sorted.

    Args:
        unit: `ou-…`.
        organizations: An Organizations client of the management or a delegated administrator
            account.
    """
    found: set[str] = set()
    waiting = [unit]
    while waiting:
        parent = waiting.pop()
        for page in organizations.get_paginator("list_accounts_for_parent").paginate(
            ParentId=parent
        ):
            found |= {each["Id"] for each in page["Accounts"] if each["Status"] == "ACTIVE"}
        for page in organizations.get_paginator("list_organizational_units_for_parent").paginate(
            ParentId=parent
        ):
            waiting += [each["Id"] for each in page["OrganizationalUnits"]]
    return tuple(sorted(found))


def accounts(deployment: Deployment, session: boto3.Session) -> tuple[str, ...]:
    """Every account of a stage, whichever way it is named."""
    if deployment.mode == UNITS:
        return accounts_of(deployment.unit, session.client("organizations"))
    return deployment.accounts


def session_in(account: str, role: str, session: boto3.Session) -> boto3.Session:
    """A session in a target account, through the role that trusts this build.

    STS gives such a chained session one hour at most.

    Raises:
        ClientError: The role is missing there or does not trust this build.
    """
    partition = session.get_partition_for_region(session.region_name)
    keys = session.client("sts").assume_role(
        RoleArn=f"arn:{partition}:iam::{account}:role/{role}",
        RoleSessionName="sagemaker-project-deployment",
    )["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=session.region_name,
    )
