"""Launch products' scenarios with the real taskcat, and keep what it showed.

taskcat has an environment of its own and runs in another process, see `catalog.taskcat.runner`.
Under the folder it is given a run leaves, for each product, the generated project, taskcat's
report (`report/index.html`) and `junit.xml`; and in `records/` one file for each release and
region, which publishing to a named target asks for. Stacks are removed, also when the run is cut
short.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from catalog.aws.accounts import Accounts
from catalog.aws.session import Session
from catalog.aws.stacks import Stacks
from catalog.errors import EnvironmentFault
from catalog.foundation.staging import Stage
from catalog.model import Release, Scenario
from catalog.stacks import StackEnding
from catalog.targets import Target
from catalog.taskcat.project import (
    CONFIG_FILE,
    RUN_TAG,
    TEMPLATE_FILE,
    Launch,
    config,
    launches,
    projects,
    template_key,
)
from catalog.taskcat.recording import keep, passed
from catalog.taskcat.results import Outcome, Result, judge, junit

_IDENTITY = (
    "AWS_ACCESS_KEY",
    "AWS_SECRET",
    "AWS_SESSION",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
)
"""Beginnings of the variables that say who one is."""

RUNNER = Path(__file__).with_name("runner.py")
_LAST_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A release and the scenarios under which it is launched."""

    release: Release
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where and how to launch.

    Args:
        target: Whose test accounts.
        accounts: Ways into them.
        stage: Buckets from which stacks read template and code.
        folder: `build/taskcat`.
        regions: Those of the target to launch in; empty for all.
        python: Interpreter of taskcat's environment.
        tell: Given each line of progress.
    """

    target: Target
    accounts: Accounts
    stage: Stage
    folder: Path
    python: Path
    tell: Callable[[str], None]
    regions: frozenset[str] = frozenset()

    def launches(self, job: Job) -> tuple[Launch, ...]:
        """Every stack of a job that is to be launched here."""
        every = launches(job.scenarios, self.target.regions)
        return tuple(one for one in every if not self.regions or one.region in self.regions)

    def session(self, job: Job, region: str) -> Session:
        """A session in the account where products of the job's kind are launched."""
        return self.accounts.enter(self.target.test_account(job.release.product.kind), region)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    job: Job
    folder: Path
    launches: tuple[Launch, ...]

    @property
    def regions(self) -> list[str]:
        return sorted({launch.region for launch in self.launches})


def run(jobs: Sequence[Job], site: Site, *, forced: bool = False) -> tuple[Outcome, ...]:
    """Launch every job that has not passed before.

    Each test account has a taskcat process of its own, and they run at the same time.

    Args:
        jobs: Products, each with its scenarios.
        site: Where to launch.
        forced: Launch also what has passed before.

    Returns:
        One outcome for each job, in their order; a failing one is a value, not an error.

    Raises:
        EnvironmentFault: taskcat or an account cannot be used.
    """
    known = {} if forced else _known(jobs, site)
    by_account: dict[str, list[Job]] = {}
    for job in jobs:
        if job.release.digest not in known:
            account = site.target.test_account(job.release.product.kind)
            by_account.setdefault(account, []).append(job)
    known |= {outcome.record.digest: outcome for outcome in _launch(by_account.values(), site)}
    return tuple(known[job.release.digest] for job in jobs)


def _known(jobs: Sequence[Job], site: Site) -> dict[str, Outcome]:
    known = {}
    for job in jobs:
        regions = {launch.region for launch in site.launches(job)}
        if kept := passed(site.folder / "records", job.release, regions):
            known[job.release.digest] = Outcome(record=kept)
    return known


def _launch(groups: Iterable[Sequence[Job]], site: Site) -> Iterator[Outcome]:
    """Launch jobs, those of one group in the same test account."""
    mark = secrets.token_hex(8)
    prepared = [[each for job in jobs for each in _prepare(job, site, mark)] for jobs in groups]
    every = [project for group in prepared for project in group]
    try:
        with ThreadPoolExecutor(max(len(prepared), 1)) as pool:
            list(pool.map(lambda group: _taskcat(group, site), prepared))
    finally:
        _sweep(every, site, mark)
    for job, mine in groupby(every, key=lambda project: project.job):
        yield _conclude(job, list(mine), site)


