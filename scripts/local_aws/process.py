"""The embedded AWS inside this process: what tests use, and what the server serves."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ConnectionClosedError
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.model_instances import reset_model_data
from moto.core.models import botocore_stubber
from moto.core.request import normalize_request

from catalog.targets import Organization
from local_aws import (
    cloudformation,
    codebuild,
    connections,
    deliveries,
    dispatch,
    events,
    faults,
    function_processes,
    iam,
    identity,
    inside,
    organization,
    regions,
    repositories,
    sagemaker,
    service_quotas,
    topics,
    work,
)
from local_aws.install import install


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A running embedded AWS in this process."""

    region: str

    def session(self, account: str, role: str = organization.ACCESS_ROLE) -> boto3.Session:
        """A boto3 session as a role (a name) of an account (12 digits)."""
        return boto3.Session(region_name=self.region, **_keys(account, role))

    def client(self, service: str, account: str, role: str = organization.ACCESS_ROLE) -> Any:
        """A boto3 client; all come from one session, which reads each service's model once."""
        return _session().client(
            service,  # type: ignore[call-overload]
            region_name=self.region,
            **_keys(account, role),
        )


def _keys(account: str, role: str) -> dict[str, Any]:
    keys = identity.keys_for(f"arn:aws:iam::{account}:role/{role}")
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    return dict(zip(names, keys, strict=True))


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


def set_up(description: Organization, hub: str, region: str) -> None:
    """Empty this process's AWS and make its organization, whose connections are in `region`."""
    end()
    cloudformation.forget()
    inside.forget()
    iam.forget()
    sagemaker.forget()
    deliveries.forget()
    events.forget()
    topics.forget()
    codebuild.forget()
    BackendDict.reset()
    reset_model_data()
    organization.set_up(description, hub)
    connections.set_up(description, region)
    faults.forget_calls()


def end() -> None:
    """End what goes on: jobs, functions, faults, the organization; and what lies on disk."""
    work.forget()
    function_processes.forget()
    faults.reset()
    organization.forget()
    regions.forget()
    service_quotas.forget()
    repositories.forget()


@contextmanager
def embedded(description: Organization, hub: str, region: str) -> Iterator[Embedded]:
    """See `local_aws.embedded`."""
    install()
    before = BotocoreStubber.process_request
    BotocoreStubber.process_request = _process_request
    botocore_stubber.enabled = True
    set_up(description, hub, region)
    try:
        yield Embedded(region=region)
    finally:
        end()
        botocore_stubber.enabled = False
        BotocoreStubber.process_request = before


def _process_request(stubber: BotocoreStubber, request: object) -> dispatch.Answer:  # noqa: ARG001
    incoming = normalize_request(request)
    try:
        return dispatch.answer(incoming)
    except dispatch.Dropped as lost:
        raise ConnectionClosedError(endpoint_url=incoming.url) from lost
