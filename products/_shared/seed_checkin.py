"""Custom resource: run the build that checks seed code in, and answer when it has ended."""

import json
import time
import urllib.request

import boto3

codebuild = boto3.client("codebuild")


def handler(request, context):
    """Start the build on Create and Update, wait, answer; Delete keeps the repository."""
    reason = ""
    try:
        if request["RequestType"] != "Delete":
            reason = check_in(request["ResourceProperties"]["ProjectName"], context)
    except Exception as problem:  # whatever it is: a stack without an answer hangs
        reason = f"{type(problem).__name__}: {problem}"
    answer(request, reason)


def check_in(project, context):
    """Return why the check-in failed, or nothing."""
    build = codebuild.start_build(projectName=project)["build"]
    while build["buildStatus"] == "IN_PROGRESS":
        if context.get_remaining_time_in_millis() < 30_000:
            return f"Build {build['id']} takes too long; see its log."
        time.sleep(5)
        build = codebuild.batch_get_builds(ids=[build["id"]])["builds"][0]
    if build["buildStatus"] == "SUCCEEDED":
        return ""
    return (
        f"Build {build['id']} ended {build['buildStatus']}. Its log says why; often the connection"
        " is still pending or may not write to the repository."
    )


def answer(request, reason):
    """PUT the outcome to the address CloudFormation waits at."""
    body = {
        "Status": "FAILED" if reason else "SUCCESS",
        "Reason": reason[:1000],
        "PhysicalResourceId": "seed-checkin",
        "Data": {"Branch": request["ResourceProperties"]["Branch"]},
        **{key: request[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    put = urllib.request.Request(
        request["ResponseURL"],
        data=json.dumps(body).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    urllib.request.urlopen(put, timeout=10).close()
