from __future__ import annotations

import subprocess
import sys

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from local_aws import faults
from local_aws.faults import Fault, Faults

ONCE = Config(retries={"total_max_attempts": 1})


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_nothing_is_wrong_by_default(clients):
    assert faults.current() == Faults()
    clients("sts").get_caller_identity()


def test_an_error_strikes_at_the_chosen_call_before_it_is_done(aws):
    s3 = aws.session("444455556666").client("s3", config=ONCE)
    faults.set(Faults(fail=(Fault(operation="s3:CreateBucket", call=2, error="InternalError"),)))
    s3.create_bucket(Bucket="first-bucket")
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket="second-bucket")
    assert code(error) == "InternalError"
    s3.create_bucket(Bucket="third-bucket")
    names = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert names == {"first-bucket", "third-bucket"}


def test_a_lost_response_was_done(aws):
    s3 = aws.session("444455556666").client("s3", config=ONCE)
    faults.set(Faults(fail=(Fault(operation="s3:CreateBucket", lost=True),)))
    with pytest.raises(ConnectionClosedError):
        s3.create_bucket(Bucket="done-anyway")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["done-anyway"]


def test_the_server_drops_the_connection_of_a_lost_response(running):
    s3 = running.client("s3", config=ONCE)
    running.set(Faults(fail=(Fault(operation="s3:CreateBucket", lost=True),)))
    with pytest.raises(ConnectionClosedError):
        s3.create_bucket(Bucket="done-anyway")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["done-anyway"]


def test_a_process_is_killed_after_its_call_was_done(running):
    program = (
        "import boto3, os, sys; print(os.getpid(), flush=True); sys.stdin.readline();"
        "boto3.client('s3').create_bucket(Bucket='last-words')"
    )
    environment = {**running.environment(), "PATH": "/usr/bin:/bin"}
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    pid = int(child.stdout.readline())
    assert pid == child.pid
    running.set(Faults(fail=(Fault(operation="s3:CreateBucket", kill=pid),)))
    child.communicate("\n", timeout=30)
    assert child.returncode == -9
    found = running.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in found] == ["last-words"]


def test_calls_over_the_rate_are_throttled_per_service(aws):
    sts = aws.session("444455556666").client("sts", config=ONCE)
    s3 = aws.session("444455556666").client("s3", config=ONCE)
    faults.set(Faults(rate=2))
    throttled = 0
    for _ in range(6):
        try:
            sts.get_caller_identity()
        except ClientError as error:
            throttled += error.response["Error"]["Code"] == "ThrottlingException"
    assert throttled >= 3
    s3.list_buckets()


def test_the_call_log_counts_by_service_and_operation(clients):
    s3, catalog = clients("s3"), clients("servicecatalog")
    faults.forget_calls()
    s3.create_bucket(Bucket="counted-bucket")
    s3.put_object(Bucket="counted-bucket", Key="a/b", Body=b"")
    s3.get_object(Bucket="counted-bucket", Key="a/b")
    s3.list_objects_v2(Bucket="counted-bucket")
    catalog.list_portfolios()
    catalog.list_portfolios()
    assert faults.calls() == {
        "s3:CreateBucket": 1,
        "s3:GetObject": 1,
        "s3:ListObjectsV2": 1,
        "s3:PutObject": 1,
        "servicecatalog:ListPortfolios": 2,
    }


def test_faults_survive_the_way_through_json():
    wrong = Faults(
        latency=0.1, rate=4, lag=3, fail=(Fault(error="X"), Fault(operation="s3:*", lost=True))
    )
    assert faults.from_json(faults.to_json(wrong)) == wrong


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"latncy": 1}, "unknown: latncy"),
        ({"latency": -1}, "not negative"),
        ({"fail": [{"operation": "s3:*"}]}, "exactly one"),
        ({"fail": [{"kill": 1}]}, "not one to kill"),
        ({"fail": [{"error": "X", "call": 0}]}, "counts from 1"),
    ],
)
def test_impossible_faults_are_refused(data, says):
    with pytest.raises(ValueError, match=says):
        faults.from_json(data)


def test_the_server_says_what_is_wrong_with_impossible_faults(running):
    with pytest.raises(ValueError, match="unknown: latncy"):
        running.ask("PUT", "faults", {"latncy": 1})
