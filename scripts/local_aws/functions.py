"""Lambda functions really run: each invocation in a process of its own, under its own role.

moto runs functions in containers, which we do not have. A Python function runs here as
`local_aws.function_bootstrap` in a child process that gets the function's environment, temporary
keys of its role and the address of this AWS, and is cut off after its timeout. Other runtimes
answer an error by name. The turn (`local_aws.serial`) is given away meanwhile, because the
function will call back. What the function prints goes to its log group, under its role as well.
"""

from __future__ import annotations

import atexit
import functools
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction

from local_aws import iam, identity, inside, serial, work
from local_aws.errors import Refusal

BOOTSTRAP = Path(__file__).with_name("function_bootstrap.py")
INIT_SECONDS = 10
"""Lambda gives the start of a function this long before its own timeout counts (Lambda developer
guide, *Understanding the Lambda execution environment lifecycle*)."""

PRINCIPAL = "lambda.amazonaws.com"


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
        code = _unpacked(self._function.code_sha_256, self._function.code_bytes)
        process = subprocess.Popen(  # noqa: S603 - our interpreter, our program
            [sys.executable, str(BOOTSTRAP), str(code), self._function.handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        _running.add(process)
        try:
            given = json.dumps(event).encode()
            said, printed = process.communicate(given, timeout=self._limit + INIT_SECONDS)
            outcome = self._judged(said, printed.decode(errors="replace"), process.returncode)
        except subprocess.TimeoutExpired:
            _end(process)
            _, printed = process.communicate()
            text = f"Task timed out after {self._limit}.00 seconds"
            outcome = _error("Sandbox.Timedout", text, f"{printed.decode(errors='replace')}{text}")
        finally:
            _running.discard(process)
        return outcome, (time.monotonic() - began) * 1000

    def _judged(self, said: bytes, log: str, status: int) -> Outcome:
        if not said:
            return _error(
                "Runtime.ExitError", f"Runtime exited with error: exit status {status}", log
            )
        result = json.loads(said)
        failed = "error" in result
        return Outcome(
            payload=json.dumps(result["error" if failed else "ok"]), failed=failed, log=log
        )

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
        names = {"logGroupName": function.logs_group_name, "logStreamName": self._stream}
        with suppress(ClientError):
            try:
                logs.create_log_stream(**names)
            except logs.exceptions.ResourceNotFoundException:
                logs.create_log_group(logGroupName=function.logs_group_name)
                logs.create_log_stream(**names)
            entries = [{"timestamp": now, "message": line} for line in lines if line]
            logs.put_log_events(**names, logEvents=entries)

    def environment(self) -> dict[str, str]:
        """All that the process inherits (guide, *Defined runtime environment variables*)."""
        function = self._function
        access_key, secret_key, token = identity.keys_for(function.role, function.function_name)
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "en_US.UTF-8",
            "AWS_ENDPOINT_URL": endpoint(),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_SESSION_TOKEN": token,
            "AWS_EC2_METADATA_DISABLED": "true",
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


_running: set[subprocess.Popen[bytes]] = set()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a function with everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def forget() -> None:
    """End every function that still runs."""
    for process in tuple(_running):
        _end(process)


@functools.lru_cache(maxsize=128)
def _unpacked(digest: str, code: bytes) -> Path:  # noqa: ARG001 - the digest is the cache's key
    directory = Path(tempfile.mkdtemp(prefix="function-", dir=_directory()))
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        archive.extractall(directory)
    return directory


@functools.cache
def _directory() -> Path:
    made = Path(tempfile.mkdtemp(prefix="local-aws-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@functools.cache
def endpoint() -> str:
    """Where a child process reaches this AWS: the server we are, or one started for tests."""
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
