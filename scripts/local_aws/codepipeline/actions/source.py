"""Source actions: a revision becomes a zip archive in the artifact bucket.

Output variables as in the action structure reference: *CodeCommit*, *CodeStarSourceConnection*,
*Amazon S3 source*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from local_aws import connections, iam, repositories, serial
from local_aws.codepipeline import artifacts
from local_aws.codepipeline.actions.work import Failed, Outcome, Work
from local_aws.errors import Refusal

_SUMMARY = 2048
_UPLOADING = ("codecommit:UploadArchive", "codecommit:GetUploadArchiveStatus")
"""What the role needs for the archive (user guide, *CodePipeline service role*)."""

Files = Mapping[str, tuple[bytes, bool]]


def from_codecommit(work: Work) -> Outcome:
    """The newest commit of a branch in CodeCommit, which uploads it as an archive."""
    name, branch = work.configuration["RepositoryName"], work.configuration["BranchName"]
    client = work.client("codecommit")
    client.get_branch(repositoryName=name, branchName=branch)
    arn = f"arn:aws:codecommit:{work.region}:{work.execution.account}:{name}"
    with serial.turn():
        for action in _UPLOADING:
            iam.role_may(role_arn=work.role, action=action, resource=arn)
        found, files = repositories.snapshot(work.execution.account, work.region, name, branch)
    commit = client.get_commit(repositoryName=name, commitId=found)["commit"]
    message = commit.get("message", "").strip()
    variables = {
        "AuthorDate": commit["author"].get("date", ""),
        "BranchName": branch,
        "CommitId": found,
        "CommitMessage": message,
        "CommitterDate": commit["committer"].get("date", ""),
        "RepositoryName": name,
    }
    console = "https://console.aws.amazon.com/codecommit/home"
    url = f"{console}#/repository/{name}/commit/{found}"
    return _stored(work, files, found, message, variables, url)


def from_connection(work: Work) -> Outcome:
    """The newest commit of a branch at a Git provider, through a connection."""
    arn = work.configuration["ConnectionArn"]
    name, branch = work.configuration["FullRepositoryId"], work.configuration["BranchName"]
    try:
        with serial.turn():
            connections.check_use(work.role, arn)
            commit, files = connections.snapshot(arn, name, branch)
    except Refusal as refusal:
        code = "PermissionError" if "AccessDenied" in refusal.code else "ConfigurationError"
        raise Failed(code, f"[Connection] {refusal.message}") from refusal
    variables = {
        "BranchName": branch,
        "CommitId": commit,
        "ConnectionArn": arn,
        "FullRepositoryName": name,
    }
    return _stored(work, files, commit, f"Commit {commit[:8]} of {branch}", variables, "")


def from_s3(work: Work) -> Outcome:
    """An object in S3, as it is."""
    bucket, key = work.configuration["S3Bucket"], work.configuration["S3ObjectKey"]
    client = work.client("s3")
    found = client.get_object(Bucket=bucket, Key=key)
    version, tag = found.get("VersionId", ""), found["ETag"].strip('"')
    content = found["Body"].read()
    outputs = tuple(replace(one, revision=version or tag) for one in work.output_places())
    for artifact in outputs:
        artifacts.put(client, artifact, content)
    variables = {"BucketName": bucket, "ETag": tag, "ObjectKey": key, "VersionId": version}
    noted = {"revision": version or tag, "revision_summary": f"Object {key}"}
    return Outcome(outputs=outputs, variables=variables, changes=noted)


def _stored(
    work: Work, files: Files, commit: str, message: str, variables: Mapping[str, str], url: str
) -> Outcome:
    outputs = tuple(replace(one, revision=commit) for one in work.output_places())
    for artifact in outputs:
        artifacts.put(work.client("s3"), artifact, artifacts.zipped(files))
    noted = {"revision": commit, "revision_summary": message[:_SUMMARY], "revision_url": url}
    return Outcome(outputs=outputs, variables=variables, changes=noted)
