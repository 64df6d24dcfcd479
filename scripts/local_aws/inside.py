"""Calls the embedded AWS makes to itself, as a service does on a customer's behalf.

A client made here is an ordinary boto3 client whose requests never leave the process: they go
straight to `local_aws.dispatch.perform`, past faults and call log.
"""

from __future__ import annotations

import functools
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from moto.core.request import normalize_request

from local_aws import dispatch, identity, serial

_CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=True)


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


def forget() -> None:
    """Forget the clients: their keys are gone with the accounts."""
    client.cache_clear()


@functools.cache
def client(service: str, account: str, region: str, role_arn: str = "") -> Any:
    """A boto3 client of `service` in an account (12 digits) and region.

    Args:
        service: boto3's name.
        account: Whose resources it sees.
        region: Where it works.
        role_arn: Whose permissions it works under; empty for the account itself.
    """
    with serial.turn():  # keys are state, and a session makes one client at a time
        keys = identity.keys_for(role_arn) if role_arn else identity.root_keys(account)
        made = _session().client(
            service,  # type: ignore[call-overload]
            region_name=region,
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
            aws_session_token=keys[2],
            config=_CONFIG,
        )
        made.meta.events.unregister("before-send", botocore_stubber)  # else each call is made twice
    made.meta.events.register_first("before-send.*.*", _send)
    return made


def _send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    incoming = normalize_request(request)
    status, headers, body = dispatch.perform(dispatch.identify(incoming), incoming)
    return AWSResponse(request.url, status, headers, MockRawResponse(body))  # type: ignore[arg-type]
