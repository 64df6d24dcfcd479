"""The embedded AWS inside this process: what tests use, and what the server serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
from botocore.exceptions import ConnectionClosedError
from catalog.model import Organization
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.model_instances import reset_model_data
from moto.core.request import normalize_request

from local_aws import cloudformation, dispatch, faults, identity, inside, organization
from local_aws.install import install


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A running embedded AWS in this process."""

    region: str

    def session(self, account: str, role: str = organization.ACCESS_ROLE) -> boto3.Session:
        """A boto3 session as a role (a name) of an account (12 digits)."""
        keys = identity.keys_for(f"arn:aws:iam::{account}:role/{role}")
        return boto3.Session(
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
            aws_session_token=keys[2],
            region_name=self.region,
        )


def set_up(description: Organization, hub: str) -> None:
    """Empty this process's AWS and make its organization."""
    faults.reset()
    organization.forget()
    cloudformation.forget()
    inside.forget()
    BackendDict.reset()
    reset_model_data()
    organization.set_up(description, hub)
    faults.forget_calls()


@contextmanager
def embedded(description: Organization, hub: str, region: str) -> Iterator[Embedded]:
    """See `local_aws.embedded`."""
    install()
    before = BotocoreStubber.process_request
    BotocoreStubber.process_request = _process_request
    with mock_aws():
        set_up(description, hub)
        try:
            yield Embedded(region=region)
        finally:
            faults.reset()
            organization.forget()
            BotocoreStubber.process_request = before


def _process_request(stubber: BotocoreStubber, request: object) -> dispatch.Answer:  # noqa: ARG001
    incoming = normalize_request(request)
    try:
        return dispatch.answer(incoming)
    except dispatch.Dropped as lost:
        raise ConnectionClosedError(endpoint_url=incoming.url) from lost
