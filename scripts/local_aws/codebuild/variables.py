"""Environment variables of a build, from its request, its project and its buildspec.

The request wins over the project, and the project over the buildspec (CodeBuild user guide,
*Environment variables in build environments*). Values from Parameter Store and Secrets Manager are
read under the service role and never shown in the log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_aws import inside
from local_aws.codebuild.buildspec import Buildspec
from local_aws.codebuild.state import Build

_ARN_PARTS = 7
_NAMES_AT_ONCE = 10  # SSM API reference, *GetParameters*


class Undecrypted(Exception):
    """A parameter or secret cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Variables by name, and the values among them that are secret."""

    values: Mapping[str, str]
    secrets: frozenset[str]


def merged(*layers: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """Variables of several layers; a later layer wins."""
    found = {one["name"]: one for layer in layers for one in layer}
    return tuple(found.values())


def declared(buildspec: Buildspec) -> list[Mapping[str, str]]:
    """The variables of a buildspec, as the API spells variables."""
    kinds = (
        ("PLAINTEXT", buildspec.variables),
        ("PARAMETER_STORE", buildspec.parameters),
        ("SECRETS_MANAGER", buildspec.secrets),
    )
    return [
        {"name": name, "value": value, "type": kind}
        for kind, values in kinds
        for name, value in values.items()
    ]


def resolved(build: Build, wanted: Iterable[Mapping[str, str]]) -> Resolved:
    """Fetch what has to be fetched, under the build's service role.

    Raises:
        Undecrypted: A parameter or secret is not there, or the role may not read it.
    """
    values, hidden = {}, set()
    parameters: dict[str, str] = {}
    for one in wanted:
        kind = one.get("type", "PLAINTEXT")
        if kind == "PARAMETER_STORE":
            parameters[one["name"]] = one["value"]
        elif kind == "SECRETS_MANAGER":
            values[one["name"]] = _secret(build, one["value"])
            hidden.add(values[one["name"]])
        else:
            values[one["name"]] = one["value"]
    found = _parameters(build, sorted(set(parameters.values())))
    values |= {name: found[parameter] for name, parameter in parameters.items()}
    return Resolved(values=values, secrets=frozenset({*hidden, *found.values()} - {""}))


def _parameters(build: Build, names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(names), _NAMES_AT_ONCE):
        some = names[start : start + _NAMES_AT_ONCE]
        client = inside.client("ssm", build.account, build.region, build.role)
        try:
            answer = client.get_parameters(Names=some, WithDecryption=True)
        except ClientError as error:
            raise Undecrypted(str(error)) from error
        if missing := answer.get("InvalidParameters"):
            raise Undecrypted(f"parameter does not exist: {', '.join(missing)}")
        found |= {one["Name"]: one["Value"] for one in answer["Parameters"]}
    return found


def _secret(build: Build, reference: str) -> str:
    """A secret by `<id or ARN>[:<JSON key>[:<version stage>[:<version id>]]]`."""
    parts = reference.split(":")
    size = _ARN_PARTS if reference.startswith("arn:") else 1
    identifier, rest = ":".join(parts[:size]), parts[size:]
    key, stage, version = (*rest, "", "", "")[:3]
    asked: dict[str, Any] = {"SecretId": identifier}
    asked |= {"VersionStage": stage} if stage else {}
    asked |= {"VersionId": version} if version else {}
    client = inside.client("secretsmanager", build.account, build.region, build.role)
    try:
        text = str(client.get_secret_value(**asked)["SecretString"])
        return str(json.loads(text)[key]) if key else text
    except ClientError as error:
        raise Undecrypted(f"{identifier}: {error}") from error
    except (ValueError, KeyError) as error:
        raise Undecrypted(f"{identifier}: there is no JSON key {key} in it") from error
