"""Templates: fetched from S3 once, checked, and read for their parameters.

The service copies a template when an artifact is created; the object may change afterwards, the
artifact does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from local_aws import cloudformation
from local_aws.servicecatalog.calls import Caller
from local_aws.servicecatalog.errors import InvalidParameters, NotImplementedHere

_VIRTUAL_HOST = re.compile(r"(?P<bucket>.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")
_PATH_HOST = re.compile(r"s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")

_CONSTRAINTS = (
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "MaxLength",
    "MinLength",
    "MaxValue",
    "MinValue",
)


def fetch(caller: Caller, info: Mapping[str, str], *, validated: bool) -> str:
    """The template text an artifact is created from.

    Args:
        caller: With whose rights the object is read: here, its bucket is in the same account.
        info: `Info` of the request: `LoadTemplateFromURL`.
        validated: Whether the text must be a CloudFormation template.

    Raises:
        InvalidParameters: No such object, or not a template.
    """
    if "ImportFromPhysicalId" in info:
        raise NotImplementedHere("artifacts by ImportFromPhysicalId")
    url = info.get("LoadTemplateFromURL", "")
    text = _object(caller, url)
    if validated:
        try:
            parsed = cloudformation.parse_template(text)
        except ServiceException as error:
            raise InvalidParameters(f"Invalid templateBody. {error.message}") from error
        if not isinstance(parsed.get("Resources"), Mapping) or not parsed["Resources"]:
            raise InvalidParameters(
                "Invalid templateBody. At least one Resources member is needed."
            )
    return text


def location(url: str) -> tuple[str, str]:
    """Bucket and key of an S3 URL, with the bucket in the host or in the path.

    Raises:
        InvalidParameters: Not an https URL of S3.
    """
    parts = urlsplit(url)
    host, path = parts.netloc, unquote(parts.path.lstrip("/"))
    if parts.scheme == "https" and _PATH_HOST.fullmatch(host) and "/" in path:
        bucket, _, key = path.partition("/")
        return bucket, key
    if parts.scheme == "https" and path and (match := _VIRTUAL_HOST.fullmatch(host)):
        return match["bucket"], path
    raise InvalidParameters(f"Invalid URL '{url}': it must be the https URL of an object in S3.")


def _object(caller: Caller, url: str) -> str:
    bucket, key = location(url)
    partition, owner = s3_backends.bucket_accounts.get(bucket, (caller.partition, ""))
    if owner != caller.account:
        why = "Access Denied" if owner else "The specified bucket does not exist"
        raise InvalidParameters(f"Could not read the template at {url}: {why}.")
    found = s3_backends[owner][partition].get_object(bucket, key)
    if found is None:
        raise InvalidParameters(
            f"Could not read the template at {url}: The specified key does not exist."
        )
    try:
        return str(found.value.decode())
    except UnicodeDecodeError as error:
        raise InvalidParameters("Invalid templateBody. It is not UTF-8 text.") from error


def parameters(template: str) -> list[dict[str, Any]]:
    """A template's parameters as `ProvisioningArtifactParameters`, in their order."""
    declared = cloudformation.parse_template(template).get("Parameters") or {}
    return [_parameter(name, parameter) for name, parameter in declared.items()]


def _parameter(name: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    limits = {key: declared[key] for key in _CONSTRAINTS if key in declared}
    shown: dict[str, Any] = {
        "ParameterKey": name,
        "ParameterType": declared["Type"],
        "IsNoEcho": str(declared.get("NoEcho", False)).lower() == "true",
        "ParameterConstraints": {
            key: [str(v) for v in value] if isinstance(value, list) else str(value)
            for key, value in limits.items()
        },
    }
    if "Default" in declared:
        shown["DefaultValue"] = str(declared["Default"])
    if "Description" in declared:
        shown["Description"] = str(declared["Description"])
    return shown


def instructions(template: str) -> list[dict[str, str]]:
    """A template's other sections that matter to a form, as `UsageInstructions`.

    Rules and Metadata come as JSON text, version and description as they are: the types of recorded
    answers that are public; the API reference gives the list no closed set of types.
    """
    parsed = cloudformation.parse_template(template)
    sections = {
        "rules": json.dumps(parsed.get("Rules") or {}),
        "version": parsed.get("AWSTemplateFormatVersion"),
        "description": parsed.get("Description"),
        "metadata": json.dumps(parsed["Metadata"]) if parsed.get("Metadata") else None,
    }
    return [{"Type": name, "Value": str(text)} for name, text in sections.items() if text]


def outputs(template: str) -> list[dict[str, str]]:
    """A template's outputs as `ProvisioningArtifactOutputKeys`."""
    declared = cloudformation.parse_template(template).get("Outputs") or {}
    return [
        {"Key": name, "Description": str(output.get("Description", ""))}
        for name, output in declared.items()
    ]
