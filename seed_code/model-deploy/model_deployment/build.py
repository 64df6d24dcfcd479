"""Build: find the approved model and write what each stage deploys.

Nothing approved yet is no failure: every project begins like that. The files then say so, and the
pipeline passes over the stages that deploy.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import boto3

from model_deployment import deployment, failure, project, registry, targets

logger = logging.getLogger(__name__)

SOURCE = Path("endpoint.yaml")
NONE = "none"
"""What `deployment/MODEL` holds when nothing is approved; the pipeline's condition compares it."""


def build(session: boto3.Session, described: project.Project) -> registry.Model | None:
    """Write `deployment/`: the template, one file per stage, and the model's version.

    Returns:
        The model that will be deployed, None when nothing is approved.

    Raises:
        Failure: A stage's configuration or organizational unit is unusable.
    """
    sagemaker = session.client("sagemaker")
    model = registry.newest_approved(sagemaker, described.group)
    if model and described.mode == project.UNITS:
        organizations = session.client("organizations")
        readers = {
            account for stage in described.stages for account in _accounts_of(stage, organizations)
        }
        registry.let_read(sagemaker, described.group, sorted(readers))
    deployment.FOLDER.mkdir(exist_ok=True)
    shutil.copyfile(SOURCE, deployment.TEMPLATE)
    for stage in described.stages:
        config = deployment.read_config(Path("config", f"{stage.name}.json"))
        deployment.write(deployment.decide(described, stage, model, config, SOURCE.read_text()))
    (deployment.FOLDER / "MODEL").write_text(model.version if model else NONE)
    return model


def _accounts_of(stage: project.Stage, organizations: Any) -> tuple[str, ...]:
    found = targets.accounts_of(stage.unit, organizations)
    if not found:
        raise failure.Failure(f"unit {stage.unit} of {stage.name} holds no active account")
    return found


def main() -> None:
    """Run as the build action of the pipeline."""
    described = project.from_environment(os.environ)
    model = build(boto3.Session(), described)
    if model:
        logger.info(
            "Version %s of %s will be deployed: %s", model.version, described.group, model.arn
        )
    else:
        logger.info("No model of %s is approved yet; there is nothing to deploy.", described.group)


if __name__ == "__main__":
    failure.run(main)
