"""E9603: no pipeline action that works in the management account alone."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Path, Reading, Resource, items, mapping, text

PROVIDER = "CloudFormationStackSet"
MODEL = "SERVICE_MANAGED"


class StackSetActions(HouseRule):
    """No CloudFormationStackSet action with service-managed permissions."""

    id = "E9603"
    shortdesc = "No pipeline action deploys a service-managed stack set"
    description = (
        "CodePipeline cannot act as a delegated administrator of StackSets, so such an action "
        "works only in the organization's management account."
    )
    source_url = (
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StackSets.html"
    )
    remedy = "Deploy from CodeBuild with CallAs=DELEGATED_ADMIN, or by a list of accounts."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each such action."""
        for pipeline in template.of_type("AWS::CodePipeline::Pipeline"):
            yield from _managed(pipeline)


def _managed(pipeline: Resource) -> Iterator[Violation]:
    for stage, where in items(pipeline.properties.get("Stages"), pipeline.at("Stages")):
        for action, path in items(mapping(stage).get("Actions"), (*where, "Actions")):
            configuration = mapping(mapping(action).get("Configuration"))
            provider = text(mapping(mapping(action).get("ActionTypeId")).get("Provider"))
            if provider == PROVIDER and text(configuration.get("PermissionModel")) == MODEL:
                place: Path = (*path, "Configuration", "PermissionModel")
                yield Violation(place, f"The action deploys with {MODEL} permissions.")
