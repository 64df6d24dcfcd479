"""The program in which one Lambda invocation runs, in a process of its own.

    python function_bootstrap.py CODE_DIRECTORY module.handler  < event.json  > result.json

It stands alone: it imports nothing of ours, because the function must not find our modules. What
the function prints goes to stderr, as its log. The result is `{"ok": …}` or `{"error": {…}}` with
`errorMessage`, `errorType` and `stackTrace`, as Lambda reports a failed Python function.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

HASTE = 50
"""How many times faster `time.sleep` goes: what a function waits for here takes a fraction of a
second where AWS needs minutes."""


class Context:
    """What a handler gets beside the event (Lambda developer guide, *Python context object*)."""

    def __init__(self) -> None:
        environment = os.environ
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environment["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = environment.pop("LOCAL_AWS_FUNCTION_ARN")
        self.aws_request_id = environment.pop("LOCAL_AWS_REQUEST_ID")
        self._end = time.monotonic() + float(environment.pop("LOCAL_AWS_FUNCTION_TIMEOUT"))
        self._patient = time.sleep

    def sleep(self, seconds: float) -> None:
        """`time.sleep` for functions: quicker, but its time counts as if it were not.

        One that outlasts the function is waited out, so that the function is cut off as on AWS.
        """
        if seconds * 1000 < self.get_remaining_time_in_millis():
            self._end -= seconds
            seconds /= HASTE
        self._patient(seconds)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is cut off."""
        return max(0, int((self._end - time.monotonic()) * 1000))


def main() -> None:
    """Run the handler on the event of stdin and report on stdout."""
    directory, handler = sys.argv[1:3]
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path[0] = directory
    os.chdir(directory)
    context = Context()
    time.sleep = context.sleep  # type: ignore[assignment]  # the stub also takes an index
    try:
        event = json.load(sys.stdin)
        module, _, name = handler.rpartition(".")
        found = getattr(importlib.import_module(module.replace("/", ".")), name)
        result: dict[str, Any] = {"ok": found(event, context)}
        text = json.dumps(result)
    except BaseException as error:  # whatever a handler raises is its result
        traceback.print_exc()
        failure = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
        text = json.dumps({"error": failure})
    report.write(text)
    report.close()


if __name__ == "__main__":
    main()
