"""What a build finds around it: a clean home, few programs, and an environment made from nothing.

Nothing of our own environment reaches a build. In its `PATH` are the system's programs, `git`
among them, and `python` and `aws` as CodeBuild's images have them: an interpreter with boto3, which
is the build's own, the AWS CLI. Neither a package index (`PIP_NO_INDEX`, `UV_OFFLINE`) nor anything
else outside can be reached, so an install that is not satisfied already fails loudly.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_aws import functions, identity, repositories, sandbox
from local_aws.codebuild.state import Build

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class NoSuchRuntime(Exception):
    """A buildspec asks for a runtime that is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Folders of one build. `sources`: secondary sources by their identifiers."""

    root: Path
    home: Path
    source: Path
    own: Path
    programs: Path

    @property
    def log(self) -> Path:
        """The build's log."""
        return self.own / "log"

    def secondary(self, identifier: str) -> Path:
        """Folder of a secondary source."""
        return self.root / "src" / identifier


@contextmanager
def place() -> Iterator[Place]:
    """Folders for a build, gone when it ends."""
    root = sandbox.folder("build")
    made = Place(
        root=root,
        home=root / "home",
        source=root / "src" / "source",
        own=root / "own",
        programs=root / "bin",
    )
    for folder in (made.home, made.source, made.own, made.programs):
        folder.mkdir(parents=True)
    python = str(sandbox.python(root / "python", "boto3", "pip"))
    sandbox.offer(made.programs, "python", python)
    sandbox.offer(made.programs, "python3", python)
    sandbox.offer(made.programs, "pip", python, "-m", "pip")
    beside = Path(sys.executable).with_name("aws")
    if aws := str(beside) if beside.exists() else shutil.which("aws"):
        sandbox.offer(made.programs, "aws", aws)
    try:
        yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


def runtime_note(name: str, version: str) -> str:
    """What the log says of a runtime a buildspec asks for.

    The interpreter is the one this AWS runs in: another minor version of Python 3 is noted and
    the build goes on; any other runtime stops it.

    Raises:
        NoSuchRuntime: It is no Python 3.
    """
    here = platform.python_version()
    if name != "python" or version.partition(".")[0] not in ("3", "latest"):
        raise NoSuchRuntime(f"runtime {name} {version} is not in the embedded AWS")
    asked = version.removesuffix(".x")
    if version == "latest" or f"{here}.".startswith(f"{asked}."):
        return f"Python {here} serves as runtime python {version}"
    return f"Runtime python {version} is asked for; the embedded AWS has Python {here} instead"


def environment(
    build: Build, around: Place, variables: Mapping[str, str], secondary: Mapping[str, Path]
) -> dict[str, str]:
    """All a build's shell sees (user guide, *Environment variables in build environments*).

    Args:
        build: Whose environment it is.
        around: Its folders.
        variables: Its own variables, resolved.
        secondary: Folders of secondary sources by identifier.
    """
    access_key, secret_key, token = identity.keys_for(build.role, f"AWSCodeBuild-{build.run_id}")
    own = {
        **sandbox.SEALED,
        "PATH": f"{around.programs}:{_SYSTEM_PATH}",
        "HOME": str(around.home),
        "LANG": "C.UTF-8",
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_OFFLINE": "1",
        "UV_NO_CONFIG": "1",
        "AWS_REGION": build.region,
        "AWS_DEFAULT_REGION": build.region,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "AWS_SESSION_TOKEN": token,
        "AWS_ENDPOINT_URL": functions.endpoint(),
        "AWS_EXECUTION_ENV": "AWS_CodeBuild",
        "CODEBUILD_CI": "true",
        "CODEBUILD_BUILD_ARN": build.arn,
        "CODEBUILD_BUILD_ID": build.id,
        "CODEBUILD_BUILD_IMAGE": str(build.project["environment"]["image"]),
        "CODEBUILD_BUILD_NUMBER": str(build.number),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": build.initiator,
        "CODEBUILD_KMS_KEY_ID": str(build.project["encryptionKey"]),
        "CODEBUILD_LOG_PATH": build.run_id,
        "CODEBUILD_PROJECT_ARN": str(build.project["arn"]),
        "CODEBUILD_SOURCE_REPO_URL": str(build.project["source"].get("location", "")),
        "CODEBUILD_SOURCE_VERSION": build.source_version,
        "CODEBUILD_SRC_DIR": str(around.source),
        "CODEBUILD_START_TIME": str(int(build.started.timestamp() * 1000)),
        "TMPDIR": os.fspath(around.own),
    }
    if build.resolved_version:
        own["CODEBUILD_RESOLVED_SOURCE_VERSION"] = build.resolved_version
    if build.batch_identifier:
        own["CODEBUILD_BATCH_BUILD_IDENTIFIER"] = build.batch_identifier
    own |= {f"CODEBUILD_SRC_DIR_{name}": str(folder) for name, folder in secondary.items()}
    return own | repositories.git_environment(build.account, build.region) | dict(variables)
