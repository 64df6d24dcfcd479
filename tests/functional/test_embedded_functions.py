"""Lambda runs functions at once and from its queue: retries, dead letters, destinations, logs."""

from __future__ import annotations

import base64
import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import deliveries, events, function_processes, iam, work

HUB, REGION = "444455556666", "us-east-1"

Clients = Callable[..., Any]

ECHO = "def handler(event, context):\n    print('got', event)\n    return {'event': event}\n"
BROKEN = "def handler(event, context):\n    raise KeyError('price')\n"


def settle() -> None:
    """Wait until nothing is under way any more."""
    limit = time.monotonic() + 60
    while work.under_way() and time.monotonic() < limit:
        time.sleep(0.02)
    assert not work.under_way()
    assert not work.failures()


def role(clients: Clients, *actions: str, name: str = "function") -> str:
    """A role Lambda may assume; its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    client = clients("iam")
    made = client.create_role(
        RoleName=name, AssumeRolePolicyDocument=document({**trust, "Action": "sts:AssumeRole"})
    )
    allowed = {
        "Effect": "Allow",
        "Action": list(actions) or ["logs:CreateLogGroup"],
        "Resource": "*",
    }
    client.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(allowed))
    return str(made["Role"]["Arn"])


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def function(
    clients: Clients, code: str, name: str = "echo", role_arn: str = "", **more: Any
) -> str:
    """A function of some code; its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", code)
    made = clients("lambda").create_function(
        FunctionName=name,
        Role=role_arn or role(clients, "logs:*"),
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
        **{"Timeout": 30, **more},
    )
    return str(made["FunctionArn"])


def queue(clients: Clients, name: str) -> tuple[str, str]:
    """A queue's address and ARN."""
    url = clients("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url, f"arn:aws:sqs:{REGION}:{HUB}:{name}"


def received(clients: Clients, url: str) -> list[dict[str, Any]]:
    answer = clients("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def test_a_function_answers_and_its_log_is_kept_under_its_role(clients: Clients) -> None:
    function(clients, ECHO)
    answer = clients("lambda").invoke(FunctionName="echo", Payload='{"a": 1}', LogType="Tail")
    assert json.load(answer["Payload"]) == {"event": {"a": 1}}
    assert "FunctionError" not in answer
    assert b"got {'a': 1}" in base64.b64decode(answer["LogResult"])
    logged = clients("logs").filter_log_events(logGroupName="/aws/lambda/echo")["events"]
    lines = [one["message"] for one in logged]
    assert "got {'a': 1}" in lines
    assert lines[0].startswith("START RequestId: ")
    assert "REPORT" in lines[-1]
    assert "[$LATEST]" in logged[0]["logStreamName"]


def test_what_the_role_may_not_log_is_lost(clients: Clients) -> None:
    function(clients, ECHO, role_arn=role(clients, "s3:ListBucket"))
    iam.force(True)
    answer = clients("lambda").invoke(FunctionName="echo", Payload="{}")
    assert answer["StatusCode"] == 200
    assert clients("logs").describe_log_groups()["logGroups"] == []


def test_a_function_logs_where_its_configuration_says(clients: Clients) -> None:
    clients("logs").create_log_group(logGroupName="/shop/functions")
    function(clients, ECHO, LoggingConfig={"LogGroup": "/shop/functions"})
    client = clients("lambda")
    client.invoke(FunctionName="echo", Payload="{}")
    assert clients("logs").filter_log_events(logGroupName="/shop/functions")["events"]
    config = client.get_function_configuration(FunctionName="echo")
    assert config["LoggingConfig"]["LogGroup"] == "/shop/functions"
    client.update_function_configuration(FunctionName="echo", LoggingConfig={"LogFormat": "JSON"})
    config = client.get_function_configuration(FunctionName="echo")["LoggingConfig"]
    assert config == {"LogFormat": "JSON", "LogGroup": "/aws/lambda/echo"}


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (BROKEN, "KeyError", "'price'"),
        ("import missing_module\n", "ModuleNotFoundError", "missing_module"),
        ("import os\ndef handler(e, c):\n    os._exit(3)\n", "Runtime.ExitError", "status 3"),
        ("def other(e, c): pass\n", "AttributeError", "handler"),
    ],
)
def test_errors_of_a_function_are_its_answer(
    clients: Clients, code: str, kind: str, words: str
) -> None:
    function(clients, code)
    answer = clients("lambda").invoke(FunctionName="echo", Payload="{}")
    assert answer["FunctionError"] == "Unhandled"
    payload = json.load(answer["Payload"])
    assert payload["errorType"] == kind
    assert words in payload["errorMessage"]


