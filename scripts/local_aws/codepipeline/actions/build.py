"""Build and test actions: a CodeBuild project run on the pipeline's artifacts.

What CodePipeline tells CodeBuild of artifacts goes in the overrides of StartBuild (action structure
reference, *AWS CodeBuild build and test action*).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws import codebuild
from local_aws import work as jobs
from local_aws.codepipeline.actions.work import Failed, Outcome, Work
from local_aws.codepipeline.state import Artifact

_NOTHING = {"type": "NO_ARTIFACTS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How CodeBuild spells builds, and batches of them."""

    start: str
    made: str
    get: str
    listed: str
    status: str
    page: str
    ended: Callable[[str, str, str], bool]


_BUILD = _Kind(
    start="start_build",
    made="build",
    get="batch_get_builds",
    listed="builds",
    status="buildStatus",
    page="builds",
    ended=codebuild.ended,
)
_BATCH = _Kind(
    start="start_build_batch",
    made="buildBatch",
    get="batch_get_build_batches",
    listed="buildBatches",
    status="buildBatchStatus",
    page="batch",
    ended=codebuild.batch_ended,
)


def perform(work: Work) -> Outcome:
    """Start the build or batch and wait for its end."""
    outputs = work.output_places()
    client = work.client("codebuild")
    kind = _BATCH if _flag(work, "BatchEnabled") else _BUILD
    order = _order(work) | (_batched if kind is _BATCH else _single)(work, outputs)
    revision = next((one.revision for one in work.run.inputs if one.revision), "")
    with codebuild.commissioned(f"codepipeline/{work.execution.pipeline}", revision):
        made = getattr(client, kind.start)(**order)[kind.made]["id"]
    link = f"https://console.aws.amazon.com/codebuild/home?region={work.region}#/{kind.page}/"
    work.report(external=made, url=f"{link}{made}/view/new")
    account = work.execution.account
    jobs.until(lambda: kind.ended(account, work.region, made) or work.abandoned)
    if work.abandoned:
        return Outcome()
    (ended,) = getattr(client, kind.get)(ids=[made])[kind.listed]
    if ended[kind.status] != "SUCCEEDED":
        raise Failed("JobFailed", _why(ended[kind.status], ended["phases"]))
    exported = ended.get("exportedEnvironmentVariables") or ()
    variables = {one["name"]: one["value"] for one in exported}
    return Outcome(outputs=outputs, variables=variables)


def _flag(work: Work, name: str) -> bool:
    return work.configuration.get(name, "false") == "true"


def _order(work: Work) -> dict[str, Any]:
    """What the request says of sources and variables."""
    inputs = {one.name: one for one in work.run.inputs}
    primary = work.configuration.get("PrimarySource") or next(iter(inputs), "")
    if primary not in inputs:
        text = f"PrimarySource {primary} is none of the input artifacts"
        raise Failed("ConfigurationError", text)
    return {
        "projectName": work.configuration["ProjectName"],
        "sourceTypeOverride": "CODEPIPELINE",
        "sourceLocationOverride": _where(inputs[primary]),
        "secondarySourcesOverride": [
            {"type": "CODEPIPELINE", "location": _where(one), "sourceIdentifier": name}
            for name, one in inputs.items()
            if name != primary
        ],
        "environmentVariablesOverride": _variables(work.configuration),
    }


def _single(_work: Work, outputs: tuple[Artifact, ...]) -> dict[str, Any]:
    """Artifacts of a build: one is the project's own, several go by their names."""
    alone = len(outputs) == 1
    return {
        "artifactsOverride": _given(outputs[0]) if alone else _NOTHING,
        "secondaryArtifactsOverride": [] if alone else [_named(one) for one in outputs],
    }


def _batched(work: Work, outputs: tuple[Artifact, ...]) -> dict[str, Any]:
    """Artifacts of a batch: all combined, or each by the name of its build."""
    combined = _flag(work, "CombineArtifacts")
    if combined and len(outputs) != 1:
        text = f"CombineArtifacts needs exactly one output artifact, not {len(outputs)}"
        raise Failed("ConfigurationError", text)
    first, *others = [_named(one) for one in outputs] or [_NOTHING]
    return {
        "artifactsOverride": first,
        "secondaryArtifactsOverride": others,
        "buildBatchConfigOverride": {"combineArtifacts": combined},
    }


def _where(artifact: Artifact) -> str:
    return f"{artifact.bucket}/{artifact.key}"


def _given(artifact: Artifact) -> dict[str, str]:
    return {"type": "CODEPIPELINE", "location": artifact.bucket, "path": artifact.key}


def _named(artifact: Artifact) -> dict[str, str]:
    return _given(artifact) | {"artifactIdentifier": artifact.name}


def _variables(configuration: Mapping[str, str]) -> list[dict[str, str]]:
    try:
        given = json.loads(configuration.get("EnvironmentVariables") or "[]")
        return [{"type": "PLAINTEXT"} | {key: str(one[key]) for key in one} for one in given]
    except (ValueError, TypeError) as error:
        text = f"EnvironmentVariables is no JSON list of variables: {error}"
        raise Failed("ConfigurationError", text) from error


def _why(status: str, phases: list[Mapping[str, Any]]) -> str:
    """What people read of a build or batch that failed."""
    text = f"Build terminated with state: {status}"
    for phase in phases:
        if phase.get("phaseStatus", "SUCCEEDED") != "SUCCEEDED":
            context = phase["contexts"][0]
            code, message = context["statusCode"], context["message"]
            return f"{text}. Phase: {phase['phaseType']}, Code: {code}, Message: {message}"
    return text
