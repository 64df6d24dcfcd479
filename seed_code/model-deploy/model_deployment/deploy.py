"""Deploy: bring one stage to what the build decided, in every account of it."""

from __future__ import annotations

import argparse
import logging

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model_deployment import deployment, failure
from model_deployment.project import UNITS
from model_deployment.stack_sets import StackSet
from model_deployment.stacks import Stack
from model_deployment.targets import session_in

logger = logging.getLogger(__name__)


def deploy(decided: deployment.Deployment, session: boto3.Session, *, pause: float = 15) -> None:
    """Deploy a stage, or do nothing when nothing is approved.

    Args:
        decided: What the build left for the stage.
        session: The build's own session.
        pause: Seconds between two looks at CloudFormation.

    Raises:
        Failure: Some account could not be brought up; every one that could not is named.
    """
    if decided.idle:
        logger.info("No model is approved; nothing is deployed to %s.", decided.stage)
        return
    template = deployment.TEMPLATE.read_text()
    if decided.mode == UNITS:
        stack_set = StackSet(session.client("cloudformation"), decided.stack, pause=pause)
        stack_set.deploy(
            template, decided.parameters, decided.tags, decided.unit, session.region_name
        )
    else:
        _to_accounts(decided, template, session, pause)
    logger.info("Version %s is deployed to %s.", decided.model, decided.stage)


def _to_accounts(
    decided: deployment.Deployment, template: str, session: boto3.Session, pause: float
) -> None:
    # All are begun before any is waited for, and one that fails does not hide the others.
    begun: dict[str, Stack] = {}
    failed: dict[str, str] = {}
    for account in decided.accounts:
        try:
            client = session_in(account, decided.role, session).client("cloudformation")
            stack = Stack(client, decided.stack, pause=pause)
            if stack.begin(template, decided.parameters, decided.tags):
                begun[account] = stack
            else:
                logger.info("Account %s is as it should be.", account)
        except (failure.Failure, BotoCoreError, ClientError) as problem:
            failed[account] = str(problem)
    for account, stack in begun.items():
        try:
            stack.finish()
            logger.info("Account %s runs endpoint %s.", account, decided.endpoint)
        except (failure.Failure, BotoCoreError, ClientError) as problem:
            failed[account] = str(problem)
    if failed:
        raise failure.Failure("; ".join(f"account {key}: {why}" for key, why in failed.items()))


def main() -> None:
    """Run as a deploy action of the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", help="a stage that the build decided, e.g. staging")
    deploy(deployment.read(parser.parse_args().stage), boto3.Session())


if __name__ == "__main__":
    failure.run(main)
