"""CodeConnections: pending until completed; the Git provider's repositories behind them."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from local_aws import client as control
from local_aws import connections, functions, identity, repositories, work
from local_aws.errors import Refusal

MEMBER, REGION = "111111111111", "us-east-1"
REPOSITORY = "example-org/iris"


@pytest.fixture(params=["codeconnections", "codestar-connections"])
def service(request):
    return request.param


@pytest.fixture
def client(world, service):
    return world.client(service, MEMBER)


@pytest.fixture
def arn(client):
    return client.create_connection(ConnectionName="github", ProviderType="GitHub")["ConnectionArn"]


def test_a_connection_is_pending_until_completed(client, arn, service):
    assert arn.startswith(f"arn:aws:{service}:{REGION}:{MEMBER}:connection/")
    assert client.get_connection(ConnectionArn=arn)["Connection"]["ConnectionStatus"] == "PENDING"
    connections.complete(arn)
    (found,) = client.list_connections()["Connections"]
    assert found == {
        "ConnectionName": "github",
        "ConnectionArn": arn,
        "ProviderType": "GitHub",
        "OwnerAccountId": MEMBER,
        "ConnectionStatus": "AVAILABLE",
    }
    assert client.list_connections(ProviderTypeFilter="GitLab")["Connections"] == []


def test_tags_and_deletion(client, arn, refused):
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == []
    client.delete_connection(ConnectionArn=arn)
    refused("ResourceNotFoundException", client.get_connection, ConnectionArn=arn)


def test_a_connection_needs_a_provider(client, refused):
    refused("ValidationException", client.create_connection, ConnectionName="nowhere")


def test_a_person_completes_it_through_the_control(client, arn):
    for what in (f"connections/{arn.rpartition('/')[2]}", f"repositories/{REPOSITORY}"):
        control.ask(functions.endpoint(), "PUT", what)
    assert client.get_connection(ConnectionArn=arn)["Connection"]["ConnectionStatus"] == "AVAILABLE"
    assert connections.push(REPOSITORY, "main", {"a": (b"1", False)}, "One")


@pytest.mark.parametrize("service", ["codeconnections"], indirect=True)
def test_a_snapshot_says_what_is_missing(arn):
    with pytest.raises(Refusal, match="is not available"):
        connections.snapshot(arn, REPOSITORY, "main")
    connections.complete(arn)
    with pytest.raises(Refusal, match="Could not find repository"):
        connections.snapshot(arn, REPOSITORY, "main")
    connections.add_repository(REPOSITORY)
    with pytest.raises(Refusal, match="No Branch \\[main\\] found"):
        connections.snapshot(arn, REPOSITORY, "main")
    commit = connections.push(REPOSITORY, "main", {"a": (b"1", False)}, "One")
    assert connections.snapshot(arn, REPOSITORY, "main") == (commit, {"a": (b"1", False)})
    connections.add_repository("example-org/begun", "trunk")
    _, files = connections.snapshot(arn, "example-org/begun", "trunk")
    assert set(files) == {"README.md"}


@pytest.fixture
def git(world, tmp_path):
    keys = identity.keys_for(f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": keys[0],
        **repositories.git_environment(MEMBER, REGION),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    run("config", "--global", "credential.helper", "!aws codecommit credential-helper $@")
    run("config", "--global", "user.name", "Iris")
    run("config", "--global", "user.email", "iris@example.com")
    return run


def address(arn: str) -> str:
    _, _, service, region, account, resource = arn.split(":")
    id_ = resource.rpartition("/")[2]
    host = f"https://{service}.{region}.amazonaws.com"
    return f"{host}/git-http/{account}/{region}/{id_}/{REPOSITORY}.git"


def test_git_pushes_through_an_available_connection(arn, git, tmp_path):
    connections.add_repository(REPOSITORY)
    assert "is not available" in git("ls-remote", address(arn)).stderr
    connections.complete(arn)
    heard: list[tuple[str, str, str]] = []
    connections.on_push(lambda *news: heard.append(news))
    (tmp_path / "a.txt").write_text("one")
    git("init", "--quiet", "--initial-branch", "trunk")
    git("add", "a.txt")
    git("commit", "--quiet", "--message", "One")
    pushed = git("push", address(arn), "HEAD:refs/heads/trunk")
    assert pushed.returncode == 0, pushed.stderr
    commit, files = connections.snapshot(arn, REPOSITORY, "trunk")
    assert files == {"a.txt": (b"one", False)}
    work.until(lambda: not work.under_way())
    assert heard == [(REPOSITORY, "trunk", commit)]
    assert commit in git("ls-remote", "--heads", address(arn), "trunk").stdout


def test_a_stack_makes_a_pending_connection(world, client, service):
    kind = {
        "codeconnections": "AWS::CodeConnections::Connection",
        "codestar-connections": "AWS::CodeStarConnections::Connection",
    }[service]
    properties = {"ConnectionName": "github", "ProviderType": "GitHub"}
    template = {"Resources": {"Connection": {"Type": kind, "Properties": properties}}}
    cloudformation = world.client("cloudformation", MEMBER)
    cloudformation.create_stack(StackName="connection", TemplateBody=json.dumps(template))
    (found,) = client.list_connections()["Connections"]
    assert found["ConnectionStatus"] == "PENDING"
    cloudformation.delete_stack(StackName="connection")
    assert client.list_connections()["Connections"] == []
