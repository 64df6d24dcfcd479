"""Manual approval: the stage waits until a person decides (user guide, *Manual approval*)."""

from __future__ import annotations

import json
from datetime import timedelta

from local_aws import work as jobs
from local_aws.codepipeline.actions.work import Failed, Outcome, Work
from local_aws.codepipeline.state import ActionRun, current, new_id, now

_DAYS = 7
"""An approval is waited for this long unless `timeoutInMinutes` says otherwise (*Quotas*)."""
_CONSOLE = "https://console.aws.amazon.com/codepipeline/home"


def perform(work: Work) -> Outcome:
    """Ask for the approval and wait for the verdict."""
    token = new_id()
    run = work.report(
        token=token,
        summary=work.configuration.get("CustomData", ""),
        url=work.configuration.get("ExternalEntityLink", ""),
    )
    minutes = work.run.declaration.get("timeoutInMinutes") or _DAYS * 24 * 60
    expires = run.started + timedelta(minutes=minutes)
    if topic := work.configuration.get("NotificationArn"):
        pipeline, action = work.execution.pipeline, work.run.action
        work.client("sns").publish(
            TopicArn=topic,
            Subject=f"APPROVAL NEEDED: AWS CodePipeline {pipeline} for action {action}"[:100],
            Message=json.dumps(_message(work, token, f"{expires:%Y-%m-%dT%H:%MZ}")),
        )

    def now_standing() -> ActionRun:
        return current(work.execution).action_run(work.run.id)

    jobs.until(lambda: bool(now_standing().verdict) or work.abandoned or now() > expires)
    decided = now_standing()
    if decided.verdict == "Rejected":
        raise Failed("JobFailed", f"Rejected by {decided.by}: {decided.summary}")
    if not decided.verdict and not work.abandoned:
        raise Failed("JobFailed", "The approval timed out")
    return Outcome()


def _message(work: Work, token: str, expires: str) -> dict[str, object]:
    """As documented in *JSON data format for manual approval notifications*."""
    pipeline, stage, action = work.execution.pipeline, work.run.stage, work.run.action
    console = f"{_CONSOLE}?region={work.execution.region}#/view/{pipeline}"
    asked = {
        "pipelineName": pipeline,
        "stageName": stage,
        "actionName": action,
        "token": token,
        "expires": expires,
        "approvalReviewLink": f"{console}/{stage}/{action}/approve/{token}",
    }
    optional = {
        "externalEntityLink": work.configuration.get("ExternalEntityLink"),
        "customData": work.configuration.get("CustomData"),
    }
    asked |= {name: value for name, value in optional.items() if value}
    return {"region": work.execution.region, "consoleLink": console, "approval": asked}
