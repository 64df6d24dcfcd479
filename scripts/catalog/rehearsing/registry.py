"""What people do in the model registry, and with the pipelines that train models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.rehearsing.people import Actor
from catalog.rehearsing.trouble import Unexpected

_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtRegistry(Actor):
    """Verbs of whoever judges models."""

    def approves_model(self, group: str, version: int, because: str = "It is good.") -> None:
        """Approve a version of a model package group."""
        with self.step(f"approves version {version} of {group}"):
            self._judge(group, version, "Approved", because)

    def rejects_model(self, group: str, version: int, because: str = "It is not good.") -> None:
        """Reject a version, approved before or not."""
        with self.step(f"rejects version {version} of {group}"):
            self._judge(group, version, "Rejected", because)

    def expects_model(self, group: str, version: int, status: str) -> str:
        """See that a version is registered with an approval status.

        Returns:
            Where its artifact lies, `s3://…`.
        """
        with self.step(f"sees version {version} of {group}: {status}"):
            found = self._package(group, version)
            seen = str(found["ModelApprovalStatus"])
            if seen != status:
                raise Unexpected(f"version {version} of {group} to be {status}", f"it is {seen}")
            containers = found["InferenceSpecification"]["Containers"]
            return str(containers[0].get("ModelDataUrl", ""))

    def _judge(self, group: str, version: int, status: str, because: str) -> None:
        self.call(
            "sagemaker",
            "update_model_package",
            ModelPackageArn=self._package(group, version)["ModelPackageArn"],
            ModelApprovalStatus=status,
            ApprovalDescription=because,
        )

    def _package(self, group: str, version: int) -> dict[str, Any]:
        for each in self.packages(group):
            if each["ModelPackageVersion"] == version:
                arn = each["ModelPackageArn"]
                return self.call("sagemaker", "describe_model_package", ModelPackageName=arn)
        raise Unexpected(f"version {version} in model group {group}", "there is none")

    def packages(self, group: str) -> list[dict[str, Any]]:
        """Every version in a model package group, as ListModelPackages tells it."""
        return list(
            self.service("sagemaker").pages(
                "list_model_packages",
                "ModelPackageSummaryList",
                f"model group {group}",
                tokens=("NextToken", "NextToken"),
                ModelPackageGroupName=group,
                MaxResults=_PAGE,
            )
        )
