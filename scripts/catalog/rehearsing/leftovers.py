"""What an account holds: one list operation for each kind of thing that costs or blocks a name.

Records that AWS keeps and nobody can remove (executions, training jobs, builds) are not among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.errors import ServiceFault
from catalog.rehearsing.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing and the operation that lists it.

    Args:
        what: In words.
        member: The answer's list.
        name: The entry's member that identifies it; empty where entries are texts.
        tokens: Page token in request and answer; the request's is empty where nothing is paged.
    """

    what: str
    service: str
    operation: str
    member: str
    name: str = ""
    tokens: tuple[str, str] = ("NextToken", "NextToken")


def _sagemaker(what: str, listing: str, name: str, member: str = "") -> Kind:
    operation = f"list_{what.replace(' ', '_')}s".replace("repositorys", "repositories")
    return Kind(
        what=what, service="sagemaker", operation=operation, member=member or listing, name=name
    )


KINDS = (
    Kind(
        what="stack set",
        service="cloudformation",
        operation="list_stack_sets",
        member="Summaries",
        name="StackSetId",
    ),
    Kind(
        what="bucket",
        service="s3",
        operation="list_buckets",
        member="Buckets",
        name="Name",
        tokens=("ContinuationToken", "ContinuationToken"),
    ),
    Kind(
        what="role",
        service="iam",
        operation="list_roles",
        member="Roles",
        name="Arn",
        tokens=("Marker", "Marker"),
    ),
    Kind(
        what="repository",
        service="codecommit",
        operation="list_repositories",
        member="repositories",
        name="repositoryName",
        tokens=("nextToken", "nextToken"),
    ),
    Kind(
        what="build project",
        service="codebuild",
        operation="list_projects",
        member="projects",
        tokens=("nextToken", "nextToken"),
    ),
    Kind(
        what="pipeline",
        service="codepipeline",
        operation="list_pipelines",
        member="pipelines",
        name="name",
        tokens=("nextToken", "nextToken"),
    ),
    Kind(what="event rule", service="events", operation="list_rules", member="Rules", name="Arn"),
    Kind(what="topic", service="sns", operation="list_topics", member="Topics", name="TopicArn"),
    Kind(
        what="subscription",
        service="sns",
        operation="list_subscriptions",
        member="Subscriptions",
        name="SubscriptionArn",
    ),
    Kind(what="queue", service="sqs", operation="list_queues", member="QueueUrls"),
    Kind(
        what="function",
        service="lambda",
        operation="list_functions",
        member="Functions",
        name="FunctionName",
        tokens=("Marker", "NextMarker"),
    ),
    Kind(
        what="log group",
        service="logs",
        operation="describe_log_groups",
        member="logGroups",
        name="logGroupName",
        tokens=("nextToken", "nextToken"),
    ),
    Kind(
        what="provisioned product",
        service="servicecatalog",
        operation="search_provisioned_products",
        member="ProvisionedProducts",
        name="Id",
        tokens=("PageToken", "NextPageToken"),
    ),
    _sagemaker("endpoint", "Endpoints", "EndpointName"),
    _sagemaker("endpoint config", "EndpointConfigs", "EndpointConfigName"),
    _sagemaker("model", "Models", "ModelName"),
    _sagemaker("model package group", "ModelPackageGroupSummaryList", "ModelPackageGroupName"),
    _sagemaker("pipeline", "PipelineSummaries", "PipelineName"),
    _sagemaker("code repository", "CodeRepositorySummaryList", "CodeRepositoryName"),
    _sagemaker("project", "ProjectSummaryList", "ProjectName"),
    _sagemaker("domain", "Domains", "DomainId"),
    _sagemaker("user profile", "UserProfiles", "UserProfileName"),
)


def inventory(ground: Ground) -> Mapping[str, frozenset[str]]:
    """Account (12 digits) -> what it holds, each as `kind name`."""
    return {account: frozenset(_held(ground, account)) for account in ground.accounts.values()}


def difference(
    before: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]]
) -> list[str]:
    """What is there now and was not, and the other way round, in words."""
    lines = [
        f"left in {account}: {', '.join(sorted(held - before[account]))}"
        for account, held in now.items()
        if held - before[account]
    ]
    lines += [
        f"gone from {account}: {', '.join(sorted(held - now[account]))}"
        for account, held in before.items()
        if held - now[account]
    ]
    return lines


def _held(ground: Ground, account: str) -> Iterator[str]:
    for kind in KINDS:
        yield from (f"{kind.what} {name}" for name in _listed(ground, account, kind))
    yield from (f"stack {name}" for name in _stacks(ground, account))
    for bucket in _listed(ground, account, KINDS[1]):
        yield from (f"object {bucket}/{key}" for key in _objects(ground, account, bucket))


def _listed(ground: Ground, account: str, kind: Kind) -> list[str]:
    pages = ground.service(kind.service, account).pages(
        kind.operation, kind.member, kind.what, tokens=kind.tokens
    )
    try:
        # An entry without a name member is a name itself.
        return [str(each[kind.name]) if kind.name else str(each) for each in pages]
    except ServiceFault as fault:
        if fault.code == "NotImplemented":  # what the embedded AWS cannot list it cannot hold
            return []
        raise


def _stacks(ground: Ground, account: str) -> list[str]:
    pages = ground.service("cloudformation", account).pages(
        "list_stacks", "StackSummaries", tokens=("NextToken", "NextToken")
    )
    return [each["StackName"] for each in pages if each["StackStatus"] != "DELETE_COMPLETE"]


def _objects(ground: Ground, account: str, bucket: str) -> list[str]:
    try:
        answer: dict[str, Any] = ground.service("s3", account).call(
            "list_object_versions", bucket, Bucket=bucket
        )
    except ServiceFault:
        return []  # its policy keeps even the administrator out
    return [each["Key"] for each in answer.get("Versions", ())]
