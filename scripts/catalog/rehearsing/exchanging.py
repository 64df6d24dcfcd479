"""What somebody does who reaches the artifacts that a pipeline hands from stage to stage."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from catalog.rehearsing.people import Actor
from catalog.rehearsing.trouble import Unexpected


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Where an artifact of a run lies."""

    name: str
    bucket: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtArtifacts(Actor):
    """Verbs of whoever may use a pipeline's bucket."""

    def artifact(self, pipeline: str, name: str) -> Artifact:
        """The newest artifact of that name; no line of the timeline."""
        answer = self.call("codepipeline", "list_action_executions", pipelineName=pipeline)
        for action in answer["actionExecutionDetails"]:
            for one in action.get("output", {}).get("outputArtifacts", ()):
                if one["name"] == name:
                    where = one["s3location"]
                    return Artifact(name=name, bucket=where["bucket"], key=where["key"])
        raise Unexpected(f"an artifact {name} of {pipeline}", "none was made")

    def exchanges(self, artifact: Artifact, path: str, old: str, new: str) -> None:
        """Put an archive in an artifact's place in which a file says something else."""
        with self.step(f"exchanges {path} in the artifact {artifact.name}"):
            found = self.call("s3", "get_object", Bucket=artifact.bucket, Key=artifact.key)
            archive = zipfile.ZipFile(io.BytesIO(found["Body"].read()))
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as changed:
                for entry in archive.infolist():
                    content = archive.read(entry)
                    if entry.filename == path:
                        content = content.replace(old.encode(), new.encode())
                    changed.writestr(entry, content)
            self.call(
                "s3",
                "put_object",
                Bucket=artifact.bucket,
                Key=artifact.key,
                Body=made.getvalue(),
            )

    def restores(self, artifact: Artifact) -> None:
        """Take the newest version of an artifact away, so that the one before is there again."""
        with self.step(f"restores the artifact {artifact.name}"):
            asked = {"Bucket": artifact.bucket, "Prefix": artifact.key}
            versions = self.call("s3", "list_object_versions", **asked)["Versions"]
            (newest,) = [each for each in versions if each["IsLatest"]]
            self.call(
                "s3",
                "delete_object",
                Bucket=artifact.bucket,
                Key=artifact.key,
                VersionId=newest["VersionId"],
            )
