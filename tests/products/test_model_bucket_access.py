"""The function that merges read access into somebody else's bucket policy."""

import importlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

FUNCTION = Path(__file__).parents[2] / "products/model-bucket-access/functions/merge_bucket_policy"
MODULES = ("answer", "index", "statements")
BUCKET = "sagemaker-us-east-1-111111111111"
FOREIGN = {
    "Sid": "Audit",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
}


@pytest.fixture
def function(monkeypatch) -> Iterator[SimpleNamespace]:
    """The modules as Lambda finds them: the folder is the path."""
    monkeypatch.syspath_prepend(str(FUNCTION))
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def s3(monkeypatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield boto3.client("s3")


def request(kind: str, **properties: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "StackId": "arn:aws:cloudformation:us-east-1:111111111111:stack/access/1",
        "RequestId": "1",
        "LogicalResourceId": "ModelBucketAccess",
        "ResponseURL": "http://127.0.0.1:9/answer",
        "ResourceProperties": {
            "BucketName": BUCKET,
            "Accounts": ["333333333333"],
            "OrganizationPaths": [""],
            "RolePattern": "sagemaker-role-*",
            **properties,
        },
    }


def again(kind: str, **properties: Any) -> dict[str, Any]:
    """A request about what an earlier one made."""
    return {**request(kind, **properties), "PhysicalResourceId": BUCKET}


def ask(function: SimpleNamespace, asked: dict[str, Any]) -> tuple[str, str, str]:
    answers: list[tuple[str, str, str]] = []
    function.index.handler(asked, None, lambda _, *answer: answers.append(answer))
    (answer,) = answers
    return answer


def sids(s3: Any) -> list[str]:
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    return [statement["Sid"] for statement in policy["Statement"]]


OURS = ["CatalogAccountsReadModels", "CatalogAccountsListModels"]


def test_a_missing_bucket_is_made_safe_and_readable(function, s3):
    assert ask(function, request("Create")) == ("SUCCESS", BUCKET, "")
    assert sids(s3) == ["CatalogTlsOnly", *OURS]
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    blocked = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    rules = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_outside_us_east_1_the_bucket_is_made_in_its_region(function, s3, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    name = "sagemaker-eu-west-1-111111111111"
    assert ask(function, request("Create", BucketName=name))[0] == "SUCCESS"
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"


def foreign_policy(s3: Any) -> None:
    s3.create_bucket(Bucket=BUCKET)
    policy = {"Version": "2012-10-17", "Id": "theirs", "Statement": FOREIGN}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


def test_statements_of_others_survive_creation_update_and_deletion(function, s3):
    foreign_policy(s3)
    ask(function, request("Create"))
    assert sids(s3) == ["Audit", *OURS]
    ask(function, again("Update", Accounts=["222222222222"]))
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert policy["Id"] == "theirs"
    assert policy["Statement"][0] == FOREIGN
    assert policy["Statement"][1]["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}
    assert ask(function, again("Delete"))[0] == "SUCCESS"
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"] == [FOREIGN]


def test_deletion_takes_our_policy_and_leaves_bucket_and_data(function, s3):
    s3.create_bucket(Bucket=BUCKET)
    ask(function, request("Create"))
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=b"model")
    assert ask(function, again("Delete")) == ("SUCCESS", BUCKET, "")
    assert s3.get_object(Bucket=BUCKET, Key="model.tar.gz")["Body"].read() == b"model"
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=BUCKET)


def test_deleting_twice_or_without_a_bucket_succeeds(function, s3):
    assert ask(function, again("Delete"))[0] == "SUCCESS"
    s3.create_bucket(Bucket=BUCKET)
    assert ask(function, again("Delete"))[0] == "SUCCESS"


def test_units_read_by_path_and_within_the_organization(function, s3):
    path = "o-exampleorg1/r-ab12/ou-ab12-22000000/*"
    ask(function, request("Create", Accounts=[""], OrganizationPaths=[path]))
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    read = policy["Statement"][1]
    assert read["Condition"]["ForAnyValue:StringLike"] == {"aws:PrincipalOrgPaths": [path]}
    assert read["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": ["o-exampleorg1"]}


def test_only_the_deployment_roles_read_in_their_partition(function):
    arn = "arn:aws-cn:s3:::models"
    for statement in function.statements.read_access(arn, ["333333333333"], [], "sagemaker-role-*"):
        only = "arn:aws-cn:iam::*:role/sagemaker-role-*"
        assert statement["Condition"] == {"ArnLike": {"aws:PrincipalArn": only}}
        assert statement["Principal"] == {"AWS": ["arn:aws-cn:iam::333333333333:root"]}


class Foreign:
    """An S3 where the bucket's name belongs to another account."""

    class meta:  # noqa: N801 - boto3's attribute
        region_name = "us-east-1"

    def head_bucket(self, **asked: Any) -> None:
        assert asked == {"Bucket": BUCKET, "ExpectedBucketOwner": "111111111111"}
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")


def test_somebody_elses_bucket_fails_the_stack_and_does_not_hold_its_deletion_up(
    function, monkeypatch
):
    monkeypatch.setattr(function.index.boto3, "client", lambda *_, **__: Foreign())
    status, identity, reason = ask(function, request("Create"))
    assert (status, identity) == ("FAILED", function.index.UNTOUCHED)
    assert "Forbidden" in reason
    gone = {**request("Delete"), "PhysicalResourceId": identity}
    assert ask(function, gone) == ("SUCCESS", identity, "")


def test_another_bucket_is_refused_and_the_first_one_stays_as_it_is(function, s3):
    """The role's rights moved with the parameter: the first bucket could not be closed any more."""
    ask(function, request("Create"))
    status, identity, reason = ask(function, again("Update", BucketName="other-models"))
    assert (status, identity) == ("FAILED", BUCKET)
    assert BUCKET in reason
    assert "delete the stack" in reason
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [BUCKET]
    assert ask(function, again("Update"))[0] == "SUCCESS"  # CloudFormation goes back
    assert sids(s3) == ["CatalogTlsOnly", *OURS]


@pytest.mark.parametrize("missing", ["ResourceProperties", "RequestType", "StackId"])
def test_a_broken_request_is_answered_too(function, s3, missing):
    asked = request("Create")
    del asked[missing]
    status, _, reason = ask(function, asked)
    assert status == "FAILED"
    assert missing in reason


def test_a_policy_that_keeps_changing_is_not_fought_for_ever(function):
    class Contended:
        """Somebody else replaces the policy after each of our writes."""

        writes = 0

        def get_bucket_policy(self, **_: Any) -> dict[str, str]:
            return {"Policy": json.dumps({"Statement": [FOREIGN]})}

        def put_bucket_policy(self, **_: Any) -> None:
            self.writes += 1

    client = Contended()
    asked = request("Create")["ResourceProperties"]
    with pytest.raises(function.index.Contended, match="kept changing"):
        function.index.grant(client, BUCKET, f"arn:aws:s3:::{BUCKET}", asked)
    assert client.writes == function.index.ATTEMPTS


def test_merging_is_idempotent(function):
    ours = function.statements.read_access("arn:aws:s3:::b", ["333333333333"], [], "r")
    once = function.statements.merged({"Statement": [FOREIGN]}, ours)
    assert function.statements.merged(once, ours) == once


@pytest.fixture
def cloudformation() -> Iterator[SimpleNamespace]:
    """Something that takes answers, on loopback."""
    received: list[tuple[str | None, bytes]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            size = int(self.headers["Content-Length"])
            received.append((self.headers["Content-Type"], self.rfile.read(size)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/a", received=received)
    server.shutdown()
    server.server_close()


def test_the_answer_has_the_form_cloudformation_reads(function, cloudformation):
    asked = {**request("Create"), "ResponseURL": cloudformation.url}
    function.answer.send(asked, "FAILED", BUCKET, "x" * 9000)
    ((content_type, body),) = cloudformation.received
    assert content_type == ""
    assert len(body) < 4096
    answer = json.loads(body)
    assert answer.pop("Reason") == "x" * function.answer.REASON_LIMIT
    assert answer == {
        "Status": "FAILED",
        "PhysicalResourceId": BUCKET,
        "StackId": asked["StackId"],
        "RequestId": "1",
        "LogicalResourceId": "ModelBucketAccess",
    }


def test_the_stack_outwaits_the_function(template):
    resources = template("model-bucket-access")["Resources"]
    timeout = resources["MergeFunction"]["Properties"]["Timeout"]
    assert int(resources["ModelBucketAccess"]["Properties"]["ServiceTimeout"]) > timeout
