"""Model packages, the versions in a model package group (API reference: CreateModelPackage …).

Every change is told to EventBridge, a repeated approval too. Packages outside a group belong to
the marketplace, which nothing here uses: they are refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.errors import Refusal
from local_aws.sagemaker import groups, telling
from local_aws.sagemaker.calls import Call, Handler, answered
from local_aws.sagemaker.listing import listed
from local_aws.sagemaker.state import Thing, invalid, now, shelf

PATH = "model-package"

_TOLD = (
    "ModelApprovalStatus",
    "ApprovalDescription",
    "CustomerMetadataProperties",
    "InferenceSpecification",
    "ModelLifeCycle",
    "SourceUri",
)


def find(call: Call, action: str, name: str) -> Thing:
    """A package by `group/version` or its ARN, which may be of another account that admits us.

    Raises:
        Refusal: There is none, or the policy of its group does not admit the caller.
    """
    name = name if name.startswith("arn:") else call.arn(f"{PATH}/{name}")
    groups.admit(call, action, name)
    found = at(name)
    if found is None:
        raise invalid(f"ModelPackage {name} does not exist.")
    return found


def at(arn: str) -> Thing | None:
    """The package with an ARN, whoever asks."""
    _, _, _, region, account, resource = arn.split(":", 5)
    return shelf(account, region).get(PATH, resource.partition("/")[2])


def _create(call: Call) -> dict[str, Any]:
    params = call.params
    if "ModelPackageGroupName" not in params:
        raise Refusal(
            "NotImplementedException",
            "not implemented in the embedded AWS: model packages outside a group",
        )
    if "ModelPackageName" in params:
        raise invalid("Give either ModelPackageName or ModelPackageGroupName, not both.")
    if params.get("Tags"):
        raise invalid("A versioned model package has the tags of its group; give no Tags.")
    action = "sagemaker:CreateModelPackage"
    group = groups.find(call, action, params["ModelPackageGroupName"])
    _, _, _, region, account, _ = group.arn.split(":", 5)
    kept = shelf(account, region)
    version = group.hidden.get("last", 0) + 1
    kept.put(group.hiding(last=version))
    key = f"{group.key}/{version}"
    arn = group.arn.replace(":model-package-group/", f":{PATH}/") + f"/{version}"
    moment = now()
    fields = {
        "ModelApprovalStatus": "PendingManualApproval",
        "CertifyForMarketplace": False,
        **{name: value for name, value in params.items() if name not in ("Tags", "ClientToken")},
        "ModelPackageName": group.key,
        "ModelPackageGroupName": group.key,
        "ModelPackageVersion": version,
        "ModelPackageArn": arn,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CreationTime": moment,
        "LastModifiedTime": moment,
    }
    made = kept.put(Thing(kind=PATH, key=key, arn=arn, fields=fields))
    telling.package(made)
    return {"ModelPackageArn": arn}


def _describe(call: Call) -> dict[str, Any]:
    found = find(call, "sagemaker:DescribeModelPackage", call.params["ModelPackageName"])
    return answered("DescribeModelPackage", found.fields)


def _batch_describe(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for arn in call.params["ModelPackageArnList"]:
        try:
            found[arn] = _summary(find(call, "sagemaker:DescribeModelPackage", arn))
        except Refusal as refusal:
            wrong[arn] = {"ErrorCode": refusal.code, "ErrorResponse": refusal.message}
    return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": wrong}


def _summary(package: Thing) -> dict[str, Any]:
    names = (
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageDescription",
        "CreationTime",
        "InferenceSpecification",
        "ModelPackageStatus",
        "ModelApprovalStatus",
    )
    return {name: package[name] for name in names if package[name] is not None}


def _list(call: Call) -> dict[str, Any]:
    params = dict(call.params)
    default = "Versioned" if "ModelPackageGroupName" in params else "Unversioned"
    if params.pop("ModelPackageType", default) == "Unversioned":
        return {"ModelPackageSummaryList": []}
    things = call.shelf.every(PATH)
    if name := params.get("ModelPackageGroupName"):
        group = _listable(call, name)
        _, _, _, region, account, _ = group.arn.split(":", 5)
        things = shelf(account, region).every(PATH)
        params["ModelPackageGroupName"] = group.key
    return listed(call.asking(params), "ListModelPackages", things)


def _listable(call: Call, name: str) -> Thing:
    """The group whose packages are listed; another account's admits by its packages' ARNs."""
    if name.startswith("arn:"):
        packages = name.replace(":model-package-group/", f":{PATH}/") + "/*"
        groups.admit(call, "sagemaker:ListModelPackages", packages)
        _, _, _, region, account, resource = name.split(":", 5)
        found = shelf(account, region).get(groups.KIND.path, resource.partition("/")[2])
        if found:
            return found
    return groups.find(call, "sagemaker:ListModelPackages", name)


def _update(call: Call) -> dict[str, Any]:
    params = {k: v for k, v in call.params.items() if k not in ("ModelPackageArn", "ClientToken")}
    arn = call.params["ModelPackageArn"]
    found = find(call, "sagemaker:UpdateModelPackage", arn)
    _, _, _, region, account, _ = arn.split(":", 5)
    changed = found.changed(**_merged(found, params))
    shelf(account, region).put(changed)
    telling.package(changed, *(name for name in _TOLD if name in params))
    return {"ModelPackageArn": arn}


def _merged(found: Thing, params: dict[str, Any]) -> Mapping[str, Any]:
    """What the request sets; metadata and further specifications add to what is there."""
    removed = params.pop("CustomerMetadataPropertiesToRemove", ())
    if removed or "CustomerMetadataProperties" in params:
        known = {
            **(found["CustomerMetadataProperties"] or {}),
            **params.get("CustomerMetadataProperties", {}),
        }
        kept = {key: value for key, value in known.items() if key not in removed}
        params["CustomerMetadataProperties"] = kept
    if added := params.pop("AdditionalInferenceSpecificationsToAdd", None):
        there = found["AdditionalInferenceSpecifications"] or []
        params["AdditionalInferenceSpecifications"] = [*there, *added]
    return params


def _delete(call: Call) -> dict[str, Any]:
    found = find(call, "sagemaker:DeleteModelPackage", call.params["ModelPackageName"])
    _, _, _, region, account, _ = found.arn.split(":", 5)
    shelf(account, region).remove(found)
    return {}


OPERATIONS: dict[str, Handler] = {
    "CreateModelPackage": _create,
    "DescribeModelPackage": _describe,
    "BatchDescribeModelPackage": _batch_describe,
    "ListModelPackages": _list,
    "UpdateModelPackage": _update,
    "DeleteModelPackage": _delete,
}
