"""Check: invoke every endpoint of a stage with samples and judge the answers."""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model_deployment import deployment, failure
from model_deployment.samples import Sample, complaint, load
from model_deployment.targets import accounts, session_in

logger = logging.getLogger(__name__)

RESULTS = Path("test-results")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One sample sent to one endpoint; `why` says what is wrong, empty when it passed."""

    account: str
    endpoint: str
    sample: str
    why: str
    milliseconds: int


def check(
    decided: deployment.Deployment,
    samples: Sequence[Sample],
    session: boto3.Session,
    *,
    waiter: Mapping[str, int] | None = None,
) -> tuple[Result, ...]:
    """Invoke the stage's endpoint in each of its accounts with each sample.

    Args:
        decided: What the build left for the stage.
        samples: What to send and what to expect.
        session: The build's own session.
        waiter: `Delay` in seconds and `MaxAttempts` of the wait for InService.
    """
    results: list[Result] = []
    for account in accounts(decided, session):
        try:
            target = session_in(account, decided.role, session)
            target.client("sagemaker").get_waiter("endpoint_in_service").wait(
                EndpointName=decided.endpoint,
                WaiterConfig=dict(waiter or {"Delay": 15, "MaxAttempts": 80}),
            )
        except (ClientError, BotoCoreError) as problem:
            missing = Result(
                account=account,
                endpoint=decided.endpoint,
                sample="in service",
                why=str(problem),
                milliseconds=0,
            )
            results.append(missing)
            continue
        runtime = target.client("sagemaker-runtime")
        results += [_invoke(runtime, account, decided.endpoint, sample) for sample in samples]
    return tuple(results)


def _invoke(runtime: Any, account: str, endpoint: str, sample: Sample) -> Result:
    began = time.monotonic()
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint,
            ContentType=sample.content_type,
            Accept=sample.accept,
            Body=sample.body.encode(),
        )
        why = complaint(sample, answer["Body"].read().decode("utf-8", "replace"))
    except (ClientError, BotoCoreError) as problem:
        why = str(problem)
    return Result(
        account=account,
        endpoint=endpoint,
        sample=sample.name,
        why=why,
        milliseconds=round((time.monotonic() - began) * 1000),
    )


def report(stage: str, results: Iterable[Result]) -> None:
    """Write the results, log them, and fail when one of them is bad.

    Raises:
        Failure: Some sample did not get the answer it should.
    """
    found = tuple(results)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps([asdict(result) for result in found], indent=2)
    Path(RESULTS, f"{stage}.json").write_text(text + "\n")
    for result in found:
        outcome = result.why or f"passed in {result.milliseconds} ms"
        logger.info("%s, %s: %s", result.account, result.sample, outcome)
    bad = sum(bool(result.why) for result in found)
    if bad or not found:
        raise failure.Failure(f"{bad} of {len(found)} checks of {stage} failed; see {RESULTS}")


def main() -> None:
    """Run as the test action of the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", help="a stage that the build decided, e.g. staging")
    parser.add_argument("--samples", type=Path, default=Path("config/samples.json"))
    arguments = parser.parse_args()
    decided = deployment.read(arguments.stage)
    if decided.idle:
        RESULTS.mkdir(exist_ok=True)
        Path(RESULTS, f"{decided.stage}.json").write_text("[]\n")
        logger.info("No model is approved; nothing is checked in %s.", decided.stage)
        return
    samples = load(arguments.samples)
    report(decided.stage, check(decided, samples, boto3.Session()))


if __name__ == "__main__":
    failure.run(main)
