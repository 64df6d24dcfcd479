"""Credentials of somebody in a running embedded AWS, and what a shell must export to be them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from local_aws.server import Server

ACCESS_ROLE = "OrganizationAccountAccessRole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of an assumed role; `secret_key` and `session_token` belong in no log."""

    access_key: str
    secret_key: str
    session_token: str


def credentials(server: Server, account: str, role: str = ACCESS_ROLE) -> Credentials:
    """Credentials of a role (a name) in an account (12 digits), through STS AssumeRole.

    Raises:
        LookupError: There is no such role, or it does not trust us.
    """
    import botocore.session  # noqa: PLC0415 - slow, and most callers need no credentials
    from botocore.exceptions import ClientError  # noqa: PLC0415

    session = botocore.session.Session()
    session.set_credentials(server.access_key, server.secret_key)
    sts: Any = session.create_client("sts", region_name=server.region, endpoint_url=server.endpoint)
    arn = f"arn:aws:iam::{account}:role/{role}"
    try:
        given = sts.assume_role(RoleArn=arn, RoleSessionName="local")["Credentials"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        raise LookupError(f"There is no role {role} in account {account} to be assumed") from error
    return Credentials(
        access_key=given["AccessKeyId"],
        secret_key=given["SecretAccessKey"],
        session_token=given["SessionToken"],
    )


def exports(endpoint: str, region: str, credentials: Credentials) -> dict[str, str]:
    """The environment variables with which any AWS client reaches the embedded AWS."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
    }


def shell(variables: dict[str, str]) -> str:
    """`export` lines for a POSIX shell, as `eval "$(make -s local-up)"` takes them."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
