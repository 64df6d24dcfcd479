"""Service-managed stack sets: made, deployed to OUs, updated, deleted (CloudFormation).

One operation of a set runs at a time; waits ask until it is done and are bounded by `within`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.aws.tags import to_list
from catalog.errors import ServiceFault
from catalog.stacks import LiveStackSet, StackFailure, StackInstance

PAGES = ("NextToken", "NextToken")
SELF, DELEGATED = "SELF", "DELEGATED_ADMIN"
RUNNING = frozenset({"RUNNING", "QUEUED", "STOPPING"})

_EVERYWHERE = {
    "FailureTolerancePercentage": 100,
    "MaxConcurrentPercentage": 100,
    "RegionConcurrencyType": "PARALLEL",
}
"""Try every account, whatever happens in others; each failure is told afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSets:
    """Gateway to service-managed stack sets of one account and region.

    Args:
        service: Client of `cloudformation`.
        call_as: `SELF` in the management account, else `DELEGATED_ADMIN`.
        every: Seconds between two looks at an operation.
        within: Seconds after which waiting ends.
    """

    service: Service
    call_as: str = DELEGATED
    every: float = 5.0
    within: float = 3600.0

    def named(self, prefix: str) -> tuple[str, ...]:
        """Names of the active stack sets that begin with `prefix`."""
        listed = self.service.pages(
            "list_stack_sets", "Summaries", tokens=PAGES, Status="ACTIVE", CallAs=self.call_as
        )
        return tuple(sorted(n for each in listed if (n := each["StackSetName"]).startswith(prefix)))

    def find(self, name: str) -> LiveStackSet | None:
        """A stack set by name, once no operation of it runs; None without one."""
        try:
            answer = self._call("describe_stack_set", name)["StackSet"]
        except ServiceFault as fault:
            if fault.code == "StackSetNotFoundException":
                return None
            raise
        self._settle(name)
        automatic = answer.get("AutoDeployment", {})
        return LiveStackSet(
            template=answer["TemplateBody"],
            parameters={
                each["ParameterKey"]: each.get("ParameterValue", "")
                for each in answer.get("Parameters", ())
            },
            automatic=automatic.get("Enabled", False)
            and not automatic.get("RetainStacksOnAccountRemoval", False),
            targets={
                each["OrganizationalUnitId"]: frozenset(each["Regions"])
                for each in self._list("list_stack_set_auto_deployment_targets", name)
            },
            instances=tuple(
                StackInstance(
                    account=each["Account"],
                    region=each["Region"],
                    status=each["Status"],
                    reason=each.get("StatusReason", ""),
                )
                for each in self.instances(name)
            ),
        )

    def instances(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Its stack instances."""
        return tuple(self._list("list_stack_instances", name))

    def create(
        self,
        name: str,
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        """Make a stack set without instances.

        Args:
            name: Of the set.
            template: `{"TemplateBody": text}` or `{"TemplateURL": address}`.
            parameters: Values by name.
            tags: On the set, its stacks and what they make.
        """
        self._call(
            "create_stack_set",
            name,
            PermissionModel="SERVICE_MANAGED",
            **_definition(template, parameters, tags),
        )

    def update(
        self,
        name: str,
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> tuple[StackFailure, ...]:
        """Change a stack set and every stack of it; where that failed."""
        return self._operate(
            "update_stack_set",
            name,
            OperationPreferences=_EVERYWHERE,
            **_definition(template, parameters, tags),
        )

    def deploy(
        self, name: str, unit: str, regions: tuple[str, ...], accounts: tuple[str, ...] = ()
    ) -> tuple[StackFailure, ...]:
        """Bring a stack set to every account of an OU, or to these of them; where that failed."""
        only = {"Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}
        return self._operate(
            "create_stack_instances",
            name,
            DeploymentTargets={"OrganizationalUnitIds": [unit], **(only if accounts else {})},
            Regions=list(regions),
            OperationPreferences=_EVERYWHERE,
        )

    def remake(self, name: str, unit: str, account: str, region: str) -> tuple[StackFailure, ...]:
        """Delete the stack in one account of an OU, and make it again; where that failed.

        The set's only way to bring back what was changed behind its stack.
        """
        only = {"Accounts": [account], "AccountFilterType": "INTERSECTION"}
        failures = self._operate(
            "delete_stack_instances",
            name,
            DeploymentTargets={"OrganizationalUnitIds": [unit], **only},
            Regions=[region],
            RetainStacks=False,
            OperationPreferences=_EVERYWHERE,
        )
        return failures or self.deploy(name, unit, (region,), (account,))

    def detect_drift(self, name: str) -> tuple[str, tuple[StackFailure, ...]]:
        """Look at the resources of every stack of a set; the operation, and where that failed."""
        return self._performed("detect_stack_set_drift", name, OperationPreferences=_EVERYWHERE)

    def drifts(
        self, name: str, instance: Mapping[str, Any], operation: str, statuses: list[str]
    ) -> Iterator[dict[str, Any]]:
        """The resources of an instance's stack that a detection found in one of these statuses."""
        return self._list(
            "list_stack_instance_resource_drifts",
            name,
            StackInstanceAccount=instance["Account"],
            StackInstanceRegion=instance["Region"],
            OperationId=operation,
            StackInstanceResourceDriftStatuses=statuses,
        )

    def delete(self, name: str, units: tuple[str, ...], regions: tuple[str, ...]) -> None:
        """Delete a stack set after every one of its instances; one that is gone is no failure.

        Raises:
            ServiceFault: The instances did not go; the accounts where, and why, are named.
        """
        if units:
            failures = self._operate(
                "delete_stack_instances",
                name,
                DeploymentTargets={"OrganizationalUnitIds": list(units)},
                Regions=list(regions),
                RetainStacks=False,
            )
            if failures:
                reasons = "; ".join(f"{each.resource}: {each.reason}" for each in failures)
                raise ServiceFault(
                    f"The instances of stack set {name} are not gone: {reasons}.",
                    "Mend what the accounts say, then run this again.",
                )
        try:
            self._call("delete_stack_set", name)
        except ServiceFault as fault:
            if fault.code != "StackSetNotFoundException":
                raise

    def _operate(self, operation: str, name: str, **request: object) -> tuple[StackFailure, ...]:
        """Do what takes a while, and tell in which accounts it did not work."""
        return self._performed(operation, name, **request)[1]

    def _performed(
        self, operation: str, name: str, **request: object
    ) -> tuple[str, tuple[StackFailure, ...]]:
        self._settle(name)
        begun = str(self._call(operation, name, **request)["OperationId"])
        status = self._wait(name, begun)
        listed = self._list("list_stack_set_operation_results", name, OperationId=begun)
        failures = tuple(
            _failure(f"{each['Account']} {each['Region']}", each.get("StatusReason", ""))
            for each in listed
            if each["Status"] != "SUCCEEDED"
        )
        if status != "SUCCEEDED" and not failures:
            why = f"{operation} {status.lower()}, and no account gave a reason"
            failures = (_failure(name, why),)
        return begun, failures

    def _settle(self, name: str) -> None:
        """Wait for operations that are running already, a killed run's or an automatic one."""
        for each in self._list("list_stack_set_operations", name):
            if each["Status"] in RUNNING:
                self._wait(name, each["OperationId"])

    def _wait(self, name: str, operation: str) -> str:
        deadline = time.monotonic() + self.within
        while True:
            answer = self._call("describe_stack_set_operation", name, OperationId=operation)
            status = str(answer["StackSetOperation"]["Status"])
            if status not in RUNNING:
                return status
            if time.monotonic() > deadline:
                raise ServiceFault(
                    f"Stack set {name} is still being changed after {self.within:.0f} s.",
                    "Wait for the operation in the CloudFormation console, then run this again.",
                )
            time.sleep(self.every)

    def _call(self, operation: str, name: str, **request: object) -> dict[str, Any]:
        return self.service.call(
            operation, f"stack set {name}", StackSetName=name, CallAs=self.call_as, **request
        )

    def _list(self, operation: str, name: str, **request: object) -> Iterator[dict[str, Any]]:
        return self.service.pages(
            operation,
            "Summaries",
            f"stack set {name}",
            tokens=PAGES,
            StackSetName=name,
            CallAs=self.call_as,
            **request,
        )


def _definition(
    template: Mapping[str, str], parameters: Mapping[str, str], tags: Mapping[str, str]
) -> dict[str, object]:
    """What a stack set is made of; stacks go when their account leaves the OU."""
    return {
        **template,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Tags": to_list(tags),
        "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False},
    }


def _failure(place: str, reason: str) -> StackFailure:
    return StackFailure(resource=place, type="stack instance", reason=reason or "no reason given")
