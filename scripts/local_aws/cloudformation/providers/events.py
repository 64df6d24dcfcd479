"""EventBridge rules, buses and the policies of buses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    document,
    named,
    pairs,
    propertied,
    provides,
    shaped,
)


@provides("AWS::Events::Rule")
class Rule(Through):
    """An EventBridge rule and its targets."""

    service = "events"
    reads = frozenset(
        {
            "Description",
            "EventBusName",
            "EventPattern",
            "Name",
            "RoleArn",
            "ScheduleExpression",
            "State",
            "Targets",
        }
    )

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The rule and its targets."""
        wanted, name = order.properties, made.attribute("Name")
        bus = {"EventBusName": wanted.get("EventBusName", "default")}
        rule = client.describe_rule(Name=name, **bus)
        targets = client.list_targets_by_rule(Rule=name, **bus)["Targets"]
        known = {key: rule[key] for key in sorted(self.reads & rule.keys())}
        return {**known, **bus, "Targets": propertied(targets, wanted.get("Targets"))}

    def make(self, client: Any, order: Order) -> Made:
        """Put the rule and its targets."""
        return self._put(client, order, named(order, "Name"), ())

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Put the rule anew; targets that left are removed."""
        ids = {str(target["Id"]) for target in order.properties.get("Targets", ())}
        gone = [str(one["Id"]) for one in old.get("Targets", ()) if str(one["Id"]) not in ids]
        return self._put(client, order, made.attribute("Name"), gone)

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Remove the targets and the rule."""
        bus = {"EventBusName": order.properties.get("EventBusName", "default")}
        name = made.attribute("Name")
        ids = [str(target["Id"]) for target in order.properties.get("Targets", ())]
        if ids:
            client.remove_targets(Rule=name, Ids=ids, **bus)
        client.delete_rule(Name=name, **bus)

    def _put(self, client: Any, order: Order, name: str, gone: Any) -> Made:
        wanted = dict(order.properties)
        bus = {"EventBusName": wanted.get("EventBusName", "default")}
        if "EventPattern" in wanted:
            wanted["EventPattern"] = document(wanted["EventPattern"])
        wanted.pop("Tags", None)
        rule = shaped(client, "PutRule", {**wanted, **bus, "Name": name})
        rule["Tags"] = _listed(order)
        arn = client.put_rule(**rule)["RuleArn"]
        if gone:
            client.remove_targets(Rule=name, Ids=list(gone), **bus)
        if targets := wanted.get("Targets"):
            client.put_targets(
                **shaped(client, "PutTargets", {"Rule": name, "Targets": targets} | bus)
            )
        return answering(name, order, {"Arn": arn, "Name": name, "RuleName": name})


def _listed(order: Order) -> list[dict[str, str]]:
    tags = pairs(order.properties.get("Tags")) | dict(order.tags)
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@provides("AWS::Events::EventBus")
class EventBus(Through):
    """A bus of one's own, with the policy written into it."""

    service = "events"

    def make(self, client: Any, order: Order) -> Made:
        """Create the bus."""
        name = named(order, "Name", 256)
        wanted = shaped(client, "CreateEventBus", {**order.properties, "Name": name})
        wanted["Tags"] = _listed(order)
        arn = client.create_event_bus(**wanted)["EventBusArn"]
        self._permit(client, order, name)
        return answering(name, order, {"Arn": arn, "Name": name})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change settings, policy and tags."""
        name, arn = made.physical_id, made.attribute("Arn")
        settings = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
        if any(order.properties.get(key) != old.get(key) for key in settings):
            wanted = shaped(client, "UpdateEventBus", {**order.properties, "Name": name})
            client.update_event_bus(**wanted)
        if order.properties.get("Policy") != old.get("Policy"):
            client.remove_permission(EventBusName=name, RemoveAllPermissions=True)
            self._permit(client, order, name)
        tags = _listed(order)
        if lost := sorted(pairs(old.get("Tags")).keys() - {tag["Key"] for tag in tags}):
            client.untag_resource(ResourceARN=arn, TagKeys=lost)
        if tags:
            client.tag_resource(ResourceARN=arn, Tags=tags)
        return answering(name, order, {"Arn": arn, "Name": name})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the bus; its rules must be gone."""
        client.delete_event_bus(Name=made.physical_id)

    def _permit(self, client: Any, order: Order, name: str) -> None:
        if policy := order.properties.get("Policy"):
            client.put_permission(EventBusName=name, Policy=document(policy))


@provides("AWS::Events::EventBusPolicy")
class EventBusPolicy(Through):
    """One statement of a bus's policy."""

    service = "events"

    def make(self, client: Any, order: Order) -> Made:
        """Put the statement."""
        wanted = order.properties
        bus, statement = wanted.get("EventBusName", "default"), wanted["StatementId"]
        if "Statement" in wanted:
            given = wanted["Statement"]
            given = json.loads(given) if isinstance(given, str) else dict(given)
            text = client.describe_event_bus(Name=bus).get("Policy") or '{"Statement": []}'
            others = [one for one in json.loads(text)["Statement"] if one.get("Sid") != statement]
            policy = {"Version": "2012-10-17", "Statement": [*others, {**given, "Sid": statement}]}
            client.put_permission(EventBusName=bus, Policy=json.dumps(policy))
        else:
            client.put_permission(
                **shaped(client, "PutPermission", {**wanted, "EventBusName": bus})
            )
        return answering(f"{bus}|{statement}", order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Put the new statement in the place of the old one."""
        return self.make(client, order)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Remove the statement."""
        client.remove_permission(
            StatementId=order.properties["StatementId"],
            EventBusName=order.properties.get("EventBusName", "default"),
        )
