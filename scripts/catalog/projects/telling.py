"""A project as text for people: status of one, a table of many. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from catalog.projects.values import Pipeline, Stage, Status

_GOOD = frozenset({"Succeeded", "CreateCompleted", "UpdateCompleted", "InService", "Approved"})
RETIRED = "in a version that is retired"
_BAD = ("Fail", "Reject", "Stopped")


def status(seen: Status) -> Text:
    """All that is seen of a project, and what could not be."""
    project = seen.project
    text = Text.assemble((project.name, "bold"), f"  {project.id}  ", _styled(project.status), "\n")
    if project.message:
        text.append(f"  {project.message}\n", "red")
    text.append(f"  {_version(seen)}\n")
    for pipeline in seen.pipelines:
        text.append_text(_pipeline(project.name, pipeline))
    if not seen.pipelines:
        text.append("\n  No pipeline is seen.\n")
    text.append("\n  Models\n", "underline")
    for model in seen.models:
        text.append(f"    version {model.version}  ").append_text(_styled(model.approval))
        text.append(f"  {model.status}\n" if model.status != "Completed" else "\n")
    text.append("" if seen.models else "    none registered\n")
    text.append("\n  Endpoints\n", "underline")
    for endpoint in seen.endpoints:
        text.append(f"    {endpoint.account}  {endpoint.name}  ")
        text.append_text(_styled(endpoint.status)).append("\n")
        text.append(f"      {endpoint.reason}\n" if endpoint.reason else "", "red")
    text.append("" if seen.endpoints else "    none seen\n")
    for each in seen.unseen:
        text.append(f"    not seen: {each.where}: {each.why}\n", "yellow")
    return text


def listing(seen: Iterable[Status]) -> Table:
    """Projects in a table: product, version, status, last run of the pipeline."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Project", "Product", "Version", "Status", "Pipeline"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("Project", "Product"))
    for one in seen:
        origin = one.origin
        mark = " deprecated" if origin.deprecated else " newer exists" if origin.newer else ""
        table.add_row(
            one.project.name,
            origin.product or "not seen",
            f"{origin.version}{mark}",
            _styled(one.project.status),
            Text(", ").join(_last(pipeline) for pipeline in one.pipelines),
        )
    return table


def _version(seen: Status) -> str:
    origin = seen.origin
    if not origin.product:
        return "Its product is not to be seen by you."
    unnamed = "in a version that is not seen" if seen.project.template else RETIRED
    said = f"{origin.product} {origin.version or unnamed}"
    if origin.deprecated:
        said += ", deprecated"
    return f"{said}; newer: {', '.join(origin.newer)}" if origin.newer else said


def _pipeline(project: str, pipeline: Pipeline) -> Text:
    text = Text.assemble("\n  ", (f"Pipeline {pipeline.name}", "underline"), "\n")
    for stage in pipeline.stages:
        outdated = pipeline.outdated(stage)
        text.append(f"    {stage.name}  ").append_text(_styled(stage.status or "not run yet"))
        text.append("  in an earlier run\n" if outdated else "\n", "dim")
        if not outdated:
            text.append_text(_troubles(stage))
    for one in pipeline.approvals:
        text.append(f"    waits for an answer: {one.question or one.action}\n", "bold yellow")
        hint = f".venv/bin/catalog project approve-deployment {project} --because …"
        text.append(f"      {hint} answers it\n", "dim")
    return text


def _troubles(stage: Stage) -> Text:
    text = Text()
    for one in stage.actions:
        if one.status == "Failed":
            why = one.error or one.summary or "no reason was given"
            text.append(f"      {one.name}: {why}\n", "red")
            for line in one.log:
                text.append(f"        | {line}\n", "dim")
    return text


def _last(pipeline: Pipeline) -> Text:
    if pipeline.approvals:
        return Text("waits for an answer", "bold yellow")
    return _styled(pipeline.latest.status if pipeline.latest else "not run yet")


def _styled(state: str) -> Text:
    if any(word in state for word in _BAD):
        return Text(state, "bold red")
    return Text(state, "green" if state in _GOOD else "")
