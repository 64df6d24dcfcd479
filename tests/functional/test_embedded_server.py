from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from catalog.targets import Organization, OrganizationalUnit
from local_aws import access, lease
from local_aws import client as control
from local_aws import server as servers

HUB, MEMBER = "444455556666", "111111111111"


def test_a_server_is_found_and_not_started_twice(tmp_path: Path, organization: Organization):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(
            lambda _: servers.up(tmp_path, organization, HUB, "us-east-1"), range(2)
        )
    try:
        assert first == second == servers.find(tmp_path)
        assert (tmp_path / "server.json").stat().st_mode & 0o077 == 0
    finally:
        assert servers.down(tmp_path)
    assert servers.find(tmp_path) is None
    assert not servers.down(tmp_path)


def test_a_server_that_is_stopped_leaves_nothing_running_or_lying_about(
    tmp_path: Path, organization: Organization, monkeypatch: pytest.MonkeyPatch
):
    folders, noted = tmp_path / "tmp", tmp_path / "pid"
    folders.mkdir()
    monkeypatch.setenv("TMPDIR", str(folders))
    server = servers.up(tmp_path, organization, HUB, "us-east-1")
    try:
        given = access.credentials(server, MEMBER)
        session = boto3.Session(given.access_key, given.secret_key, given.session_token)
        where = {"region_name": "us-east-1", "endpoint_url": server.endpoint}
        principal = {"Service": "codebuild.amazonaws.com"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        role = session.client("iam", **where).create_role(
            RoleName="builds",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        commands = [f"echo $$ >{noted}; sleep 300"]
        spec = {"version": 0.2, "phases": {"build": {"commands": commands}}}
        codebuild = session.client("codebuild", **where)
        codebuild.create_project(
            name="iris",
            source={"type": "NO_SOURCE", "buildspec": json.dumps(spec)},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
            },
            serviceRole=role["Role"]["Arn"],
        )
        codebuild.start_build(projectName="iris")
        limit = time.monotonic() + 20
        while not (noted.exists() and noted.read_text()) and time.monotonic() < limit:
            time.sleep(0.02)
        shell = int(noted.read_text())
    finally:
        servers.down(tmp_path)
    while any(folders.iterdir()) and time.monotonic() < limit:
        time.sleep(0.02)
    assert list(folders.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(shell, 0)


def test_another_organization_is_not_served_in_silence(tmp_path: Path, organization: Organization):
    servers.up(tmp_path, organization, HUB, "us-east-1")
    other = Organization(
        id="o-exampleorg2", management="777788889999", units=organization.units[:1]
    )
    try:
        with pytest.raises(servers.ServerFault, match="another organization"):
            servers.up(tmp_path, other, HUB, "us-east-1")
    finally:
        servers.down(tmp_path)


def test_a_recycled_port_is_not_mistaken_for_the_server(tmp_path: Path, running):
    facts = {"pid": os.getpid(), "endpoint": running.server.endpoint, "identity": "someone else"}
    (tmp_path / "server.json").write_text(json.dumps(facts))
    assert servers.find(tmp_path) is None
    assert not servers.down(tmp_path)
    assert running.ask("GET", "identity")["pid"] == running.server.pid


def test_a_server_that_dies_says_why(tmp_path: Path):
    broken = Organization(
        id="o-exampleorg1",
        management="777788889999",
        units=(OrganizationalUnit(name="u", id="ou-ab12-10000000"),),
        people={"nobody": ("role",)},
    )
    with pytest.raises(servers.ServerFault) as raised:
        servers.up(tmp_path, broken, HUB, "us-east-1")
    assert "You specified an account that doesn't exist" in raised.value.what
    assert "Traceback" not in str(raised.value)
    assert "server.log" in raised.value.remedy


def test_a_forgotten_server_ends_by_itself(tmp_path: Path, organization: Organization, monkeypatch):
    monkeypatch.setenv("LOCAL_AWS_LOOK_EVERY", "0.1")
    started = servers.up(tmp_path, organization, HUB, "us-east-1")
    (tmp_path / "server.json").unlink()
    deadline = time.monotonic() + 20
    while control.ask(started.endpoint, "GET", "identity", quietly=True):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_server_ends_with_the_process_it_was_started_for(
    tmp_path: Path, organization: Organization, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LOCAL_AWS_LOOK_EVERY", "0.1")
    hold = "from local_aws import lease; from pathlib import Path; import sys, time\n"
    hold += "with lease.held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    file = tmp_path / "held"
    command = [sys.executable, "-c", hold, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        monkeypatch.setenv(lease.NAME, str(file))
        started = servers.up(tmp_path, organization, HUB, "us-east-1")
        time.sleep(0.5)
        assert servers.find(tmp_path) == started
        holder.kill()
    deadline = time.monotonic() + 20
    while control.ask(started.endpoint, "GET", "identity", quietly=True):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_accounts_are_separate_and_roles_move_between_them(running):
    hub, member = running.client("sts"), running.client("sts", MEMBER)
    assert hub.get_caller_identity()["Account"] == HUB
    assert member.get_caller_identity()["Account"] == MEMBER


def test_an_unknown_key_is_refused_in_each_protocol(running):
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "none"}
    said = {}
    for service, operation in (
        ("sts", "get_caller_identity"),
        ("servicecatalog", "list_portfolios"),
        ("s3", "list_buckets"),
    ):
        stranger = boto3.client(
            service, region_name="us-east-1", endpoint_url=running.server.endpoint, **keys
        )
        with pytest.raises(ClientError) as raised:
            getattr(stranger, operation)()
        said[service] = raised.value.response["Error"]["Code"]
    assert said == {
        "sts": "InvalidClientTokenId",
        "servicecatalog": "UnrecognizedClientException",
        "s3": "InvalidAccessKeyId",
    }


@pytest.mark.parametrize(
    ("service", "call", "name"),
    [
        ("servicecatalog", "list_budgets_for_resource", "ListBudgetsForResource"),
        ("cloudformation", "describe_publisher", "DescribePublisher"),
        ("codepipeline", "list_webhooks", "ListWebhooks"),
        ("mturk", "get_account_balance", "GetAccountBalance"),
    ],
)
def test_what_is_not_implemented_says_so_by_name_and_at_once(running, service, call, name):
    client = running.client(service)
    arguments = {"ResourceId": "port-x"} if service == "servicecatalog" else {}
    with pytest.raises(ClientError) as raised:
        getattr(client, call)(**arguments)
    assert f"{name} is not implemented in the embedded AWS" in str(raised.value)
    assert f" {service}" in str(raised.value)
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_conditional_put_has_one_winner(running):
    s3 = running.client("s3", config=Config(max_pool_connections=16))
    s3.create_bucket(Bucket="race-bucket")

    def put(number: int) -> bool:
        try:
            s3.put_object(Bucket="race-bucket", Key="lock", Body=b"%d" % number, IfNoneMatch="*")
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(put, range(48))) == 1


def test_an_object_has_the_checksum_of_its_own_content_only(running):
    s3 = running.client("s3")
    where = {"Bucket": "vouched-bucket", "Key": "bundle"}
    s3.create_bucket(Bucket="vouched-bucket")
    s3.put_object(**where, Body=b"x", ChecksumAlgorithm="SHA256")
    told = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert s3.head_object(**where, ChecksumMode="ENABLED")["ChecksumSHA256"] == told
    assert "ChecksumSHA256" not in s3.head_object(**where)
    with pytest.raises(ClientError, match="BadDigest") as refused:
        s3.put_object(**where, Body=b"y", ChecksumSHA256=told)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    s3.put_object(**where, Body=b"y")
    assert "ChecksumSHA256" not in s3.head_object(**where, ChecksumMode="ENABLED")


def test_latency_does_not_queue_callers_up(running):
    sts = running.client("sts", config=Config(max_pool_connections=8))
    running.ask("PUT", "faults", {"latency": 0.3})
    begun = time.monotonic()
    threads = [threading.Thread(target=sts.get_caller_identity) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.3 <= time.monotonic() - begun < 1.5


def test_the_aws_cli_works_with_the_exported_variables(running):
    environment = {**os.environ, **running.environment(MEMBER)}
    command = [str(Path(sys.executable).with_name("aws")), "sts", "get-caller-identity"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["Account"] == MEMBER


def test_what_a_shell_exports_is_quoted():
    given = access.Credentials(access_key="ASIAEXAMPLE", secret_key="a'b", session_token="t t")
    lines = access.shell(access.exports("http://127.0.0.1:1", "eu-west-1", given)).splitlines()
    assert lines == [
        "export AWS_ENDPOINT_URL=http://127.0.0.1:1",
        "export AWS_REGION=eu-west-1",
        "export AWS_DEFAULT_REGION=eu-west-1",
        "export AWS_ACCESS_KEY_ID=ASIAEXAMPLE",
        "export AWS_SECRET_ACCESS_KEY='a'\"'\"'b'",
        "export AWS_SESSION_TOKEN='t t'",
    ]


def test_reset_empties_everything_and_keeps_the_organization(running):
    running.client("s3").create_bucket(Bucket="to-be-forgotten")
    running.ask("DELETE", "state")
    assert running.client("s3").list_buckets()["Buckets"] == []
    found = running.client("organizations", "777788889999").list_accounts()["Accounts"]
    assert {account["Id"] for account in found} >= {HUB, MEMBER}
