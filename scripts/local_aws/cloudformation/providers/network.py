"""Networks: VPCs and what stands in them, made through EC2's API; nothing here changes in place."""

from __future__ import annotations

from typing import Any, ClassVar

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    named,
    pairs,
    provides,
    shaped,
)


class _Made(Through):
    """What one call makes, known by the id in the answer, and one call deletes by that id."""

    service = "ec2"
    called: ClassVar[str]
    """The name in the operations: `Create…`, `Delete…`."""
    answered: ClassVar[str]
    """Key of the answer that holds the resource."""
    id: ClassVar[str]
    """Key of its id, and the request member that names it."""
    tagged: ClassVar[str]
    """Its type in a tag specification."""

    def make(self, client: Any, order: Order) -> Made:
        """Create it with its tags."""
        tags = pairs(order.properties.get("Tags")) | dict(order.tags)
        pairs_ = [{"Key": key, "Value": value} for key, value in tags.items()]
        given = {key: value for key, value in order.properties.items() if key != "Tags"}
        wanted = shaped(client, f"Create{self.called}", given)
        if pairs_:
            wanted["TagSpecifications"] = [{"ResourceType": self.tagged, "Tags": pairs_}]
        answer = _call(client, f"Create{self.called}", wanted)
        found = answer[self.answered][self.id]
        return answering(found, order, {self.id: found})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete it."""
        _call(client, f"Delete{self.called}", {self.id: made.physical_id})


@provides("AWS::EC2::VPC")
class Vpc(_Made):
    """A network."""

    called, answered, id, tagged = "Vpc", "Vpc", "VpcId", "vpc"

    def make(self, client: Any, order: Order) -> Made:
        """Create it, and set what only a second call sets."""
        made = super().make(client, order)
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in order.properties:
                on = str(order.properties[name]).lower() == "true"
                client.modify_vpc_attribute(VpcId=made.physical_id, **{name: {"Value": on}})
        return made


@provides("AWS::EC2::Subnet")
class Subnet(_Made):
    """A part of a network; AWS gives it no public addresses unless asked."""

    called, answered, id, tagged = "Subnet", "Subnet", "SubnetId", "subnet"


@provides("AWS::EC2::RouteTable")
class RouteTable(_Made):
    """Routes of subnets."""

    called, answered, id, tagged = "RouteTable", "RouteTable", "RouteTableId", "route-table"


@provides("AWS::EC2::VPCEndpoint")
class Endpoint(_Made):
    """A way from a network to a service."""

    called, answered, id = "VpcEndpoint", "VpcEndpoint", "VpcEndpointId"
    tagged = "vpc-endpoint"

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete it."""
        client.delete_vpc_endpoints(VpcEndpointIds=[made.physical_id])


@provides("AWS::EC2::SubnetRouteTableAssociation")
class Association(Through):
    """A subnet's routes."""

    service = "ec2"

    def make(self, client: Any, order: Order) -> Made:
        """Associate them."""
        wanted = shaped(client, "AssociateRouteTable", order.properties)
        found = client.associate_route_table(**wanted)["AssociationId"]
        return answering(found, order, {"Id": found})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Part them."""
        client.disassociate_route_table(AssociationId=made.physical_id)


@provides("AWS::EC2::SecurityGroup")
class SecurityGroup(Through):
    """A security group with the rules written into it."""

    service = "ec2"

    def make(self, client: Any, order: Order) -> Made:
        """Create it; egress rules of its own replace EC2's, which lets everything out."""
        wanted = order.properties
        found = client.create_security_group(
            GroupName=named(order, "GroupName", 255),
            Description=wanted["GroupDescription"],
            VpcId=wanted["VpcId"],
        )["GroupId"]
        if rules := wanted.get("SecurityGroupIngress"):
            allowed = list(map(_rule, rules))
            client.authorize_security_group_ingress(GroupId=found, IpPermissions=allowed)
        if rules := wanted.get("SecurityGroupEgress"):
            everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
            client.revoke_security_group_egress(GroupId=found, IpPermissions=everything)
            allowed = list(map(_rule, rules))
            client.authorize_security_group_egress(GroupId=found, IpPermissions=allowed)
        return answering(found, order, {"GroupId": found, "VpcId": wanted["VpcId"]})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete it."""
        client.delete_security_group(GroupId=made.physical_id)


def _rule(rule: Any) -> dict[str, Any]:
    """A rule of a template as an `IpPermission` of the API."""
    ports = {key: int(rule[key]) for key in ("FromPort", "ToPort") if key in rule}
    told = {"Description": rule["Description"]} if "Description" in rule else {}
    return {
        "IpProtocol": str(rule["IpProtocol"]),
        **ports,
        "IpRanges": [{"CidrIp": rule["CidrIp"], **told}],
    }


def _call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
    by_operation = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return getattr(client, by_operation[operation])(**parameters)
