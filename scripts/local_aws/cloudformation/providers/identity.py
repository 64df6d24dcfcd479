"""IAM roles and policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    document,
    named,
    own_tags,
    pairs,
    provides,
)


@provides("AWS::IAM::Role")
class Role(Through):
    """A role with its inline and attached policies."""

    service = "iam"
    reads = frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    )

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The role, each of its inline policies, and what is attached."""
        name = made.physical_id
        role = client.get_role(RoleName=name)["Role"]
        inline = client.list_role_policies(RoleName=name)["PolicyNames"]
        attached = client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return {
            "RoleName": name,
            "Path": role["Path"],
            "Description": role.get("Description", ""),
            "MaxSessionDuration": role["MaxSessionDuration"],
            "PermissionsBoundary": role.get("PermissionsBoundary", {}).get(
                "PermissionsBoundaryArn"
            ),
            "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"],
            "ManagedPolicyArns": sorted(each["PolicyArn"] for each in attached),
            "Policies": [
                {"PolicyName": each, "PolicyDocument": _inline(client, name, each)}
                for each in sorted(inline)
            ],
            "Tags": own_tags(role.get("Tags"), order),
        }

    def make(self, client: Any, order: Order) -> Made:
        """Create the role, then put and attach its policies."""
        wanted = order.properties
        name = named(order, "RoleName")
        tags = pairs(wanted.get("Tags")) | dict(order.tags)
        optional = {
            "Description": wanted.get("Description"),
            "MaxSessionDuration": int(wanted.get("MaxSessionDuration", 3600)),
            "PermissionsBoundary": wanted.get("PermissionsBoundary"),
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        role = client.create_role(
            RoleName=name,
            Path=wanted.get("Path", "/"),
            AssumeRolePolicyDocument=document(wanted["AssumeRolePolicyDocument"]),
            **{key: value for key, value in optional.items() if value},
        )["Role"]
        self._set_policies(client, name, wanted, {})
        return answering(name, order, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change trust, limits and policies."""
        name, wanted = made.physical_id, order.properties
        trust = document(wanted["AssumeRolePolicyDocument"])
        client.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        client.update_role(
            RoleName=name,
            Description=wanted.get("Description", ""),
            MaxSessionDuration=int(wanted.get("MaxSessionDuration", 3600)),
        )
        if boundary := wanted.get("PermissionsBoundary"):
            client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
        elif old.get("PermissionsBoundary"):
            client.delete_role_permissions_boundary(RoleName=name)
        self._set_policies(client, name, wanted, old)
        tags = pairs(wanted.get("Tags")) | dict(order.tags)
        if lost := sorted(pairs(old.get("Tags")).keys() - tags.keys()):
            client.untag_role(RoleName=name, TagKeys=lost)
        if tags:
            listed = [{"Key": key, "Value": value} for key, value in tags.items()]
            client.tag_role(RoleName=name, Tags=listed)
        attributes = {key: made.attribute(key) for key in ("Arn", "RoleId")}
        return answering(name, order, attributes)

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Delete the role and what it was made with, as far as that is still there."""
        own, there = order.properties, self.look(client, order, made)
        left = {
            "Policies": [
                each
                for each in own.get("Policies", ())
                if each["PolicyName"] in {one["PolicyName"] for one in there["Policies"]}
            ],
            "ManagedPolicyArns": {*own.get("ManagedPolicyArns", ())}
            & {*there["ManagedPolicyArns"]},
        }
        self._set_policies(client, made.physical_id, {}, left)
        client.delete_role(RoleName=made.physical_id)

    def _set_policies(
        self, client: Any, name: str, wanted: Mapping[str, Any], old: Mapping[str, Any]
    ) -> None:
        inline = {str(policy["PolicyName"]): policy for policy in wanted.get("Policies", ())}
        for policy in old.get("Policies", ()):
            if policy["PolicyName"] not in inline:
                client.delete_role_policy(RoleName=name, PolicyName=policy["PolicyName"])
        for key, policy in inline.items():
            text = document(policy["PolicyDocument"])
            client.put_role_policy(RoleName=name, PolicyName=key, PolicyDocument=text)
        attached = set(wanted.get("ManagedPolicyArns", ()))
        before = set(old.get("ManagedPolicyArns", ()))
        for arn in sorted(before - attached):
            client.detach_role_policy(RoleName=name, PolicyArn=arn)
        for arn in sorted(attached - before):
            client.attach_role_policy(RoleName=name, PolicyArn=arn)


def _inline(client: Any, role: str, name: str) -> Any:
    return client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


@provides("AWS::IAM::ManagedPolicy")
class ManagedPolicy(Through):
    """A customer managed policy, attached to the roles it names."""

    service = "iam"
    reads = frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument", "Roles"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:  # noqa: ARG002
        """The policy, its default version, and the roles it is attached to."""
        arn = made.physical_id
        policy = client.get_policy(PolicyArn=arn)["Policy"]
        version = client.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
        found = client.list_entities_for_policy(PolicyArn=arn, EntityFilter="Role")["PolicyRoles"]
        return {
            "ManagedPolicyName": policy["PolicyName"],
            "Path": policy["Path"],
            "Description": policy.get("Description", ""),
            "PolicyDocument": version["PolicyVersion"]["Document"],
            "Roles": sorted(each["RoleName"] for each in found),
        }

    def make(self, client: Any, order: Order) -> Made:
        """Create the policy and attach it."""
        wanted = order.properties
        arn = client.create_policy(
            PolicyName=named(order, "ManagedPolicyName", 128),
            Path=wanted.get("Path", "/"),
            Description=wanted.get("Description", ""),
            PolicyDocument=document(wanted["PolicyDocument"]),
        )["Policy"]["Arn"]
        for role in wanted.get("Roles", ()):
            client.attach_role_policy(RoleName=role, PolicyArn=arn)
        return answering(arn, order, {"PolicyArn": arn})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Make the new document the default version."""
        arn = made.physical_id
        versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
        text = document(order.properties["PolicyDocument"])
        client.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
        for version in versions:
            client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        wanted, before = set(order.properties.get("Roles", ())), set(old.get("Roles", ()))
        for role in sorted(wanted - before):
            client.attach_role_policy(RoleName=role, PolicyArn=arn)
        for role in sorted(before - wanted):
            client.detach_role_policy(RoleName=role, PolicyArn=arn)
        return answering(arn, order, {"PolicyArn": arn})

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Detach it where it is still attached, and delete it."""
        there = set(self.look(client, order, made)["Roles"])
        for role in sorted(there & set(order.properties.get("Roles", ()))):
            client.detach_role_policy(RoleName=role, PolicyArn=made.physical_id)
        client.delete_policy(PolicyArn=made.physical_id)


@provides("AWS::IAM::RolePolicy")
class RolePolicy(Through):
    """One inline policy of a role made elsewhere."""

    service = "iam"
    reads = frozenset({"PolicyDocument", "PolicyName", "RoleName"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:  # noqa: ARG002
        """The policy."""
        role, name = (str(order.properties[key]) for key in ("RoleName", "PolicyName"))
        text = _inline(client, role, name)
        return {"RoleName": role, "PolicyName": name, "PolicyDocument": text}

    def make(self, client: Any, order: Order) -> Made:
        """Put the policy."""
        role, name = (str(order.properties[key]) for key in ("RoleName", "PolicyName"))
        text = document(order.properties.get("PolicyDocument", {}))
        client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)
        return answering(f"{name}|{role}", order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Put the new policy."""
        return self.make(client, order)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the policy."""
        wanted = order.properties
        client.delete_role_policy(RoleName=wanted["RoleName"], PolicyName=wanted["PolicyName"])
