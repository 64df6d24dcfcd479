"""Lambda functions really run: each invocation in a process of its own, under its own role.

moto runs functions in containers, which we do not have. A Python function runs here as
`local_aws.function_bootstrap` in a child process that gets the function's environment, temporary
keys of its role and the address of this AWS, and is cut off after its timeout; what it started and
left behind ends with it. Other runtimes answer an error by name. The turn (`local_aws.serial`) is
given away meanwhile, because the function will call back. What the function prints goes to its log
group, under its role as well.
"""

from __future__ import annotations

import functools
import json
import os
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction

from local_aws import (
    function_processes,
    iam,
    identity,
    inside,
    log_streams,
    sandbox,
    serial,
    work,
)
from local_aws.errors import Refusal
from local_aws.function_processes import Heard

INIT_SECONDS = 10
"""Lambda gives the start of a function this long before its own timeout counts (Lambda developer
guide, *Understanding the Lambda execution environment lifecycle*)."""

PRINCIPAL = "lambda.amazonaws.com"

_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one invocation ended.

    Args:
        payload: What the handler returned, or the error, as JSON text.
        failed: Whether it is an error.
        log: What the function printed.
    """

    payload: str
    failed: bool = False
    log: str = ""


def run(function: LambdaFunction, event: Any, request_id: str = "") -> Outcome:
    """Run a function once, to its end.

    Args:
        function: As moto keeps it.
        event: JSON values.
        request_id: The same in every try of an asynchronous invocation.

    Raises:
        Refusal: Lambda may not assume the function's role.
    """
    if not (function.run_time or "").startswith("python"):
        text = f"runtime {function.run_time} is not executed by the embedded AWS"
        return _error("Runtime.NotImplemented", text)
    call = _Call(function, request_id or str(uuid.uuid4()))
    with serial.turn():
        check_role(function.role)
        environment = call.environment()
    with serial.given_away():
        outcome, milliseconds = call.run(event, environment)
        work.pause(0)
        call.keep_log(outcome.log, milliseconds)
    return outcome


def check_role(role_arn: str) -> None:
    """Refuse a role that is not there or does not trust Lambda.

    Raises:
        Refusal: InvalidParameterValueException, as CreateFunction words it.
    """
    try:
        iam.service_may(principal=PRINCIPAL, action="sts:AssumeRole", resource=role_arn)
    except Refusal:
        text = "The role defined for the function cannot be assumed by Lambda."
        raise Refusal("InvalidParameterValueException", text) from None


def _error(kind: str, message: str, log: str = "") -> Outcome:
    payload = json.dumps({"errorType": kind, "errorMessage": message})
    return Outcome(payload=payload, failed=True, log=log)


class _Call:
    """One invocation: its process and its log stream."""

    def __init__(self, function: LambdaFunction, request_id: str) -> None:
        self._function = function
        self._id = request_id
        self._limit = int(function.timeout or 3)
        date = time.strftime("%Y/%m/%d", time.gmtime())
        self._stream = f"{date}/[$LATEST]{uuid.uuid4().hex}"

    def run(self, event: Any, environment: dict[str, str]) -> tuple[Outcome, float]:
        """The outcome, and how many milliseconds it took."""
        began = time.monotonic()
        heard = function_processes.run(
            function_processes.unpacked(self._function.code_sha_256, self._function.code_bytes),
            self._function.handler,
            json.dumps(event).encode(),
            environment,
            self._limit + INIT_SECONDS,
        )
        outcome = self._judged(heard)
        return outcome, (time.monotonic() - began) * 1000

    def _judged(self, heard: Heard) -> Outcome:
        if heard.status is None:
            text = f"Task timed out after {self._limit}.00 seconds"
            return _error("Sandbox.Timedout", text, f"{heard.printed}{text}")
        if not heard.said:
            text = f"Runtime exited with error: exit status {heard.status}"
            return _error("Runtime.ExitError", text, heard.printed)
        result = json.loads(heard.said)
        failed = "error" in result
        payload = json.dumps(result["error" if failed else "ok"])
        return Outcome(payload=payload, failed=failed, log=heard.printed)

    def keep_log(self, printed: str, milliseconds: float) -> None:
        """Write to the function's log group, as far as the role may; else the lines are lost."""
        function = self._function
        used = f"Duration: {milliseconds:.2f} ms\tMemory Size: {function.memory_size} MB"
        lines = (
            f"START RequestId: {self._id} Version: $LATEST",
            *printed.splitlines(),
            f"END RequestId: {self._id}",
            f"REPORT RequestId: {self._id}\t{used}",
        )
        now = int(time.time() * 1000)
        logs = inside.client("logs", function.account_id, function.region, function.role)
        with suppress(ClientError):
            names = log_streams.opened(logs, function.logs_group_name, self._stream)
            entries = [{"timestamp": now, "message": line} for line in lines if line]
            logs.put_log_events(**names, logEvents=entries)

    def environment(self) -> dict[str, str]:
        """All that the process inherits (guide, *Defined runtime environment variables*)."""
        function = self._function
        access_key, secret_key, token = identity.keys_for(function.role, function.function_name)
        return {
            **sandbox.SEALED,
            "PATH": _PATH,
            "LANG": "en_US.UTF-8",
            "AWS_ENDPOINT_URL": endpoint(),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_SESSION_TOKEN": token,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
            "AWS_LAMBDA_LOG_STREAM_NAME": self._stream,
            "LOCAL_AWS_FUNCTION_ARN": function.function_arn,
            "LOCAL_AWS_FUNCTION_TIMEOUT": str(self._limit),
            "LOCAL_AWS_REQUEST_ID": self._id,
            **{name: str(value) for name, value in function.environment_vars.items()},
        }


def endpoint() -> str:
    """Where a child process reaches this AWS: the server we are, or one started for tests."""
    with serial.turn():  # two builds that begin at once need one server
        return _endpoint()


@functools.cache
def _endpoint() -> str:
    if given := os.environ.get("LOCAL_AWS_ENDPOINT"):
        return given
    from local_aws import application  # noqa: PLC0415 - only for the first function of a test

    server = application.make("in-process", lambda: None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def _for_moto(function: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    outcome = run(function, event)
    return outcome.payload, outcome.failed, outcome.log


def install() -> None:
    """Run functions here instead of in containers."""
    LambdaFunction._invoke_lambda = _for_moto
