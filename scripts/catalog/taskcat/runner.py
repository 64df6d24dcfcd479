"""Runs the real taskcat over generated projects; executed by the python of taskcat's environment.

taskcat cannot be installed beside the rest of this tool (it pins an old jsonschema and urllib3), so
`catalog.taskcat.launching` starts this file with another interpreter:

    .venv-taskcat/bin/python -I scripts/catalog/taskcat/runner.py PROJECT_DIRECTORY...

Each directory holds a `.taskcat.yml` whose templates are uploaded already. Written there:
`report/index.html` with taskcat's own report and logs, and `stacks.json`: what was launched and how
it ended, read back by `catalog.taskcat.launching`. Lines on standard output tell the progress. The
exit code is 0 whenever every project got its `stacks.json`; the caller judges the outcome.

Every scenario is a taskcat test of its own, because taskcat 0.9.58 gives all tests of one run the
same growing list of tags, and CloudFormation wants each tag key once.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterable
from importlib.metadata import version
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is answered by whoever started us
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import requests  # noqa: E402
import yaml  # noqa: E402
from botocore.loaders import JSONFileLoader  # noqa: E402
from taskcat._cfn.stack import Stacks  # type: ignore[import-not-found]  # noqa: E402
from taskcat._cfn.threaded import Stacker  # type: ignore[import-not-found]  # noqa: E402
from taskcat.exceptions import TaskCatException  # type: ignore[import-not-found]  # noqa: E402
from taskcat.testing import CFNTest  # type: ignore[import-not-found]  # noqa: E402

LAUNCHES_AT_ONCE = 4
POLL_SECONDS = 10
PATIENCE_SECONDS = 3600
"""How long a stack may be in progress before it counts as failed and is removed."""

EMBEDDED_PATIENCE_SECONDS = 60
STYLESHEET = "taskcat_reporting.css"
STYLE = (
    "body{font:14px/1.5 sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
    "th,td{padding:.4em .8em;text-align:left}.test-green{background:#c8f0cd}"
    ".test-red{background:#f6c9c9}"
)


class Answer:
    """What a report needs of an HTTP response: its text."""

    def __init__(self, text: str) -> None:
        self.text = text


def stay_local() -> None:
    """Answer the one request taskcat's report makes to the internet, a stylesheet, from here."""
    fetch = requests.get

    def get(url: str, *args: Any, **options: Any) -> Any:
        return Answer(STYLE) if url.endswith(STYLESHEET) else fetch(url, *args, **options)

    requests.get = get  # type: ignore[assignment]


def read_once() -> None:
    """Let botocore decode each of its files once; taskcat makes new sessions for every scenario."""
    read = functools.cache(functools.partial(JSONFileLoader.load_file, JSONFileLoader()))
    setattr(JSONFileLoader, "load_file", lambda _, path: read(path))  # noqa: B010 - for mypy


def tell(line: str) -> None:
    """A line of progress, seen at once by whoever started this process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Progress:
    """A printer for taskcat: one line when a stack's status changes, read anew at each look."""

    def __init__(self, product: str, patience: float) -> None:
        self._product = product
        self._patience = patience
        self._seen: dict[str, str] = {}

    def report_test_progress(self, stacker: Any) -> None:
        """Wait until no stack is in progress; taskcat calls it after creating and deleting."""
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            for stack in stacker.stacks:
                if stack.status.endswith("_IN_PROGRESS"):
                    stack.refresh()
                self._tell(stack)
            if not any(stack.status.endswith("_IN_PROGRESS") for stack in stacker.stacks):
                return
            time.sleep(POLL_SECONDS)

    def _tell(self, stack: Any) -> None:
        # taskcat calls the deletion of a stack that failed an OUT_OF_ORDER_EVENT.
        status = stack.status.replace("OUT_OF_ORDER_EVENT", "DELETE_COMPLETE")
        if self._seen.get(stack.id) != status:
            self._seen[stack.id] = status
            tell(f"{self._product}/{stack.test_name} {stack.region_name} {status}")


