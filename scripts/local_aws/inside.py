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
from local_aws.iam import calling

_CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=True)


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()


def forget() -> None:
    """Forget the clients: their keys are gone with the accounts."""
    _made.cache_clear()


def client(service: str, account: str, region: str, role_arn: str = "") -> Any:
    """A boto3 client of `service` in an account (12 digits) and region.

    Args:
        service: boto3's name.
        account: Whose resources it sees.
        region: Where it works.
        role_arn: Whose permissions it works under; empty for the account itself.
    """
    return _made(service, account, region, role_arn, role_arn and identity.role_id(role_arn))


def on_behalf(
    service: str, account: str, region: str, role_arn: str | None, *, by: str = ""
) -> Any:
    """A client for what a service does for whoever makes the current request.

    Without a role of its own the service works with that caller's permissions, where the caller
    belongs to the account; elsewhere, and between requests, it is AWS itself.

    Args:
        service: boto3's name.
        account: Whose resources it sees (12 digits).
        region: Where it works.
        role_arn: The role that was given to the service; None or empty when none was.
        by: The service's principal, e.g. `cloudformation.amazonaws.com`.
    """
    key = calling.key()
    if role_arn or identity.account_of(key) != account:
        return client(service, account, region, role_arn or "")
    return _made(service, account, region, key=key, via=by)


@functools.cache
def _made(
    service: str,
    account: str,
    region: str,
    role_arn: str = "",
    role_id: str = "",  # noqa: ARG001 - a role made again under its name needs new keys
    key: str = "",
    via: str = "",
) -> Any:
    with serial.turn():  # keys are state, and a session makes one client at a time
        if key:
            keys = (key, "local-aws", "local-aws")  # nobody checks the signature
        else:
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
    made.meta.events.register_first("before-send.*.*", functools.partial(_send, via))
    return made


def _send(via: str, request: AWSPreparedRequest, **_: object) -> AWSResponse:
    incoming = normalize_request(request)
    with calling.forwarded_by(via):
        status, headers, body = dispatch.perform(dispatch.identify(incoming), incoming)
    return AWSResponse(request.url, status, headers, MockRawResponse(body))  # type: ignore[arg-type]
