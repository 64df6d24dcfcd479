"""The whole life of a project of Multi Account Deployment, and what can go wrong in it."""

from __future__ import annotations

from catalog.rehearsing.rehearsal import Rehearsal

TEMPLATE = "Multi Account Deployment"


def rehearse_first(rehearsal: Rehearsal) -> None:
    """First steps."""
    scientist = rehearsal.person("scientist", "data-science", "sagemaker-data-scientist-iris")
    scientist.finds(TEMPLATE)
    project = scientist.creates_project(
        "iris",
        TEMPLATE,
        SourceProvider="CodeCommit",
        StagingAccounts=rehearsal.account("staging"),
        ProdAccounts=rehearsal.account("production"),
        SageMakerExecutionRoleStagingName="sagemaker-role-staging",
        SageMakerExecutionRoleProdName="sagemaker-role-prod",
    )
    scientist.deletes_project(project)
    rehearsal.expects_nothing_left()
