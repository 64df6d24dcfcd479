"""Which processing jobs run here: plain Python in AWS's scikit-learn image; pure.

Nothing here runs containers. A script that needs the standard library and boto3 alone runs in a
process of its own, and `/opt/ml` is a folder of the job. The paths in entrypoint, arguments and
environment lead there; a script that names such a path itself would look on this machine instead,
so it is refused. What else a job may ask for is refused by name.
(Developer guide, *How Amazon SageMaker Processing Runs Your Processing Container Image*.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from local_aws.errors import Refusal
from local_aws.sagemaker.algorithms import repository
from local_aws.sagemaker.state import invalid

IMAGES = frozenset({"sagemaker-scikit-learn"})
"""Repositories whose images are known to have Python and boto3."""

ROOT = "/opt/ml"
PROCESSING = f"{ROOT}/processing"
MESSAGE = f"{ROOT}/output/message"

_INPUT = {
    "S3DataType": ("S3Prefix",),
    "S3InputMode": ("File",),
    "S3CompressionType": ("None",),
}
_OUTPUT = {"S3UploadMode": ("EndOfJob",)}
_PATH = re.compile(r"(?<![\w.-])/opt/ml(?=/|$)")


def check(request: Mapping[str, Any]) -> None:
    """Refuse a CreateProcessingJob that SageMaker refuses, or that does not run here.

    Raises:
        Refusal: The text says what it is.
    """
    for where in (*_inputs(request), *_outputs(request)):
        _check_path(where.get("LocalPath", ""))
    if missing := ", ".join(_missing(request)):
        text = f"not implemented in the embedded AWS: processing jobs with {missing}"
        raise Refusal("NotImplementedException", text)


def _check_path(path: str) -> None:
    if not path.startswith(f"{PROCESSING}/") or ".." in PurePosixPath(path).parts:
        raise invalid(f"LocalPath {path!r} must be an absolute path that begins {PROCESSING}/.")


def _missing(request: Mapping[str, Any]) -> Iterator[str]:
    """What a request asks for and is not here, in words."""
    image = request["AppSpecification"]["ImageUri"]
    if repository(image) not in IMAGES:
        yield f"the image {image}"
    if not _entrypoint(request):
        yield f"an entrypoint other than python3 with a file below {PROCESSING}"
    cluster = request["ProcessingResources"]["ClusterConfig"]
    if cluster.get("InstanceCount") != 1:
        yield "several instances"
    network = request.get("NetworkConfig", {})
    if network.get("EnableNetworkIsolation") or network.get("VpcConfig"):
        yield "network isolation or a VPC"
    for one in request.get("ProcessingInputs", ()):
        yield from _other(one, "S3Input", _INPUT)
    for one in request.get("ProcessingOutputConfig", {}).get("Outputs", ()):
        yield from _other(one, "S3Output", _OUTPUT)


def _other(one: Mapping[str, Any], member: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    if member not in one or one.get("AppManaged"):
        return [f"inputs or outputs that are no {member}"]
    where = one[member]
    if not where["S3Uri"].startswith("s3://"):
        return [f"the address {where['S3Uri']}"]
    asked = {name: where.get(name, values[0]) for name, values in known.items()}
    return [f"{name} {asked[name]}" for name, values in known.items() if asked[name] not in values]


def _entrypoint(request: Mapping[str, Any]) -> str:
    """The script that a job runs; empty when it runs something else."""
    given: list[str] = request["AppSpecification"].get("ContainerEntrypoint", [])
    program, script, *_ = [*given, "", ""]
    inside = script.startswith(f"{PROCESSING}/") and ".." not in PurePosixPath(script).parts
    return script if inside and program in ("python3", "python") else ""


def _inputs(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one["S3Input"] for one in request.get("ProcessingInputs") or () if "S3Input" in one]


def _outputs(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    outputs = (request.get("ProcessingOutputConfig") or {}).get("Outputs", ())
    return [one["S3Output"] for one in outputs if "S3Output" in one]


def local(path: str, root: Path) -> Path:
    """Where a path of the container is, when its `/opt/ml` is `root`."""
    return root / PurePosixPath(path).relative_to(ROOT)


def translated(text: str, root: Path) -> str:
    """An argument or a variable whose paths of the container lead into `root`."""
    return _PATH.sub(str(root).replace("\\", r"\\"), text)


def command(specification: Mapping[str, Any], root: Path) -> list[str]:
    """What follows the interpreter: the script and its arguments."""
    _, *entrypoint = specification["ContainerEntrypoint"]
    arguments = specification.get("ContainerArguments", ())
    return [translated(one, root) for one in (*entrypoint, *arguments)]


def naming_paths(folder: Path) -> str:
    """A program below a folder that names a path of the container itself; empty for none."""
    for file in sorted(folder.rglob("*.py")):
        if _PATH.search(file.read_text(encoding="utf-8", errors="replace")):
            return file.relative_to(folder).as_posix()
    return ""


def below(url: str, key: str) -> str:
    """The name an object gets in the folder of an input, by the input's URL and its key.

    One object keeps its last name; of the objects below a prefix, what follows the prefix.

    Raises:
        LookupError: The URL's key is the beginning of another name.
    """
    prefix = url.removeprefix("s3://").partition("/")[2]
    if key == prefix:
        return PurePosixPath(key).name
    folder = prefix.rstrip("/") + "/" if prefix else ""
    if not key.startswith(folder):
        raise LookupError(key)
    return key.removeprefix(folder)
