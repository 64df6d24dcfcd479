"""A process that stands for the container of a processing job, and what it leaves."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_aws import functions, identity, sandbox, work
from local_aws.sagemaker.outside import Under

_PATH = "/usr/local/bin:/usr/bin:/bin"
_LOOK = 0.05
"""Seconds between two looks at a script that runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """Folders of one container. `root` is its `/opt/ml`."""

    root: Path
    home: Path
    python: Path
    log: Path

    def run(
        self,
        command: list[str],
        environment: Mapping[str, str],
        seconds: float,
        stopping: Callable[[], bool],
    ) -> int | None:
        """Run Python with `command`; its exit status, None when it was ended.

        Args:
            command: The script and its arguments.
            environment: All it sees besides a home of its own.
            seconds: When it is ended.
            stopping: Whether somebody wants it to end.

        Raises:
            Ended: The embedded AWS was emptied.
        """
        limit = time.monotonic() + seconds
        with self.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - the job's own script
                [str(self.python), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env={"HOME": str(self.home), "TMPDIR": str(self.home), **environment},
                start_new_session=True,
            )
        try:
            while process.poll() is None:
                if stopping() or time.monotonic() > limit:
                    return None
                work.pause(_LOOK)
            return process.returncode
        finally:
            sandbox.end(process)
            process.wait()


@contextmanager
def container() -> Iterator[Container]:
    """Folders for a container, gone when its job ends."""
    folder = sandbox.folder("processing")
    try:
        made = Container(
            root=folder / "opt" / "ml",
            home=folder / "home",
            python=sandbox.python(folder / "python", "boto3"),
            log=folder / "log",
        )
        made.root.mkdir(parents=True)
        made.home.mkdir()
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(under: Under, session: str) -> dict[str, str]:
    """What every container of a job sees: its region, and the keys of the job's role."""
    access_key, secret_key, token = identity.keys_for(under.role, session)
    return {
        **sandbox.SEALED,
        "PATH": _PATH,
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "AWS_REGION": under.region,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "AWS_SESSION_TOKEN": token,
        "AWS_ENDPOINT_URL": functions.endpoint(),
    }
