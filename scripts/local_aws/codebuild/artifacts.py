"""What a build gives: files chosen by the buildspec, zipped, put where the project says."""

from __future__ import annotations

import fnmatch
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws import inside
from local_aws.codebuild.buildspec import Files
from local_aws.codebuild.locations import Location
from local_aws.codebuild.state import Build


class NotUploaded(Exception):
    """An artifact cannot be made or put where it belongs."""


def chosen(files: Files, source: Path) -> dict[str, Path]:
    """The files of an artifact by their path in it.

    Raises:
        NotUploaded: Nothing matches.
    """
    base = source / files.base
    found: dict[str, Path] = {}
    for pattern in files.patterns:
        for path in sorted(_matching(base, pattern)):
            name = path.relative_to(base).as_posix()
            if not any(fnmatch.fnmatch(name, excluded) for excluded in files.excluded):
                found[path.name if files.flat else name] = path
    if not found:
        patterns = ", ".join(files.patterns)
        raise NotUploaded(f"no matching artifact paths found: {patterns}")
    return found


def _matching(base: Path, pattern: str) -> list[Path]:
    if not any(sign in pattern for sign in "*?["):
        exact = base / pattern
        return [exact] if exact.is_file() else []
    last = pattern.rpartition("/")[2]
    wide = f"{pattern}/*" if last == "**" else pattern
    return [path for path in base.glob(wide) if path.is_file()]


def packed(files: Mapping[str, Path]) -> bytes:
    """A zip archive of the files, their permissions kept."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            archive.write(path, name)
    return made.getvalue()


def upload(build: Build, artifact: Mapping[str, Any], files: Files, source: Path) -> Location:
    """Put one artifact where a ProjectArtifacts says; where it lies now.

    Raises:
        NotUploaded: Nothing matches, or the service role may not write there.
    """
    members = chosen(files, source)
    client = inside.client("s3", build.account, build.region, build.role)
    where = _destination(build, artifact, files)
    try:
        if artifact["type"] == "S3" and artifact.get("packaging", "NONE") == "NONE":
            for name, path in members.items():
                key = f"{where.key}/{name}"
                client.put_object(Bucket=where.bucket, Key=key, Body=path.read_bytes())
        else:
            client.put_object(Bucket=where.bucket, Key=where.key, Body=packed(members))
    except ClientError as error:
        raise NotUploaded(f"Error in UPLOAD_ARTIFACTS phase: {where}: {error}") from error
    return where


def _destination(build: Build, artifact: Mapping[str, Any], files: Files) -> Location:
    """Bucket and key (API reference, *ProjectArtifacts*: path, namespaceType and name)."""
    bucket, path = artifact["location"], artifact.get("path", "")
    if artifact["type"] == "CODEPIPELINE":
        return Location(bucket, path)
    unique = build.run_id if artifact.get("namespaceType") == "BUILD_ID" else ""
    name = artifact.get("name") or build.project["name"]
    if artifact.get("overrideArtifactName") and files.name:
        name = files.name
    parts = (path, unique, "" if name == "/" else name)
    return Location(bucket, "/".join(part.strip("/") for part in parts if part.strip("/")))
