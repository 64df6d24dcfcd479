"""Where the builds of a batch put their artifacts, and what they are combined into.

In a pipeline an output named like a build takes its primary artifact, and one named
`<build>_<artifact>` a secondary one; combined, there is one output with the primary artifacts of
all builds (CodeBuild user guide, *CodePipeline integration with CodeBuild and batch builds*).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws import inside
from local_aws.codebuild.state import Batch

_NOTHING = {"type": "NO_ARTIFACTS"}


class NotCombined(Exception):
    """The artifacts cannot be combined."""


def of_build(batch: Batch, identifier: str, identifiers: frozenset[str]) -> dict[str, Any]:
    """What StartBuild is told of the artifacts of one build of a batch.

    Args:
        batch: Whose build it is.
        identifier: Of the build.
        identifiers: Of all builds of the batch.
    """
    primary = batch.project["artifacts"]
    secondary = batch.project.get("secondaryArtifacts") or ()
    if batch.config.get("combineArtifacts"):
        part = _part(primary, identifier)
        return {"artifactsOverride": part, "secondaryArtifactsOverride": []}
    given = {one.get("artifactIdentifier", ""): one for one in (primary, *secondary)}
    if not any(one["type"] == "CODEPIPELINE" for one in given.values()):
        return {}
    own = f"{identifier}_"
    return {
        "artifactsOverride": given.get(identifier, _NOTHING),
        "secondaryArtifactsOverride": [
            {**one, "artifactIdentifier": name.removeprefix(own)}
            for name, one in given.items()
            if name.startswith(own) and name not in identifiers
        ],
    }


def _part(primary: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    """Where one build puts what is combined later."""
    if primary["type"] != "CODEPIPELINE":
        raise NotCombined(
            "combined artifacts outside a pipeline are not implemented in the embedded AWS"
        )
    return {**primary, "path": f"{primary['path']}/{identifier}"}


def combine(batch: Batch, identifiers: Iterable[str]) -> None:
    """Put the artifacts of these builds into one archive, under the builds' service role.

    Raises:
        NotCombined: One cannot be read, two builds have a file of the same name, or the archive
            cannot be written.
    """
    primary = batch.project["artifacts"]
    client = inside.client("s3", batch.account, batch.region, batch.role)
    made, whose = io.BytesIO(), dict[str, str]()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        for identifier in identifiers:
            place = _part(primary, identifier)
            with zipfile.ZipFile(io.BytesIO(_read(client, place))) as archive:
                for entry in archive.infolist():
                    if before := whose.get(entry.filename):
                        text = f"{entry.filename} is in the artifacts of {before} and {identifier}"
                        raise NotCombined(text)
                    whose[entry.filename] = identifier
                    whole.writestr(entry, archive.read(entry))
    try:
        client.put_object(Bucket=primary["location"], Key=primary["path"], Body=made.getvalue())
    except ClientError as error:
        raise NotCombined(f"{primary['location']}/{primary['path']}: {error}") from error


def _read(client: Any, place: Mapping[str, Any]) -> bytes:
    try:
        found = client.get_object(Bucket=place["location"], Key=place["path"])
    except ClientError as error:
        raise NotCombined(f"{place['location']}/{place['path']}: {error}") from error
    content: bytes = found["Body"].read()
    return content
