"""Look at projects: status of one, a line for each of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from catalog.aws import projects as gateway
from catalog.aws.session import Session
from catalog.errors import ServiceFault, UsageError
from catalog.manifests.manifest import did_you_mean
from catalog.projects.places import Home, targets
from catalog.projects.values import Action, Endpoint, Origin, Pipeline, Project, Status, Unseen

LINES = 4
"""Of a failed build's log that are shown."""


def existing(home: Home, name: str) -> Project:
    """A project by its name.

    Raises:
        UsageError: There is none in this account.
    """
    found = home.projects.find(name)
    if found is None:
        near = did_you_mean(name, home.projects.names())
        raise UsageError(
            f"There is no project '{name}' in account {home.account}.",
            f"{near} `.venv/bin/catalog project list` shows what there is.".strip(),
        )
    return found


def status(home: Home, name: str) -> Status:
    """All that can be seen of a project; what cannot is named in the answer.

    Raises:
        UsageError: There is no such project.
    """
    project = existing(home, name)
    sessions, unseen = targets(home, project)
    endpoints, blind = _endpoints(project, sessions)
    return Status(
        project=project,
        origin=_origin(home, project),
        pipelines=tuple(_with_logs(home, one) for one in home.pipelines.named(project.prefix)),
        models=home.projects.models(project.group),
        endpoints=endpoints,
        unseen=(*unseen, *blind),
    )


def _with_logs(home: Home, pipeline: Pipeline) -> Pipeline:
    """A pipeline whose failed builds come with the end of their logs."""

    def read(action: Action) -> Action:
        if not action.build or action.status != "Failed":
            return action
        try:
            return replace(action, log=home.builds.end_of_log(action.build, LINES))
        except ServiceFault:  # who may not read logs still sees the rest
            return action

    stages = tuple(
        stage
        if pipeline.outdated(stage)
        else replace(stage, actions=tuple(map(read, stage.actions)))
        for stage in pipeline.stages
    )
    return replace(pipeline, stages=stages)


def every(home: Home) -> tuple[Status, ...]:
    """Every project of the account, with its version and pipelines; newest first."""
    found = (home.projects.find(name) for name in home.projects.names())
    return tuple(
        Status(
            project=one,
            origin=_origin(home, one),
            pipelines=home.pipelines.named(one.prefix),
        )
        for one in found
        if one
    )


def _origin(home: Home, project: Project) -> Origin:
    if project.template:
        version = gateway.version_in(home.session.service("cloudformation"), project)
        return Origin(product=f"S3 template {project.template}", version=version)
    catalog = home.session.service("servicecatalog")
    return Origin.of(*gateway.versions(catalog, project.product_id), project.version_id)


def _endpoints(
    project: Project, sessions: Mapping[str, Session]
) -> tuple[tuple[Endpoint, ...], tuple[Unseen, ...]]:
    found: list[Endpoint] = []
    unseen: list[Unseen] = []
    for account, session in sessions.items():
        there = gateway.Projects(service=session.service("sagemaker"))
        try:
            found += there.endpoints(account, project.prefix)
        except ServiceFault as fault:
            unseen.append(Unseen(where=f"endpoints of account {account}", why=fault.what))
    return tuple(found), tuple(unseen)
