"""What is built: fetched under the service role into a clean folder (*ProjectSource*)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from botocore.exceptions import ClientError

from local_aws import iam, inside, repositories, serial
from local_aws.codebuild import locations
from local_aws.codebuild.state import Worker
from local_aws.errors import Refusal

_BRANCHES = "refs/heads/"


class NoSource(Exception):
    """The source cannot be had."""


def fetch(worker: Worker, source: Mapping[str, str], version: str, folder: Path) -> str:
    """Put one source into `folder`; the revision it has, empty where it has none.

    Args:
        worker: Whose service role fetches.
        source: A ProjectSource.
        version: The version asked for: a branch of a repository or a version of an object.
        folder: Exists, and is empty.

    Raises:
        NoSource: It is not there, the role may not have it, or it is of a kind that the embedded
            AWS does not fetch.
    """
    kind = source["type"]
    try:
        if kind == "NO_SOURCE":
            return ""
        if kind in ("S3", "CODEPIPELINE"):
            return _from_s3(worker, source["location"], version if kind == "S3" else "", folder)
        if kind == "CODECOMMIT":
            return _from_repository(worker, source["location"], version, folder)
    except (ClientError, Refusal) as error:
        raise NoSource(f"{source.get('location', kind)}: {error}") from error
    raise NoSource(f"sources of type {kind} are not implemented in the embedded AWS")


def _from_s3(worker: Worker, location: str, version: str, folder: Path) -> str:
    where = locations.parsed(location)
    asked = {"Bucket": where.bucket, "Key": where.key}
    asked |= {"VersionId": version} if version else {}
    client = inside.client("s3", worker.account, worker.region, worker.role)
    if where.key.endswith("/"):
        raise NoSource(f"{location}: folders in S3 are not implemented in the embedded AWS")
    found = client.get_object(**asked)
    content = found["Body"].read()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                made = Path(archive.extract(entry, folder))
                if mode := entry.external_attr >> 16 & 0o777:
                    made.chmod(mode)
    except zipfile.BadZipFile as error:
        raise NoSource(f"{location}: the object is no zip archive") from error
    return str(found.get("VersionId", ""))


def _from_repository(worker: Worker, url: str, version: str, folder: Path) -> str:
    name = url.rpartition("/")[2].removesuffix(".git")
    arn = f"arn:aws:codecommit:{worker.region}:{worker.account}:{name}"
    with serial.turn():
        iam.role_may(role_arn=worker.role, action="codecommit:GitPull", resource=arn)
        branch = version.removeprefix(_BRANCHES)
        commit, files = repositories.snapshot(worker.account, worker.region, name, branch)
    for path, (content, executable) in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if executable:
            file.chmod(0o755)
    return str(commit)
