"""Build and test actions: a CodeBuild project run on the pipeline's artifacts.

What CodePipeline tells CodeBuild of artifacts goes in the overrides of StartBuild (action structure
reference, *AWS CodeBuild build and test action*).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local_aws import codebuild
from local_aws import work as jobs
from local_aws.codepipeline.actions.work import Failed, Outcome, Work
from local_aws.codepipeline.state import Artifact

_REFUSED = frozenset({"BatchEnabled", "CombineArtifacts"})


def perform(work: Work) -> Outcome:
    """Start the build and wait for its end."""
    given = work.configuration
    if any(given.get(name, "false") == "true" for name in _REFUSED):
        raise Failed("ConfigurationError", "batch builds are not implemented in the embedded AWS")
    outputs = work.output_places()
    client = work.client("codebuild")
    order = _order(work, outputs)
    revision = next((one.revision for one in work.run.inputs if one.revision), "")
    with codebuild.commissioned(f"codepipeline/{work.execution.pipeline}", revision):
        build = client.start_build(**order)["build"]
    link = f"https://console.aws.amazon.com/codebuild/home?region={work.region}#/builds/"
    work.report(external=build["id"], url=f"{link}{build['id']}/view/new")
    account = work.execution.account
    jobs.until(lambda: codebuild.ended(account, work.region, build["id"]) or work.abandoned)
    if work.abandoned:
        return Outcome()
    ended = client.batch_get_builds(ids=[build["id"]])["builds"][0]
    if ended["buildStatus"] != "SUCCEEDED":
        raise Failed("JobFailed", _why(ended))
    exported = ended.get("exportedEnvironmentVariables") or ()
    variables = {one["name"]: one["value"] for one in exported}
    return Outcome(outputs=outputs, variables=variables)


def _order(work: Work, outputs: tuple[Artifact, ...]) -> dict[str, Any]:
    """The request: one artifact out is the project's own, several go by their names."""
    inputs = {one.name: one for one in work.run.inputs}
    primary = work.configuration.get("PrimarySource") or next(iter(inputs), "")
    if primary not in inputs:
        text = f"PrimarySource {primary} is none of the input artifacts"
        raise Failed("ConfigurationError", text)
    nothing = {"type": "NO_ARTIFACTS"}
    alone = len(outputs) == 1
    several = [_given(one) | {"artifactIdentifier": one.name} for one in outputs]
    return {
        "projectName": work.configuration["ProjectName"],
        "sourceTypeOverride": "CODEPIPELINE",
        "sourceLocationOverride": _where(inputs[primary]),
        "secondarySourcesOverride": [
            {"type": "CODEPIPELINE", "location": _where(one), "sourceIdentifier": name}
            for name, one in inputs.items()
            if name != primary
        ],
        "artifactsOverride": _given(outputs[0]) if alone else nothing,
        "secondaryArtifactsOverride": [] if alone else several,
        "environmentVariablesOverride": _variables(work.configuration),
    }


def _where(artifact: Artifact) -> str:
    return f"{artifact.bucket}/{artifact.key}"


def _given(artifact: Artifact) -> dict[str, str]:
    return {"type": "CODEPIPELINE", "location": artifact.bucket, "path": artifact.key}


def _variables(configuration: Mapping[str, str]) -> list[dict[str, str]]:
    try:
        given = json.loads(configuration.get("EnvironmentVariables") or "[]")
        return [{"type": "PLAINTEXT"} | {key: str(one[key]) for key in one} for one in given]
    except (ValueError, TypeError) as error:
        text = f"EnvironmentVariables is no JSON list of variables: {error}"
        raise Failed("ConfigurationError", text) from error


def _why(build: Mapping[str, Any]) -> str:
    """What people read of a build that failed."""
    text = f"Build terminated with state: {build['buildStatus']}"
    for phase in build["phases"]:
        if phase.get("phaseStatus", "SUCCEEDED") != "SUCCEEDED":
            context = phase["contexts"][0]
            code, message = context["statusCode"], context["message"]
            return f"{text}. Phase: {phase['phaseType']}, Code: {code}, Message: {message}"
    return text
