"""What actions hand on: zip archives in the pipeline's bucket, under a role of the pipeline."""

from __future__ import annotations

import io
import secrets
import string
import zipfile
from collections.abc import Mapping
from typing import Any

from local_aws.codepipeline.state import Artifact, Execution

_PIPELINE, _ARTIFACT, _RANDOM = 20, 10, 7
"""Characters of names in a key, as the user guide's examples show."""
_LETTERS = string.ascii_letters + string.digits
_FILE, _PROGRAM = 0o100644, 0o100755


def place(execution: Execution, name: str, region: str) -> Artifact:
    """Where an artifact of an execution will lie.

    Args:
        execution: Whose it is.
        name: The artifact's name.
        region: Where the action works that makes it.
    """
    declared = execution.declaration
    store = declared.get("artifactStore") or declared["artifactStores"][region]
    unique = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    key = f"{execution.pipeline[:_PIPELINE]}/{name[:_ARTIFACT]}/{unique}"
    return Artifact(name=name, bucket=store["location"], key=key)


def zipped(files: Mapping[str, tuple[bytes, bool]]) -> bytes:
    """An archive of files: content, and whether it is executable."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, (content, executable) in sorted(files.items()):
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (_PROGRAM if executable else _FILE) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def put(client: Any, artifact: Artifact, content: bytes) -> None:
    """Write an artifact with an S3 client."""
    client.put_object(Bucket=artifact.bucket, Key=artifact.key, Body=content)