def test_a_payload_that_is_no_json_is_refused(clients: Clients) -> None:
    function(clients, ECHO)
    with pytest.raises(ClientError, match="Could not parse") as refused:
        clients("lambda").invoke(FunctionName="echo", Payload="{")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_a_role_must_trust_lambda(clients: Clients) -> None:
    with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
        function(clients, ECHO, role_arn=f"arn:aws:iam::{HUB}:role/OrganizationAccountAccessRole")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_a_queued_invocation_runs_in_the_background(clients: Clients) -> None:
    url, arn = queue(clients, "done")
    code = ECHO.replace("    print", "    import time; time.sleep(0.3); print")
    function(clients, code, role_arn=role(clients, "sqs:SendMessage", "logs:*"))
    clients("lambda").put_function_event_invoke_config(
        FunctionName="echo", DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    began = time.monotonic()
    answer = clients("lambda").invoke(
        FunctionName="echo", InvocationType="Event", Payload='{"a": 1}'
    )
    assert time.monotonic() - began < 0.3
    assert answer["StatusCode"] == 202
    settle()
    (message,) = received(clients, url)
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["requestPayload"] == {"a": 1}
    assert record["responsePayload"] == {"event": {"a": 1}}


def test_failures_are_tried_three_times_then_reported(clients: Clients) -> None:
    failed_url, failed = queue(clients, "failed")
    dead_url, dead = queue(clients, "dead")
    function(
        clients,
        BROKEN,
        role_arn=role(clients, "sqs:SendMessage", "logs:*"),
        DeadLetterConfig={"TargetArn": dead},
    )
    client = clients("lambda")
    client.put_function_event_invoke_config(
        FunctionName="echo", DestinationConfig={"OnFailure": {"Destination": failed}}
    )
    client.invoke(FunctionName="echo", InvocationType="Event", Payload='{"a": 1}')
    settle()
    (message,) = received(clients, failed_url)
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"]["errorType"] == "KeyError"
    (letter,) = received(clients, dead_url)
    assert json.loads(letter["Body"]) == {"a": 1}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "'price'"
    run, *sent = deliveries.deliveries()
    assert (run.ok, run.tries, run.why) == (False, 3, "'price'")
    assert all(one.ok for one in sent)
    lines = clients("logs").filter_log_events(logGroupName="/aws/lambda/echo")["events"]
    starts = {one["message"] for one in lines if one["message"].startswith("START")}
    assert len(starts) == 1  # each try has the same request id


def test_retries_are_set_and_merged(clients: Clients) -> None:
    _, arn = queue(clients, "failed")
    function(clients, BROKEN)
    client = clients("lambda")
    client.put_function_event_invoke_config(FunctionName="echo", MaximumRetryAttempts=0)
    client.invoke(FunctionName="echo", InvocationType="Event", Payload="{}")
    settle()
    assert [one.tries for one in deliveries.deliveries()] == [1]
    destination = {"OnFailure": {"Destination": arn}}
    client.update_function_event_invoke_config(FunctionName="echo", DestinationConfig=destination)
    config = client.get_function_event_invoke_config(FunctionName="echo")
    assert config["MaximumRetryAttempts"] == 0
    assert config["DestinationConfig"] == destination


def test_an_event_invokes_a_function_that_admits_its_rule_only(clients: Clients) -> None:
    arn = function(clients, ECHO)
    client = clients("events")
    rule = client.put_rule(Name="sold", EventPattern='{"source": ["shop"]}')["RuleArn"]
    client.put_targets(Rule="sold", Targets=[{"Id": "f", "Arn": arn}])
    events.emit(HUB, REGION, source="shop", detail_type="sold", detail={"n": 1})
    settle()
    (refused,) = events.deliveries()
    assert "lambda:InvokeFunction" in refused.why
    permission = {
        "FunctionName": "echo",
        "StatementId": "rule",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": rule,
    }
    clients("lambda").add_permission(**permission)
    with pytest.raises(ClientError, match="already exists"):
        clients("lambda").add_permission(**permission)
    events.emit(HUB, REGION, source="shop", detail_type="sold", detail={"n": 2})
    settle()
    assert [one.ok for one in events.deliveries()] == [False, True, True]
    found = clients("logs").filter_log_events(logGroupName="/aws/lambda/echo")["events"]
    assert any("'detail': {'n': 2}" in one["message"] for one in found)


def test_functions_that_call_functions_do_not_wait_for_each_other(clients: Clients) -> None:
    arn = role(clients, "logs:*", "lambda:InvokeFunction")
    code = (
        "import boto3, json\n"
        "def handler(event, context):\n"
        "    if not event['depth']:\n"
        "        return 'bottom'\n"
        "    payload = json.dumps({'depth': event['depth'] - 1})\n"
        "    answer = boto3.client('lambda').invoke(FunctionName='nest', Payload=payload)\n"
        "    return json.load(answer['Payload'])\n"
    )
    function(clients, code, "nest", arn)
    answer = clients("lambda").invoke(FunctionName="nest", Payload='{"depth": 2}')
    assert json.load(answer["Payload"]) == "bottom"


def test_a_function_is_cut_off_with_all_it_started(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_aws.functions.INIT_SECONDS", 0)
    code = (
        "import subprocess\n"
        "def handler(event, context):\n"
        "    print('waiting', flush=True)\n"
        "    subprocess.run(['sleep', '60'])\n"
    )
    function(clients, code, Timeout=1)
    began = time.monotonic()
    answer = clients("lambda").invoke(FunctionName="echo", Payload="{}")
    assert time.monotonic() - began < 10
    assert json.load(answer["Payload"])["errorMessage"] == "Task timed out after 1.00 seconds"
    lines = clients("logs").filter_log_events(logGroupName="/aws/lambda/echo")["events"]
    assert [one["message"] for one in lines][1:3] == [
        "waiting",
        "Task timed out after 1.00 seconds",
    ]


def test_a_function_sees_boto3_and_nothing_of_ours(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"/our/own/bin:{os.environ['PATH']}")
    code = (
        "import importlib.util, os, pathlib\n"
        "NAMES = 'boto3 botocore catalog local_aws moto pydantic jinja2 pip'\n"
        "def handler(event, context):\n"
        "    pathlib.Path(os.environ['TMPDIR'], 'draft').write_text('x')\n"
        "    found = [n for n in NAMES.split() if importlib.util.find_spec(n)]\n"
        "    return found, os.environ['PATH'], os.environ['HOME']\n"
    )
    function(clients, code)
    answer = clients("lambda").invoke(FunctionName="echo", Payload="{}")
    found, path, home = json.load(answer["Payload"])
    assert found == ["boto3", "botocore"]
    assert "/our/own/bin" not in path
    assert home != str(Path.home())
    assert not Path(home).exists()


def test_a_function_reaches_nothing_outside(clients: Clients) -> None:
    code = (
        "import urllib.request\n"
        "def handler(event, context):\n"
        "    urllib.request.urlopen('http://example.com', timeout=5)\n"
    )
    function(clients, code)
    answer = clients("lambda").invoke(FunctionName="echo", Payload="{}")
    assert "Connection refused" in json.load(answer["Payload"])["errorMessage"]


def test_what_a_function_leaves_running_ends_with_it(clients: Clients) -> None:
    code = (
        "import subprocess\n"
        "def handler(event, context):\n"
        "    return subprocess.Popen(['sleep', '60']).pid\n"
    )
    function(clients, code)
    began = time.monotonic()
    answer = clients("lambda").invoke(FunctionName="echo", Payload="{}")
    left = json.load(answer["Payload"])
    assert time.monotonic() - began < 10
    with pytest.raises(ProcessLookupError):
        _wait_until_gone(left)


def _wait_until_gone(pid: int) -> None:
    """Raises ProcessLookupError once there is no such process."""
    limit = time.monotonic() + 5
    while time.monotonic() < limit:
        if "zombie" in Path(f"/proc/{pid}/status").read_text().lower():
            raise ProcessLookupError
        os.kill(pid, 0)
        time.sleep(0.02)


def test_a_queued_function_ends_when_everything_is_forgotten(clients: Clients) -> None:
    function(clients, "import time\ndef handler(event, context):\n    time.sleep(600)\n")
    clients("lambda").invoke(FunctionName="echo", InvocationType="Event", Payload="{}")
    limit = time.monotonic() + 5
    while not function_processes.running() and time.monotonic() < limit:
        time.sleep(0.01)
    assert function_processes.running()
    work.forget()
    assert not function_processes.running()
    assert work.failures() == ()
