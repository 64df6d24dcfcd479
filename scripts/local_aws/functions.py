"""Lambda functions really run: each invocation in a process of its own, under its own role.

moto runs functions in containers, which we do not have. A Python function runs here as
`local_aws.function_bootstrap` in a child process that gets the function's environment, temporary
keys of its role and the address of this AWS, and is cut off after its timeout. Other runtimes
answer an error by name. The turn (`local_aws.serial`) is given away meanwhile, because the
function will call back.
"""

from __future__ import annotations

import atexit
import functools
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from local_aws import identity, serial

BOOTSTRAP = Path(__file__).with_name("function_bootstrap.py")
INIT_SECONDS = 10
"""Lambda gives the start of a function this long before its own timeout counts (Lambda developer
guide, *Understanding the Lambda execution environment lifecycle*)."""


def _run(function: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    """One invocation: result as JSON text, whether it is an error, and the log."""
    if not (function.run_time or "").startswith("python"):
        text = f"runtime {function.run_time} is not executed by the embedded AWS"
        return _error("Runtime.NotImplemented", text), True, ""
    log_stream = "local"
    command = [sys.executable, str(BOOTSTRAP), str(_code(function)), function.handler]
    limit = int(function.timeout or 3)
    try:
        with serial.given_away():
            done = subprocess.run(  # noqa: S603 - our interpreter, our program
                command,
                input=json.dumps(event).encode(),
                capture_output=True,
                env=_environment(function, log_stream, limit),
                timeout=limit + INIT_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired as late:
        _keep_log(function, (late.stderr or b"").decode(errors="replace"))
        return _error("Sandbox.Timedout", f"Task timed out after {limit}.00 seconds"), True, ""
    log = done.stderr.decode(errors="replace")
    _keep_log(function, log)
    if not done.stdout:
        status = f"Runtime exited with error: exit status {done.returncode}"
        return _error("Runtime.ExitError", status), True, log
    result = json.loads(done.stdout)
    failed = "error" in result
    return json.dumps(result["error" if failed else "ok"]), failed, log


def _error(kind: str, message: str) -> str:
    return json.dumps({"errorType": kind, "errorMessage": message})


def _keep_log(function: LambdaFunction, log: str) -> None:
    function.logs_backend.ensure_log_group(function.logs_group_name)
    if log:
        function.save_logs(log)


def _environment(function: LambdaFunction, log_stream: str, limit: int) -> dict[str, str]:
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
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "LOCAL_AWS_FUNCTION_ARN": function.function_arn,
        "LOCAL_AWS_FUNCTION_TIMEOUT": str(limit),
        **{name: str(value) for name, value in function.environment_vars.items()},
    }


def _code(function: LambdaFunction) -> Path:
    return _unpacked(function.code_sha_256, function.code_bytes)


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


def install() -> None:
    """Run functions here instead of in containers."""
    LambdaFunction._invoke_lambda = _run
