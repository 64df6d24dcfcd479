"""CodeCommit: bare git repositories on disk, reached through the API and through git."""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from local_aws import events, iam, identity, repositories, work
from local_aws.errors import Refusal

MEMBER, REGION = "111111111111", "us-east-1"
URL = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/code"


@pytest.fixture
def codecommit(world):
    client = world.client("codecommit", MEMBER)
    client.create_repository(repositoryName="code", repositoryDescription="Code", tags={"a": "b"})
    return client


@pytest.fixture
def heard(monkeypatch):
    """Every event CodeCommit emits."""
    found = []

    def emit(account, region, *, source, detail_type, detail, resources=()):
        found.append((account, region, source, detail_type, detail, list(resources)))

    monkeypatch.setattr(events, "emit", emit)
    return found


def settled(heard):
    work.until(lambda: not work.under_way())
    assert work.failures() == ()
    return [detail for *_, detail, _ in heard]


def put(client, path="a.txt", content=b"one", **more):
    return client.put_file(
        repositoryName="code", branchName="main", filePath=path, fileContent=content, **more
    )["commitId"]


def test_a_repository_is_described_and_listed(codecommit):
    found = codecommit.get_repository(repositoryName="code")["repositoryMetadata"]
    assert found["Arn"] == f"arn:aws:codecommit:{REGION}:{MEMBER}:code"
    assert found["cloneUrlHttp"] == URL
    assert found["repositoryDescription"] == "Code"
    (listed,) = codecommit.list_repositories()["repositories"]
    assert listed == {"repositoryName": "code", "repositoryId": found["repositoryId"]}
    assert codecommit.list_tags_for_resource(resourceArn=found["Arn"])["tags"] == {"a": "b"}


def test_repositories_are_found_by_tag(world, codecommit):
    tagging = world.client("resourcegroupstaggingapi", MEMBER)
    found = tagging.get_resources(TagFilters=[{"Key": "a", "Values": ["b"]}])
    (only,) = found["ResourceTagMappingList"]
    assert only["ResourceARN"].endswith(":code")


def test_system_tags_are_for_aws_alone(codecommit, refused):
    code = "InvalidSystemTagUsageException"
    refused(code, codecommit.create_repository, repositoryName="x", tags={"aws:a": "b"})
    arn = f"arn:aws:codecommit:{REGION}:{MEMBER}:code"
    refused(code, codecommit.tag_resource, resourceArn=arn, tags={"aws:a": "b"})


def test_a_name_is_taken_once_and_may_change(codecommit, refused):
    refused("RepositoryNameExistsException", codecommit.create_repository, repositoryName="code")
    put(codecommit)
    codecommit.update_repository_name(oldName="code", newName="other")
    refused("RepositoryDoesNotExistException", codecommit.get_repository, repositoryName="code")
    assert codecommit.list_branches(repositoryName="other")["branches"] == ["main"]


def test_a_deleted_repository_leaves_nothing_on_disk(codecommit):
    path = repositories.shelf.find(MEMBER, REGION, "code").bare.path
    assert path.is_dir()
    assert "repositoryId" in codecommit.delete_repository(repositoryName="code")
    assert not path.exists()
    assert "repositoryId" not in codecommit.delete_repository(repositoryName="code")


def test_files_are_put_and_read(codecommit, refused):
    first = put(codecommit, "docs/a.txt", b"\x00\xff")
    second = put(codecommit, "run", b"#!", fileMode="EXECUTABLE", parentCommitId=first)
    found = codecommit.get_file(repositoryName="code", filePath="docs/a.txt")
    assert (found["fileContent"], found["commitId"]) == (b"\x00\xff", second)
    assert codecommit.get_file(repositoryName="code", filePath="run")["fileMode"] == "EXECUTABLE"
    assert (
        codecommit.get_blob(repositoryName="code", blobId=found["blobId"])["content"] == b"\x00\xff"
    )
    old = {"repositoryName": "code", "filePath": "run", "commitSpecifier": first}
    refused("FileDoesNotExistException", codecommit.get_file, **old)
    missing = {"repositoryName": "code", "filePath": "run", "commitSpecifier": "nowhere"}
    refused("CommitDoesNotExistException", codecommit.get_file, **missing)


def test_folders_are_listed(codecommit, refused):
    first = put(codecommit, "docs/deep/a.txt")
    put(codecommit, "docs/b.txt", parentCommitId=first)
    found = codecommit.get_folder(repositoryName="code", folderPath="docs")
    assert [one["relativePath"] for one in found["files"]] == ["b.txt"]
    assert [one["absolutePath"] for one in found["subFolders"]] == ["docs/deep"]
    root = codecommit.get_folder(repositoryName="code", folderPath="/")
    assert [one["relativePath"] for one in root["subFolders"]] == ["docs"]
    missing = {"repositoryName": "code", "folderPath": "nowhere"}
    refused("FolderDoesNotExistException", codecommit.get_folder, **missing)


