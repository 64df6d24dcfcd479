"""Where a template's values come from: other stacks, stores, the stack's own resources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws import inside
from local_aws.cloudformation import schemas, store
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsic import NO_VALUE, Scope
from local_aws.cloudformation.model import Stack


class Outside:
    """What lies outside a stack, in its account (12 digits) and region, as its role may see it."""

    def __init__(self, account: str, region: str, role_arn: str | None = None) -> None:
        self.account, self.region, self.role_arn = account, region, role_arn
        self.imports: set[str] = set()

    def pseudo(self, stack_id: str, name: str) -> dict[str, Any]:
        """The pseudo parameters (user guide, *Pseudo parameters reference*)."""
        china = self.region.startswith("cn-")
        return {
            "AWS::AccountId": self.account,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws-cn" if china else "aws",
            "AWS::Region": self.region,
            "AWS::StackId": stack_id,
            "AWS::StackName": name,
            "AWS::URLSuffix": "amazonaws.com.cn" if china else "amazonaws.com",
        }

    def ref(self, name: str) -> Any:
        """Nothing outside a stack has a logical name."""
        raise ValidationError(f"Unresolved dependencies [{name}]. Cannot reference resources here")

    def attribute(self, name: str, attribute: str) -> Any:  # noqa: ARG002
        """As `ref`."""
        return self.ref(name)

    def exported(self, name: str) -> str:
        """The value a stack of this account and region exports under `name`."""
        for stack in store.living(self.account, self.region):
            if name in stack.exports:
                self.imports.add(name)
                return stack.exports[name]
        raise ValidationError(f"No export named {name} found.")

    def _client(self, service: str) -> Any:
        principal = "cloudformation.amazonaws.com"
        return inside.on_behalf(service, self.account, self.region, self.role_arn, by=principal)

    def stored(self, name: str) -> str:
        """The value of a Systems Manager parameter."""
        ssm = self._client("ssm")
        try:
            return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
        except ClientError as error:
            raise ValidationError(
                f"Unable to fetch parameters [{name}] from parameter store for this account."
            ) from error

    def dynamic(self, service: str, reference: str) -> str:
        """A dynamic reference (user guide, *Get values stored in other services*)."""
        if service == "secretsmanager":
            return self._secret(reference)
        ssm = self._client("ssm")
        try:
            found = ssm.get_parameter(Name=reference, WithDecryption=service == "ssm-secure")
        except ClientError as error:
            raise ValidationError(
                f"Could not resolve {{{{resolve:{service}:{reference}}}}}"
            ) from error
        return str(found["Parameter"]["Value"])

    def _secret(self, reference: str) -> str:
        name, _, rest = reference.partition(":SecretString")
        _, key, stage, version = (rest.split(":") + [""] * 4)[:4]
        wanted = {"SecretId": name.removesuffix(":")}
        wanted |= {"VersionStage": stage} if stage else {}
        wanted |= {"VersionId": version} if version else {}
        client = self._client("secretsmanager")
        try:
            text = str(client.get_secret_value(**wanted)["SecretString"])
        except ClientError as error:
            raise ValidationError(f"Secrets Manager can't find the secret {name}") from error
        if not key:
            return text
        try:
            return str(json.loads(text)[key])
        except (ValueError, KeyError) as error:
            raise ValidationError(
                f"Could not find a value associated with JSONKey {key}"
            ) from error

    def zones(self, region: str) -> list[str]:
        """Three zones, as most regions have at least."""
        return [f"{region}{letter}" for letter in "abc"]


class Within(Outside):
    """A stack's own resources, and what lies outside."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack.account, stack.region, stack.ask.role_arn)
        self.stack = stack

    def ref(self, name: str) -> Any:
        """The physical id of a resource that is made."""
        resource = self.stack.resources.get(name)
        if resource is None or resource.made is None:
            raise ValidationError(f"Unresolved resource dependencies [{name}] in the template")
        return resource.made.physical_id

    def attribute(self, name: str, attribute: str) -> Any:
        """An attribute of a resource that is made, if its type has it."""
        resource = self.stack.resources.get(name)
        if resource is None or resource.made is None:
            raise ValidationError(
                f"Template error: instance of Fn::GetAtt references undefined resource {name}"
            )
        if not schemas.attribute(resource.kind, attribute):
            kind = resource.kind
            raise ValidationError(
                f"Template error: resource {name} does not support attribute type {attribute} "
                f"in Fn::GetAtt ({kind})"
            )
        return resource.made.attribute(attribute)


def scope_of(stack: Stack, template: Mapping[str, Any], values: Mapping[str, Any]) -> Scope:
    """The scope in which a stack's template is resolved."""
    world = Within(stack)
    pseudo = world.pseudo(stack.id, stack.name)
    pseudo["AWS::NotificationARNs"] = list(stack.ask.notification_arns)
    return Scope(
        values={**pseudo, **values},
        mappings=template.get("Mappings") or {},
        conditions=template.get("Conditions") or {},
        world=world,
    )


def resolved_properties(scope: Scope, declared: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a resource, every function evaluated."""
    found = scope.resolve(declared.get("Properties") or {})
    return {} if found is NO_VALUE else dict(found)
