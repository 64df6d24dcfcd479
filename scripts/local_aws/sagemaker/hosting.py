"""Whether the containers of an endpoint could come up, and what then answers.

The reasons are worded like the ones SageMaker gives in `FailureReason`, because people search for
them.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_aws import serial
from local_aws.sagemaker import algorithms, models, packages
from local_aws.sagemaker.outside import Under, assumable, unpack
from local_aws.sagemaker.state import Thing, shelf


class NotServable(Exception):
    """The containers do not come up; the text is the endpoint's FailureReason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A variant's first container at work: its algorithm, and the files of the model artifact."""

    variant: str
    algorithm: algorithms.Algorithm
    files: algorithms.Files


def bring_up(config: Thing) -> tuple[Served, ...]:
    """Start every production variant of an endpoint configuration.

    Raises:
        NotServable: Some container could not start.
    """
    _, _, _, region, account, _ = config.arn.split(":", 5)
    return tuple(
        _variant(account, region, variant["VariantName"], variant["ModelName"])
        for variant in config["ProductionVariants"]
    )


def _variant(account: str, region: str, variant: str, name: str) -> Served:
    with serial.turn():
        model = shelf(account, region).get(models.KIND.path, name)
    if model is None:
        raise NotServable(f'Could not find model "{name}".')
    role = model["ExecutionRoleArn"]
    if not assumable(role, account):
        raise NotServable(
            f"Could not assume role {role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        )
    under = Under(account=account, region=region, role=role)
    started = [
        _container(under, variant, number, container)
        for number, container in enumerate(_containers(model), start=1)
    ]
    return started[0]


def _containers(model: Thing) -> list[Mapping[str, Any]]:
    """The model's containers; those of a model package in place of the package."""
    found: list[Mapping[str, Any]] = []
    for container in models.containers_of(model.fields):
        arn = container.get("ModelPackageName")
        if not arn:
            found.append(container)
            continue
        with serial.turn():
            package = packages.at(arn)
        if package is None:
            raise NotServable(f"Model package {arn} does not exist.")
        found += (package["InferenceSpecification"] or {}).get("Containers", [])
    if not found:
        raise NotServable("The model package has no inference specification.")
    return found


def _container(under: Under, variant: str, number: int, container: Mapping[str, Any]) -> Served:
    algorithm = algorithms.of(container["Image"])
    if algorithm is None or not under.pull(container["Image"]):
        raise NotServable(
            f"Please make sure all images included in the model for the production variant "
            f"{variant} exist, and that the execution role used to create the model has "
            f"permissions to access them. (image {container['Image']})"
        )
    url = _artifact(container)
    name = container.get("ContainerHostname", f"container_{number}")
    return Served(
        variant=variant,
        algorithm=algorithm,
        files=_files(under, name, url) if url else {},
    )


def _artifact(container: Mapping[str, Any]) -> str:
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return str(container.get("ModelDataUrl") or source.get("S3Uri") or "")


def _files(under: Under, container: str, url: str) -> Mapping[str, bytes]:
    try:
        return _unpacked(container, url, under.fetch(url))
    except ClientError:
        raise NotServable(
            f'Failed to download model data for container "{container}" from URL: "{url}". Please '
            "ensure that there is an object located at the URL and that the role passed to "
            "CreateModel has permissions to download the object."
        ) from None


def _unpacked(container: str, url: str, archive: bytes) -> Mapping[str, bytes]:
    try:
        return unpack(archive)
    except (tarfile.TarError, OSError, EOFError):
        raise NotServable(
            f'Failed to extract model data archive for container "{container}" from URL "{url}". '
            "Please ensure that the object located at the URL is a valid tar.gz archive."
        ) from None
