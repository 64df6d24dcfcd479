"""Custom resources of a Studio domain: projects enabled, and home directories as chosen.

`Custom::StudioProjects` turns on Service Catalog in SageMaker, which Studio's templates need, and
turns it off again when nobody is left who uses it. `Custom::StudioHomes` deletes the domain itself
when its home directories shall go with it: CloudFormation deletes a domain without saying what
becomes of them, and SageMaker then keeps them (API reference, *DeleteDomain*, `RetentionPolicy`).
Create, Update and Delete are all answered, whatever happens.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from answer import send
from botocore.config import Config
from botocore.exceptions import ClientError

logger = logging.getLogger()
logger.setLevel(logging.INFO)

OURS, FOREIGN = "enabled-by-this-stack", "enabled-before"
"""Identities of a projects resource: who turned Service Catalog on."""

HOMES = "homes"
"""Identity of a homes resource."""

RESERVE = 30.0
"""Seconds kept back to answer before Lambda ends the function."""

Respond = Callable[[Mapping[str, Any], str, str, str], None]
Remaining = Callable[[], float]


class NotGone(Exception):
    """The domain was not deleted in time, or failed to be."""


def handler(request: Mapping[str, Any], context: Any, respond: Respond = send) -> None:
    """Carry out one custom resource request and answer it.

    Args:
        request: `RequestType` Create, Update or Delete; `ResourceProperties` with DomainId and,
            for homes, HomeDirectories.
        context: Lambda's; says how many milliseconds are left.
        respond: Sends the answer.
    """
    identity = request.get("PhysicalResourceId", "nothing-done")
    try:
        limits = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})
        sagemaker = boto3.client("sagemaker", config=limits)
        if request["ResourceType"] == "Custom::StudioProjects":
            identity = projects(sagemaker, request, identity)
        else:

            def left() -> float:
                return float(context.get_remaining_time_in_millis()) / 1000 - RESERVE

            identity = homes(sagemaker, request, left)
    except Exception as problem:  # whatever it is: a stack without an answer hangs
        logger.exception("request failed")
        respond(request, "FAILED", identity, f"{type(problem).__name__}: {problem}")
    else:
        respond(request, "SUCCESS", identity, "")


def projects(sagemaker: Any, request: Mapping[str, Any], identity: str) -> str:
    """Enable projects, or disable them when the last domain that we enabled them for goes.

    Args:
        sagemaker: A SageMaker client.
        request: The custom resource request.
        identity: What the resource was called so far.

    Returns:
        The resource's identity.

    Raises:
        ClientError: SageMaker refused.
    """
    domain = request["ResourceProperties"]["DomainId"]
    if request["RequestType"] == "Delete":
        if identity == OURS and not _others(sagemaker, domain):
            sagemaker.disable_sagemaker_servicecatalog_portfolio()
        return identity
    before = sagemaker.get_sagemaker_servicecatalog_portfolio_status().get("Status")
    if before != "Enabled":
        sagemaker.enable_sagemaker_servicecatalog_portfolio()
    if request["RequestType"] == "Update":
        return identity  # another identity would make CloudFormation delete the old resource
    return FOREIGN if before == "Enabled" else OURS


def homes(sagemaker: Any, request: Mapping[str, Any], left: Remaining) -> str:
    """Delete the domain together with its home directories, if that is chosen and asked.

    Args:
        sagemaker: A SageMaker client.
        request: The custom resource request.
        left: Seconds that may still be waited.

    Returns:
        The resource's identity.

    Raises:
        ClientError: SageMaker refused; a domain with profiles or spaces cannot be deleted.
        NotGone: It takes longer than the function may run, or failed.
    """
    properties = request["ResourceProperties"]
    if request["RequestType"] == "Delete" and properties["HomeDirectories"] == "Delete":
        _delete(sagemaker, properties["DomainId"], left)
    return HOMES


def _others(sagemaker: Any, domain: str) -> bool:
    pages = sagemaker.get_paginator("list_domains").paginate()
    found = (each for page in pages for each in page["Domains"])
    return any(each["DomainId"] != domain and each["Status"] != "Deleting" for each in found)


def _delete(sagemaker: Any, domain: str, left: Remaining) -> None:
    pause = 0.1
    asked = False
    while (status := _status(sagemaker, domain)) is not None:
        if status["Status"] == "Delete_Failed" and asked:
            raise NotGone(f"domain {domain}: {status.get('FailureReason', 'deletion failed')}")
        if status["Status"] != "Deleting" and not asked:
            policy = {"HomeEfsFileSystem": "Delete"}
            sagemaker.delete_domain(DomainId=domain, RetentionPolicy=policy)
            asked = True
        if left() < pause:
            raise NotGone(f"domain {domain} is still being deleted; delete the stack again")
        time.sleep(pause)
        pause = min(pause * 2, 10.0)


def _status(sagemaker: Any, domain: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = sagemaker.describe_domain(DomainId=domain)
    except ClientError as problem:
        if problem.response.get("Error", {}).get("Code") == "ResourceNotFound":
            return None
        raise
    return found
