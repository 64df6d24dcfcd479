"""What stacks made during a rehearsal, by CloudFormation's events; deleted stacks count too."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rehearsing.ground import Ground


def created(ground: Ground) -> Iterator[dict[str, str]]:
    """Every resource that reached CREATE_COMPLETE, once for each stack that has it.

    Yields:
        `account`, `stack`, `template` (the template's description: for our products name and
        version), `resource` (its logical id) and `type`.
    """
    for account in sorted(ground.accounts.values()):
        cloudformation = ground.service("cloudformation", account)
        tokens = ("NextToken", "NextToken")
        for stack in cloudformation.pages("list_stacks", "StackSummaries", tokens=tokens):
            events = cloudformation.pages(
                "describe_stack_events", "StackEvents", tokens=tokens, StackName=stack["StackId"]
            )
            made = {
                event["LogicalResourceId"]: event["ResourceType"]
                for event in events
                if event["ResourceStatus"] == "CREATE_COMPLETE"
                and event.get("PhysicalResourceId") != stack["StackId"]
            }
            for resource, kind in sorted(made.items()):
                yield {
                    "account": account,
                    "stack": stack["StackName"],
                    "template": stack.get("TemplateDescription", ""),
                    "resource": resource,
                    "type": kind,
                }