def _prepare(job: Job, site: Site, mark: str) -> Iterator[_Project]:
    """Upload what the stacks need, and write the projects."""
    release, every = job.release, site.launches(job)
    used = sorted({launch.region for launch in every})
    site.stage.ready(used)
    for region in used:
        site.stage.put(release, region, template_key(release))
    shutil.rmtree(site.folder / release.product.name, ignore_errors=True)
    for name, group in projects(release, every).items():
        project = _Project(job=job, folder=site.folder / name, launches=group)
        bucket = site.target.bucket_in(project.regions[0])
        text = config(release, group, bucket=bucket, run=mark)
        project.folder.mkdir(parents=True)
        (project.folder / CONFIG_FILE).write_text(text, encoding="utf-8")
        template = site.stage.stamped(release)
        (project.folder / TEMPLATE_FILE).write_text(template, encoding="utf-8")
        yield project


def _taskcat(prepared: Sequence[_Project], site: Site) -> None:
    """Run taskcat over the projects, one after the other, and pass on its lines.

    Raises:
        EnvironmentFault: It is not installed, or ended before it was through.
    """
    if not site.python.exists():
        raise EnvironmentFault(
            f"taskcat is not installed: there is no {site.python}.",
            "Run `make taskcat`, which installs it.",
        )
    session = site.session(prepared[0].job, prepared[0].regions[0])
    # Isolated, because the runner's own folder holds a module that is named as taskcat is.
    folders = [str(project.folder) for project in prepared]
    command = [str(site.python), "-I", str(RUNNER), *folders]
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own interpreter and files
        command,
        env=_environment(session, os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            said.append(line.rstrip())
            site.tell(said[-1])
    if process.returncode:
        last = "\n".join(f"    {line}" for line in said[-_LAST_WORDS:])
        raise EnvironmentFault(
            f"taskcat ended with code {process.returncode}; its last words:\n{last}",
            "What it had launched is removed; run it again when the cause is mended.",
        )


def _environment(session: Session, ours: Mapping[str, str]) -> dict[str, str]:
    """Ours, with the session's identity in place of whatever was there.

    Data paths are ours alone: the botocore beside taskcat is another one, and fails on newer data.
    """
    keys = session.credentials
    foreign = (*_IDENTITY, "AWS_DATA_PATH") if keys else ("AWS_DATA_PATH",)
    environment = {name: value for name, value in ours.items() if not name.startswith(foreign)}
    if keys:
        environment["AWS_ACCESS_KEY_ID"] = keys.access_key
        environment["AWS_SECRET_ACCESS_KEY"] = keys.secret_key
        environment["AWS_SESSION_TOKEN"] = keys.session_token
    if session.endpoint:
        environment["AWS_ENDPOINT_URL"] = session.endpoint
    environment["AWS_DEFAULT_REGION"] = environment["AWS_REGION"] = session.region
    return environment


def _sweep(prepared: Sequence[_Project], site: Site, mark: str) -> None:
    """Delete stacks of this run that taskcat left, as it does when it is killed."""
    for project in prepared:
        for region in project.regions:
            stacks = _stacks(project, site, region)
            for left in stacks.tagged(RUN_TAG, mark):
                stacks.delete(left.id)


def _stacks(project: _Project, site: Site, region: str) -> Stacks:
    return Stacks(service=site.session(project.job, region).service("cloudformation"))


def _conclude(job: Job, prepared: Sequence[_Project], site: Site) -> Outcome:
    """Judge a job's launches, and write the record and the JUnit file."""
    results: list[Result] = []
    seconds = 0.0
    for project in prepared:
        ran = json.loads((project.folder / "stacks.json").read_text(encoding="utf-8"))
        results += judge(project.launches, ran, _endings(project, site, ran))
        seconds += ran["seconds"]
    kept = keep(site.folder / "records", job.release, results, site.target)
    outcome = Outcome(record=kept, results=tuple(results), seconds=seconds)
    folder = site.folder / job.release.product.name
    (folder / "junit.xml").write_text(junit(outcome), encoding="utf-8")
    return outcome


def _endings(project: _Project, site: Site, ran: Mapping[str, Any]) -> dict[str, StackEnding]:
    stacks = {region: _stacks(project, site, region) for region in project.regions}
    return {
        entry["id"]: stacks[entry["region"]].ending(entry["id"])
        for entry in ran["stacks"]
        if entry["id"]
    }
