"""Lint rendered templates: cfn-lint and the house rules, at the lines their authors wrote.

What one template yields depends on its text, its kind and its regions alone, so it is kept by a
digest of these, of cfn-lint's version and of the rules' own sources. Only what is new is linted,
in as many processes as there are cores; with nothing new, cfn-lint is not even imported.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

from catalog.findings import Finding, Severity
from catalog.manifests import located
from catalog.model import Kind, Product, Rendered
from catalog.templates import scenarios, yaml_text
from catalog.templates.allowances import apply_allowances

FEW = 3
"""Templates that one process lints sooner than several, which have to be started first."""

MANY = 20
"""Products that take as long to render as cfn-lint takes to start: both are done at once then."""

_ALSO = (
    "templates/cfn_lint.py",
    "templates/custom_resources.py",
    "templates/resource_types.py",
)
"""Modules beside `rules/` that findings depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRequest:
    """One template to lint.

    Args:
        regions: Where it will be launched.
        scenarios: Scenario file relative to the catalog's root -> its parameters.
        scenario_texts: The same files -> their text, in which findings get their lines.
        seeds: Templates that its projects' repositories start with: file relative to the catalog's
            root -> text.
    """

    product: Product
    rendered: Rendered
    regions: tuple[str, ...]
    scenarios: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scenario_texts: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Job:
    """What a lint depends on; it travels to another process. A seed's template has no kind."""

    text: str
    kind: Kind | None
    regions: tuple[str, ...]


def lint(
    requests: Sequence[LintRequest],
    *,
    cache: Path | None,
    workers: int | None = None,
    early: Executor | None = None,
) -> tuple[Finding, ...]:
    """Every finding of every request, with what its product's manifest accepts; sorted.

    Args:
        requests: The templates.
        cache: Folder for results, made when needed; None to keep none.
        workers: Processes at most; None for one per core.
        early: A process from `ahead`, started before the templates were known.
    """
    jobs = [job for request in requests for job in (_job(request), *_seed_jobs(request).values())]
    known = {job: found for job in jobs if (found := _kept(cache, job)) is not None}
    new = [job for job in dict.fromkeys(jobs) if job not in known]
    for job, found in zip(new, _run(new, workers, early), strict=True):
        known[job] = found
        _keep(cache, job, found)
    findings: set[Finding] = set()
    for request in requests:
        own = {_at_source(finding, request.rendered) for finding in known[_job(request)]}
        for file, job in _seed_jobs(request).items():
            own.update(replace(finding, file=file) for finding in known[job])
        own.update(_scenario_findings(request))
        findings.update(apply_allowances(sorted(own), request.product))
    return tuple(sorted(findings))


def _job(request: LintRequest) -> _Job:
    return _Job(request.rendered.text, request.product.kind, request.regions)


def _seed_jobs(request: LintRequest) -> dict[str, _Job]:
    return {file: _Job(text, None, request.regions) for file, text in request.seeds.items()}


# --- Running ------------------------------------------------------------------------------------


@contextmanager
def ahead(products: int) -> Iterator[Executor | None]:
    """A process that warms up while templates are still rendered, and lints those that are new.

    Args:
        products: How many are rendered meanwhile; with less than `MANY` there is nothing to gain.
    """
    if products < MANY or not _may_fork():
        yield None
        return
    forked = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, forked, initializer=_warm_up) as process:
        process.submit(_cores)  # the first job starts it
        yield process


def _run(
    jobs: Sequence[_Job], workers: int | None, early: Executor | None
) -> Sequence[tuple[Finding, ...]]:
    if early and jobs:
        return early.submit(_run, jobs, workers, None).result()
    processes = min(workers or _cores(), len(jobs))
    if processes < 2 or len(jobs) <= FEW:
        return [_lint(job) for job in jobs]
    with _pool(processes) as pool:
        return list(pool.map(_lint, jobs))


def _pool(processes: int) -> ProcessPoolExecutor:
    """Forked where that is safe: the children then share rules built once, in the parent."""
    if _may_fork():
        _warm_up()
        return ProcessPoolExecutor(processes, multiprocessing.get_context("fork"))
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))


def _may_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _warm_up() -> None:
    _lint(_Job("Resources: {}", Kind.ADMIN, ("us-east-1",)))


def _lint(job: _Job) -> tuple[Finding, ...]:
    from catalog.templates import cfn_lint  # noqa: PLC0415  (imports cfn-lint, which is slow)

    return cfn_lint.findings(job.text, job.kind, job.regions)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- Back to the sources ------------------------------------------------------------------------


def _at_source(finding: Finding, rendered: Rendered) -> Finding:
    """The finding at the line somebody wrote, from one at a line of the rendered text."""
    lines = rendered.source
    if not lines:
        return replace(finding, file=f"products/{rendered.product}/template.yaml.j2")
    origin = lines[min(max(finding.line, 1), len(lines)) - 1]
    return replace(finding, file=origin.file, line=origin.line)


def _scenario_findings(request: LintRequest) -> Iterator[Finding]:
    template = yaml_text.load(request.rendered.text) if request.scenarios else None
    if template is None:
        return
    for file, given in request.scenarios.items():
        for misfit in scenarios.misfits(template, given):
            line, column = _parameter_place(request.scenario_texts.get(file), misfit.parameter)
            yield Finding(
                file=file,
                line=line,
                column=column,
                rule=misfit.rule,
                message=misfit.message,
                remedy=misfit.remedy,
            )


def _parameter_place(text: str | None, parameter: str) -> tuple[int, int]:
    document = located.read(text, "")[0] if text else None
    if document is None:
        return 0, 0
    mark = document.key(("parameters", parameter))
    return mark.line, mark.column


# --- Keeping ------------------------------------------------------------------------------------


@cache
def _rules_digest() -> str:
    """Changes with cfn-lint, with the house rules, and monthly: runtimes age by the calendar."""
    digest = hashlib.sha256(f"{version('cfn-lint')} {date.today():%Y-%m}".encode())
    package = Path(__file__).parents[1]
    for file in sorted([*package.glob("rules/*.py"), *map(package.joinpath, _ALSO)]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _file(cache: Path, job: _Job) -> Path:
    parts = [_rules_digest(), job.kind or "", *job.regions, job.text]
    return cache / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.json"


def _kept(cache: Path | None, job: _Job) -> tuple[Finding, ...] | None:
    """What an earlier run found; None when it did not look, or its file is broken."""
    if cache is None:
        return None
    try:
        kept = json.loads(_file(cache, job).read_text(encoding="utf-8"))
        return tuple(Finding(**{**f, "severity": Severity(f["severity"])}) for f in kept)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(cache: Path | None, job: _Job, findings: Sequence[Finding]) -> None:
    """Write a result in one piece: another run may be reading."""
    if cache is None:
        return
    cache.mkdir(parents=True, exist_ok=True)
    file = _file(cache, job)
    draft = file.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps([asdict(finding) for finding in findings]), encoding="utf-8")
    draft.replace(file)
