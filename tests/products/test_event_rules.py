"""Rules of projects: which of the events that AWS documents each means, and no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from catalog.model import Kind
from local_aws.events.patterns import parse

REPOSITORY = "arn:aws:made:::Repository.Arn"


def pipeline(state: str, name: str = "<Pipeline>") -> dict[str, Any]:
    """CodePipeline user guide, *Monitoring CodePipeline events*."""
    return {
        "source": "aws.codepipeline",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": name, "state": state, "execution-id": "1"},
    }


def push(event: str, kind: str, name: str, repository: str = REPOSITORY) -> dict[str, Any]:
    """CodeCommit user guide, *Monitoring CodeCommit events*."""
    return {
        "source": "aws.codecommit",
        "detail-type": "CodeCommit Repository State Change",
        "resources": [repository],
        "detail": {"event": event, "referenceType": kind, "referenceName": name},
    }


def verdict(status: str, group: str) -> dict[str, Any]:
    """SageMaker developer guide, *Amazon SageMaker AI events*."""
    return {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "detail": {"ModelPackageGroupName": group, "ModelApprovalStatus": status},
    }


MEANT = {
    "PipelineEventsRule": [pipeline(s) for s in ("STARTED", "SUCCEEDED", "FAILED", "STOPPED")],
    "ModelVerdictRule": [verdict("Approved", "iris"), verdict("Rejected", "iris")],
    "PushRule": [push(e, "branch", "main") for e in ("referenceCreated", "referenceUpdated")],
}
LEFT_ALONE = [
    *(pipeline(state) for state in ("RESUMED", "SUPERSEDED", "STOPPING", "CANCELED")),
    pipeline("STARTED", "another"),
    verdict("PendingManualApproval", "iris"),
    verdict("Approved", "iris-2"),
    push("referenceDeleted", "branch", "main"),
    push("referenceCreated", "tag", "main"),
    push("referenceUpdated", "branch", "feature"),
    push("referenceUpdated", "branch", "main", "arn:aws:made:::Another.Arn"),
]


def parameters(catalog: Any, product: str) -> Mapping[str, str]:
    """A scenario with CodeCommit, whose pushes come as events; the group of models is `iris`."""
    found = catalog.products[product].scenarios[f"products/{product}/scenarios/codecommit.yaml"]
    named = {"SageMakerProjectName": "iris", "SageMakerModelPackageGroupName": "iris"}
    own = {key: value for key, value in named.items() if key in found.parameters}
    return {**found.parameters, **own, "RepositoryBranch": "main"}


def projects(catalog: Any) -> list[str]:
    """Projects that deploy a model: those whose code may lie in CodeCommit."""
    return [
        name
        for name, folder in catalog.products.items()
        if folder.product.kind is Kind.PROJECT
        and f"{folder.path}/scenarios/codecommit.yaml" in folder.scenarios
    ]


@pytest.fixture(scope="module")
def rules(catalog, made) -> dict[tuple[str, str], Any]:
    return {
        (product, name): parse(json.dumps(body["EventPattern"]))
        for product in projects(catalog)
        for name, body in made(product, parameters(catalog, product)).items()
        if body["Type"] == "AWS::Events::Rule"
    }


def test_every_project_has_these_rules(catalog, rules):
    assert rules
    assert set(rules) == {(product, name) for product in projects(catalog) for name in MEANT}


def test_each_rule_means_its_own_events_and_no_others(rules):
    every = [event for events in MEANT.values() for event in events]
    for (product, name), pattern in rules.items():
        met = [event for event in (*every, *LEFT_ALONE) if pattern.matches(event)]
        assert met == MEANT[name], (product, name)