def scenario(root: Path, config: dict[str, Any], name: str) -> Any:
    """A taskcat test of the scenario `name` alone; reads no settings from the user's home."""
    alone = {**config, "tests": {name: config["tests"][name]}}
    test = CFNTest.from_dict(alone, project_root=str(root))
    test.printer = Progress(
        config["project"]["name"].split("/")[1],  # taskcat/<product>/<digest>
        EMBEDDED_PATIENCE_SECONDS if os.environ.get("AWS_ENDPOINT_URL") else PATIENCE_SECONDS,
    )
    test.skip_upload, test.lint_disable, test.dont_wait_for_delete = True, True, False
    return test


def stacks_of(tests: Iterable[Any]) -> Any:
    """The stacks that `tests` launched, in the order of the scenarios."""
    started = [test.test_definition for test in tests if hasattr(test, "test_definition")]
    return Stacks(stack for stacker in started for stack in stacker.stacks)


def launch(test: Any) -> dict[str, str]:
    """Create the stacks of one scenario and wait; answers errors by scenario name, if any."""
    try:
        test.run()
    except Exception as error:  # one scenario's fault must not hide the others'
        return {next(iter(test.config.config.tests)): f"{type(error).__name__}: {error}"}
    return {}


def remove(test: Any) -> None:
    """Delete the stacks of one scenario and wait; taskcat raises for those that had failed."""
    try:
        test.clean_up()
    except TaskCatException as error:
        logging.getLogger(__name__).debug("clean-up: %s", error)
    for stack in stacks_of([test]):
        # A stack in progress is looked at again by a timer, which would keep this process alive.
        stack._timer.cancel()


def outcome(stack: Any) -> dict[str, Any]:
    """One entry of `stacks.json`; `id` is empty when CloudFormation refused to start the stack."""
    return {
        "scenario": stack.test_name,
        "region": stack.region_name,
        "id": "" if stack.launch_exception else stack.id,
        "status": stack.status,
        "reason": stack.status_reason or "",
    }


def write_report(root: Path, config: dict[str, Any], stacks: Any) -> None:
    """Write taskcat's own HTML report and CloudFormation logs over all scenarios at once."""
    whole = CFNTest.from_dict(config, project_root=str(root))
    whole.test_definition = Stacker(config["project"]["name"], {})
    whole.test_definition.stacks = stacks
    try:
        whole.report(str(root / "report"))
    except requests.RequestException as error:
        tell(f"no HTML report: {error}")


def run(root: Path) -> None:
    """Launch every scenario of the project in `root`, report, and remove what was launched."""
    config = yaml.safe_load((root / ".taskcat.yml").read_text(encoding="utf-8"))
    tests = [scenario(root, config, name) for name in config["tests"]]
    begun = time.monotonic()
    try:
        with ThreadPool(LAUNCHES_AT_ONCE) as pool:
            errors = {
                name: text for found in pool.map(launch, tests) for name, text in found.items()
            }
            stacks = stacks_of(tests)
            outcomes = [outcome(stack) for stack in stacks]
        write_report(root, config, stacks)
    finally:
        with ThreadPool(LAUNCHES_AT_ONCE) as pool:
            pool.map(remove, tests)
    seconds = round(time.monotonic() - begun, 1)
    text = json.dumps({"stacks": outcomes, "errors": errors, "seconds": seconds}, indent=2)
    (root / "stacks.json").write_text(text + "\n", encoding="utf-8")


def main(roots: list[str]) -> None:
    """Run each project named on the command line; tells taskcat's version first."""
    if os.environ.get("AWS_ENDPOINT_URL"):
        stay_local()
    read_once()
    tell(f"taskcat {version('taskcat')}")
    for root in roots:
        run(Path(root))


if __name__ == "__main__":
    main(sys.argv[1:])
