"""Calls one service makes to another for a customer: under a role it was given, or as itself.

With a role, the role must trust the service, and its permissions decide. Without one, the policy
of what is called must admit the service (IAM user guide, *AWS services that work with IAM*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local_aws import iam, inside, serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service at work for one of a customer's things.

    Args:
        principal: E.g. `events.amazonaws.com`.
        source_arn: What it works for, e.g. a rule.
        account: Whose that is (12 digits).
        region: Where it is.
    """

    principal: str
    source_arn: str
    account: str
    region: str

    def client(self, arn: str, action: str, role_arn: str = "") -> Any:
        """A client for the resource `arn`, after `action` on it was allowed to the service.

        Args:
            arn: What is called; its service is the client's.
            action: E.g. `sns:Publish`; without a role the resource's policy must admit it.
            role_arn: The role to work under, if any.

        Raises:
            Refusal: The role does not trust the service, or the resource does not admit it.
        """
        _, _, service, region, account, *_ = arn.split(":")
        with serial.turn():
            self._may(action="sts:AssumeRole", resource=role_arn) if role_arn else self._may(
                action=action, resource=arn
            )
            return inside.client(service, account, region or self.region, role_arn)

    def _may(self, *, action: str, resource: str) -> None:
        iam.service_may(
            principal=self.principal,
            action=action,
            resource=resource,
            source_arn=self.source_arn,
            source_account=self.account,
        )


def queue_url(client: Any, arn: str) -> str:
    """The address of a queue, which follows from its ARN."""
    _, _, _, _, account, name = arn.split(":")
    return f"{client.meta.endpoint_url}/{account}/{name}"