def test_a_commit_names_its_parent(codecommit, refused):
    first = put(codecommit)
    change = {"repositoryName": "code", "branchName": "main", "filePath": "b", "fileContent": b"b"}
    refused("ParentCommitIdRequiredException", codecommit.put_file, **change)
    second = put(codecommit, "b", b"b", parentCommitId=first)
    outdated = {**change, "filePath": "c", "parentCommitId": first}
    refused("ParentCommitIdOutdatedException", codecommit.put_file, **outdated)
    same = {**change, "parentCommitId": second}
    refused("SameFileContentException", codecommit.put_file, **same)


def test_a_commit_of_several_files(codecommit, refused):
    first = put(codecommit, "old", b"1")
    done = codecommit.create_commit(
        repositoryName="code",
        branchName="main",
        parentCommitId=first,
        authorName="Iris",
        email="iris@example.com",
        commitMessage="More",
        putFiles=[{"filePath": "new", "fileContent": b"2"}],
        deleteFiles=[{"filePath": "old"}],
    )
    assert [one["absolutePath"] for one in done["filesAdded"]] == ["new"]
    assert [one["absolutePath"] for one in done["filesDeleted"]] == ["old"]
    commit = codecommit.get_commit(repositoryName="code", commitId=done["commitId"])["commit"]
    assert (commit["parents"], commit["message"]) == ([first], "More")
    assert (commit["author"]["name"], commit["author"]["email"]) == ("Iris", "iris@example.com")
    changed = codecommit.get_differences(
        repositoryName="code", beforeCommitSpecifier=first, afterCommitSpecifier="main"
    )["differences"]
    assert [one["changeType"] for one in changed] == ["A", "D"]
    empty = {"repositoryName": "code", "branchName": "main", "parentCommitId": done["commitId"]}
    refused("NoChangeException", codecommit.create_commit, **empty)


def test_branches(codecommit, refused):
    first = put(codecommit)
    codecommit.create_branch(repositoryName="code", branchName="try", commitId=first)
    assert codecommit.list_branches(repositoryName="code")["branches"] == ["main", "try"]
    assert codecommit.get_branch(repositoryName="code", branchName="try")["branch"] == {
        "branchName": "try",
        "commitId": first,
    }
    default = {"repositoryName": "code", "branchName": "main"}
    refused("DefaultBranchCannotBeDeletedException", codecommit.delete_branch, **default)
    codecommit.delete_branch(repositoryName="code", branchName="try")
    gone = {"repositoryName": "code", "branchName": "try"}
    refused("BranchDoesNotExistException", codecommit.get_branch, **gone)


def test_what_it_does_not_do_it_names(codecommit, refused):
    first = put(codecommit)
    text = refused(
        "NotImplemented",
        codecommit.create_commit,
        repositoryName="code",
        branchName="main",
        parentCommitId=first,
        setFileModes=[{"filePath": "a.txt", "fileMode": "EXECUTABLE"}],
    )
    assert "codecommit:CreateCommit" in text


def test_a_push_is_told_as_documented(codecommit, heard):
    first = put(codecommit)
    second = put(codecommit, "b", parentCommitId=first)
    codecommit.create_branch(repositoryName="code", branchName="try", commitId=second)
    codecommit.delete_branch(repositoryName="code", branchName="try")
    details = sorted(settled(heard), key=lambda one: (one["referenceName"], one["event"]))
    assert [(one["referenceName"], one["event"]) for one in details] == [
        ("main", "referenceCreated"),
        ("main", "referenceUpdated"),
        ("try", "referenceCreated"),
        ("try", "referenceDeleted"),
    ]
    updated = details[1]
    assert updated["oldCommitId"], updated["commitId"] == (first, second)
    assert updated["referenceFullName"] == "refs/heads/main"
    account, region, source, kind, _, resources = heard[0]
    assert (account, region, source) == (MEMBER, REGION, "aws.codecommit")
    assert kind == "CodeCommit Repository State Change"
    assert resources == [f"arn:aws:codecommit:{REGION}:{MEMBER}:code"]


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("README.md", "read")
        tool = zipfile.ZipInfo("bin/tool")
        tool.external_attr = 0o755 << 16
        packed.writestr(tool, "#!/bin/sh\n")
    return out.getvalue()


def test_a_snapshot_is_the_newest_commit_with_every_file(codecommit):
    files = repositories.unpacked(archive())
    made = repositories.commit(MEMBER, REGION, "code", "trunk", files, "First")
    commit, found = repositories.snapshot(MEMBER, REGION, "code", "trunk")
    assert commit == made
    assert found == {"README.md": (b"read", False), "bin/tool": (b"#!/bin/sh\n", True)}
    with pytest.raises(Refusal, match="main does not exist"):
        repositories.snapshot(MEMBER, REGION, "code", "main")
    with pytest.raises(Refusal, match="other does not exist"):
        repositories.snapshot(MEMBER, REGION, "other", "main")


def test_equal_seeds_are_equal_commits_and_quick(codecommit):
    files = repositories.unpacked(archive())
    commits = set()
    codecommit.create_repository(repositoryName="twin")
    begun = time.monotonic()
    for name in ("code", "twin"):
        commits.add(repositories.commit(MEMBER, REGION, name, "main", files, "First"))
    assert len(commits) == 1
    assert time.monotonic() - begun < 2


