"""What one stage deploys: decided by the build, read by the stages that come after it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model_deployment.failure import Failure
from model_deployment.project import Project, Stage
from model_deployment.registry import Model

FOLDER = Path("deployment")
"""Where the build leaves its results, relative to the repository's root."""

TEMPLATE = FOLDER / "endpoint.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One stage's deployment.

    Args:
        model: Version of the model package; empty when nothing is approved, and there is nothing
            to do.
        stack: Name of the stack, or of the stack set, that holds the endpoint.
        endpoint: Name of the endpoint.
        parameters: Of the endpoint template.
        tags: Of the stack, which CloudFormation hands on to the endpoint.
    """

    stage: str
    model: str
    mode: str
    accounts: tuple[str, ...]
    unit: str
    role: str
    stack: str
    endpoint: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to deploy and nothing to check."""
        return not self.model


def decide(
    project: Project, stage: Stage, model: Model | None, config: Mapping[str, str], template: str
) -> Deployment:
    """The deployment of one stage.

    Args:
        project: The project.
        stage: One of its stages.
        model: The newest approved model; None when there is none.
        config: Endpoint template parameters that people may change, see `read_config`.
        template: Text of the endpoint template.
    """
    base = f"sagemaker-{project.name}-{project.id}"
    parameters: dict[str, str] = {}
    if model:
        parameters = {
            **config,
            "ProjectName": project.name,
            "ProjectId": project.id,
            "StageName": stage.name,
            "ExecutionRoleName": stage.role,
            "ModelPackageArn": model.arn,
        }
        parameters["Revision"] = revision(parameters, template)
    return Deployment(
        stage=stage.name,
        model=model.version if model else "",
        mode=project.mode,
        accounts=stage.accounts,
        unit=stage.unit,
        role=stage.role,
        stack=f"{base}-deploy-{stage.name}",
        endpoint=f"{base}-{stage.name}",
        parameters=parameters,
        tags={"sagemaker:project-name": project.name, "sagemaker:project-id": project.id},
    )


def read_config(path: Path) -> dict[str, str]:
    """Read `config/<stage>.json`; a list becomes what CloudFormation takes for one.

    Raises:
        Failure: It is no JSON object of texts, numbers and lists of these.
    """
    try:
        found = json.loads(path.read_text())
    except ValueError as problem:
        raise Failure(f"{path} is not JSON: {problem}") from problem
    if not isinstance(found, dict):
        raise Failure(f"{path} holds no object of parameters")
    return {key: _parameter(value, f"{path}: {key}") for key, value in found.items()}


def _parameter(value: Any, where: str) -> str:
    if isinstance(value, list):
        return ",".join(_parameter(each, where) for each in value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise Failure(f"{where} is {json.dumps(value)}; write a text, a number or a list of them")


def revision(parameters: Mapping[str, str], template: str) -> str:
    """Eight hex digits that change whenever anything about the endpoint does.

    SageMaker models and endpoint configurations cannot be changed, only replaced, and
    CloudFormation replaces a named resource only under another name: this part of it differs.
    """
    text = json.dumps([sorted(parameters.items()), template])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def path(stage: str) -> Path:
    """File of a stage's deployment."""
    return FOLDER / f"{stage}.json"


def write(deployment: Deployment) -> None:
    """Leave a deployment for the later stages."""
    FOLDER.mkdir(exist_ok=True)
    path(deployment.stage).write_text(json.dumps(asdict(deployment), indent=2) + "\n")


def read(stage: str) -> Deployment:
    """The deployment that the build left for a stage.

    Raises:
        Failure: The build left none.
    """
    try:
        found = json.loads(path(stage).read_text())
    except FileNotFoundError:
        raise Failure(f"{path(stage)} is missing; run model_deployment.build before") from None
    return Deployment(**{**found, "accounts": tuple(found["accounts"])})
