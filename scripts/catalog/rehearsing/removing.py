"""What people do when a project has ended: remove what it was told to leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.errors import ServiceFault
from catalog.rehearsing.people import Actor, NotYet
from catalog.rehearsing.trouble import Unexpected


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cleaning(Actor):
    """Verbs of whoever removes things."""

    def deletes_stack(self, name: str) -> None:
        """Delete a CloudFormation stack and wait until it is gone."""
        with self.step(f"deletes stack {name}"):
            self.call("cloudformation", "delete_stack", StackName=name)
            self.waits(f"stack {name} to be gone", lambda: self._gone(name))

    def deletes_stack_set(self, name: str, unit: str) -> None:
        """Delete the instances of a stack set in an organizational unit, then the set."""
        with self.step(f"deletes stack set {name}"):
            as_admin = {"StackSetName": name, "CallAs": "DELEGATED_ADMIN"}
            begun = self.call(
                "cloudformation",
                "delete_stack_instances",
                **as_admin,
                DeploymentTargets={"OrganizationalUnitIds": [unit]},
                Regions=[self.region],
                RetainStacks=False,
            )["OperationId"]

            def look() -> str | NotYet:
                found = self.call(
                    "cloudformation", "describe_stack_set_operation", **as_admin, OperationId=begun
                )["StackSetOperation"]["Status"]
                return NotYet(found) if found in {"RUNNING", "QUEUED"} else str(found)

            status = self.waits(f"the instances of {name} to be gone", look)
            if status != "SUCCEEDED":
                raise Unexpected(f"the instances of {name} to be gone", f"the operation {status}")
            self.call("cloudformation", "delete_stack_set", **as_admin)

    def deletes_bucket(self, name: str, *, prefix: str = "") -> None:
        """Delete every version of every object, and the bucket unless only a prefix is meant."""
        what = f"empties {name}/{prefix}" if prefix else f"deletes bucket {name}"
        with self.step(what):
            self.scene.keep()
            s3 = self.service("s3")
            listed: dict[str, Any] = s3.call("list_object_versions", Bucket=name, Prefix=prefix)
            for each in [*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())]:
                s3.call("delete_object", Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
            if not prefix:
                s3.call("delete_bucket", Bucket=name)

    def deletes_object(self, address: str) -> None:
        """Delete an object, `s3://bucket/key`; in a bucket with versions it can be brought back."""
        bucket, _, key = address.removeprefix("s3://").partition("/")
        self.does(f"deletes {key}", "s3", "delete_object", Bucket=bucket, Key=key)

    def deletes_repository(self, name: str) -> None:
        """Delete a CodeCommit repository."""
        self.does(
            f"deletes repository {name}", "codecommit", "delete_repository", repositoryName=name
        )

    def deletes_model_group(self, group: str) -> None:
        """Delete every version of a model package group, and the group."""
        with self.step(f"deletes model group {group}"):
            pages = self.service("sagemaker").pages(
                "list_model_packages",
                "ModelPackageSummaryList",
                tokens=("NextToken", "NextToken"),
                ModelPackageGroupName=group,
            )
            for each in list(pages):
                self.call(
                    "sagemaker", "delete_model_package", ModelPackageName=each["ModelPackageArn"]
                )
            self.call("sagemaker", "delete_model_package_group", ModelPackageGroupName=group)

    def _gone(self, name: str) -> bool | NotYet:
        try:
            found = self.call("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
        except ServiceFault as fault:
            if "does not exist" in fault.what:
                return True
            raise
        if found["StackStatus"] == "DELETE_FAILED":
            reason = found.get("StackStatusReason", "")
            raise Unexpected(f"stack {name} to be gone", f"DELETE_FAILED: {reason}")
        gone = found["StackStatus"] == "DELETE_COMPLETE"
        return True if gone else NotYet(f"it is {found['StackStatus']}")