def test_an_archive_that_leads_elsewhere_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../outside", "x")
    with pytest.raises(zipfile.BadZipFile):
        repositories.unpacked(out.getvalue())


def test_emptying_forgets_repositories(world, codecommit):
    path = repositories.shelf.find(MEMBER, REGION, "code").bare.path
    repositories.forget()
    assert not path.exists()
    assert codecommit.list_repositories()["repositories"] == []


# --- through CloudFormation ---------------------------------------------------------------------

STACK = {
    "Resources": {
        "Code": {
            "Type": "AWS::CodeCommit::Repository",
            "Properties": {
                "RepositoryName": "seeded",
                "Code": {"BranchName": "trunk", "S3": {"Bucket": "seeds", "Key": "seed.zip"}},
            },
        }
    },
    "Outputs": {"Url": {"Value": {"Fn::GetAtt": ["Code", "CloneUrlHttp"]}}},
}


def test_a_stack_makes_renames_and_deletes_a_repository(world):
    s3, cloudformation = world.client("s3", MEMBER), world.client("cloudformation", MEMBER)
    s3.create_bucket(Bucket="seeds")
    s3.put_object(Bucket="seeds", Key="seed.zip", Body=archive())
    cloudformation.create_stack(StackName="code", TemplateBody=json.dumps(STACK))
    _, files = repositories.snapshot(MEMBER, REGION, "seeded", "trunk")
    assert files["README.md"] == (b"read", False)
    changed = json.loads(json.dumps(STACK))
    changed["Resources"]["Code"]["Properties"] |= {
        "RepositoryName": "renamed",
        "RepositoryDescription": "Renamed",
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    cloudformation.update_stack(StackName="code", TemplateBody=json.dumps(changed))
    client = world.client("codecommit", MEMBER)
    found = client.get_repository(repositoryName="renamed")["repositoryMetadata"]
    assert (found["repositoryDescription"], found["defaultBranch"]) == ("Renamed", "trunk")
    assert client.list_tags_for_resource(resourceArn=found["Arn"])["tags"]["a"] == "b"
    cloudformation.delete_stack(StackName="code")
    assert client.list_repositories()["repositories"] == []


# --- through git --------------------------------------------------------------------------------


@pytest.fixture
def git(world, tmp_path):
    """Run git as a build does: with a role's keys, its own home and AWS's credential helper."""
    keys = identity.keys_for(f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": keys[0],
        **repositories.git_environment(MEMBER, REGION),
    }

    def run(*arguments: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)

    run("config", "--global", "credential.helper", "!aws codecommit credential-helper $@")
    run("config", "--global", "user.name", "Iris")
    run("config", "--global", "user.email", "iris@example.com")
    run.environment = environment
    return run


def test_git_clones_and_pushes_the_address_aws_gives(codecommit, git, tmp_path, heard):
    put(codecommit)
    assert git("clone", URL, "copy").returncode == 0
    copy = tmp_path / "copy"
    assert (copy / "a.txt").read_bytes() == b"one"
    (copy / "a.txt").write_text("two")
    git("commit", "-am", "Two", cwd=copy)
    pushed = git("push", cwd=copy)
    assert pushed.returncode == 0, pushed.stderr
    found = codecommit.get_file(repositoryName="code", filePath="a.txt")
    assert found["fileContent"] == b"two"
    events_seen = [(one["event"], one["commitId"]) for one in settled(heard)]
    assert ("referenceUpdated", found["commitId"]) in events_seen


def test_git_is_refused_what_is_not_there(codecommit, git):
    done = git("ls-remote", URL.replace("repos/code", "repos/nowhere"))
    assert done.returncode
    assert "nowhere does not exist" in done.stderr


def test_git_needs_credentials_and_a_helper(codecommit, git):
    git.environment["AWS_ACCESS_KEY_ID"] = "AKIAUNKNOWN"
    assert "error 403" in git("ls-remote", URL).stderr
    git("config", "--global", "--unset", "credential.helper")
    assert "credential.helper" in git("ls-remote", URL).stderr


def test_git_reaches_nothing_else(world, git):
    done = git("ls-remote", "https://example.com/code.git")
    assert "transport 'https' not allowed" in done.stderr


def test_git_may_what_iam_allows(world, codecommit, git, tmp_path):
    put(codecommit)
    arn = world.role(MEMBER, "reader", "codebuild.amazonaws.com")
    statement = {"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client = world.client("iam", MEMBER)
    client.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy)
    git.environment["AWS_ACCESS_KEY_ID"] = identity.keys_for(arn)[0]
    iam.force(True)
    assert git("clone", URL, "copy").returncode == 0
    pushed = git("push", "origin", "HEAD:refs/heads/other", cwd=tmp_path / "copy")
    assert pushed.returncode
    assert "not authorized to perform: codecommit:GitPush" in pushed.stderr
    assert codecommit.list_branches(repositoryName="code")["branches"] == ["main"]
