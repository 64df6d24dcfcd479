"""What the CloudFormation API shows of stacks."""

from __future__ import annotations

import json
from typing import Any

from local_aws.cloudformation import language, parameters
from local_aws.cloudformation.admission import needed_capabilities
from local_aws.cloudformation.model import Drift, Resource, Stack
from local_aws.cloudformation.template import Template


def drifted(one: Stack) -> dict[str, Any]:
    """Whether a stack drifted, and when that was looked at."""
    looked = {"LastCheckTimestamp": one.looked} if one.looked else {}
    return {"StackDriftStatus": one.drift, **looked}


def stack(one: Stack) -> dict[str, Any]:
    """As DescribeStacks shows a stack."""
    shown = {
        "StackId": one.id,
        "StackName": one.name,
        "Description": one.template.get("Description"),
        "Parameters": parameters.shown(one.template, one.ask.parameters),
        "CreationTime": one.created,
        "LastUpdatedTime": one.updated,
        "DeletionTime": one.deleted,
        "StackStatus": one.status,
        "StackStatusReason": one.reason,
        "DisableRollback": one.ask.on_failure == "DO_NOTHING",
        "NotificationARNs": list(one.ask.notification_arns),
        "Capabilities": list(one.ask.capabilities),
        "Outputs": one.outputs,
        "RoleARN": one.ask.role_arn,
        "Tags": [{"Key": key, "Value": value} for key, value in one.ask.tags.items()],
        "EnableTerminationProtection": one.ask.termination_protection,
        "ParentId": one.ask.parent,
        "ChangeSetId": one.change_set,
        "DriftInformation": drifted(one),
    }
    always = {"DisableRollback", "EnableTerminationProtection", "Parameters", "Tags", "Outputs"}
    return {key: value for key, value in shown.items() if value or key in always}


def summary(one: Stack) -> dict[str, Any]:
    """As ListStacks shows a stack."""
    shown = {
        "StackId": one.id,
        "StackName": one.name,
        "TemplateDescription": one.template.get("Description"),
        "CreationTime": one.created,
        "LastUpdatedTime": one.updated,
        "DeletionTime": one.deleted,
        "StackStatus": one.status,
        "StackStatusReason": one.reason,
        "ParentId": one.ask.parent,
        "DriftInformation": drifted(one),
    }
    return {key: value for key, value in shown.items() if value}


def resource(one: Resource) -> dict[str, Any]:
    """As ListStackResources shows a resource."""
    shown = {
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.kind,
        "LastUpdatedTimestamp": one.changed,
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason,
        "DriftInformation": _resource_drifted(one),
    }
    return {key: value for key, value in shown.items() if value}


def _resource_drifted(one: Resource) -> dict[str, Any]:
    if one.drift is None:
        return {"StackResourceDriftStatus": "NOT_CHECKED"}
    return {
        "StackResourceDriftStatus": one.drift.status,
        "LastCheckTimestamp": one.drift.at,
    }


def resource_drift(of: Stack, one: Resource, state: Drift) -> dict[str, Any]:
    """As DescribeStackResourceDrifts shows a resource that was looked at."""
    shown = {
        "StackId": of.id,
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.kind,
        "StackResourceDriftStatus": state.status,
        "Timestamp": state.at,
        "DriftStatusReason": state.reason,
        "PropertyDifferences": [each.shown() for each in state.found],
    }
    if state.expected:
        shown["ExpectedProperties"] = json.dumps(state.expected, default=str)
        shown["ActualProperties"] = json.dumps(
            {key: value for key, value in state.actual.items() if key in state.expected},
            default=str,
        )
    return {key: value for key, value in shown.items() if value}


def resource_detail(of: Stack, one: Resource) -> dict[str, Any]:
    """As DescribeStackResource shows a resource."""
    metadata = {"Metadata": json.dumps(one.metadata)} if one.metadata else {}
    return {**resource(one), "StackId": of.id, "StackName": of.name, **metadata}


def stack_resource(of: Stack, one: Resource) -> dict[str, Any]:
    """As DescribeStackResources shows a resource."""
    shown = resource(one)
    shown["Timestamp"] = shown.pop("LastUpdatedTimestamp")
    return {**shown, "StackId": of.id, "StackName": of.name}


def template_summary(template: Template) -> dict[str, Any]:
    """As GetTemplateSummary shows a template."""
    kinds = sorted({declared["Type"] for declared in template["Resources"].values()})
    capabilities = sorted(needed_capabilities(template))
    shown: dict[str, Any] = {
        "Parameters": [
            _declaration(name, declared, with_type=True)
            for name, declared in (template.get("Parameters") or {}).items()
        ],
        "Description": template.get("Description"),
        "Capabilities": capabilities,
        "ResourceTypes": kinds,
        "Version": str(template.get("AWSTemplateFormatVersion", "2010-09-09")),
        "DeclaredTransforms": language.transforms(template),
    }
    if template.get("Metadata"):
        shown["Metadata"] = json.dumps(template["Metadata"])
    if capabilities:
        iam = sorted({kind for kind in kinds if kind.startswith("AWS::IAM::")})
        shown["CapabilitiesReason"] = f"The following resource(s) require capabilities: {iam}"
    return {key: value for key, value in shown.items() if value is not None}


def validated(template: Template) -> dict[str, Any]:
    """As ValidateTemplate shows a template."""
    shown = template_summary(template)
    names = ("Description", "Capabilities", "CapabilitiesReason", "DeclaredTransforms")
    declared = (template.get("Parameters") or {}).items()
    return {name: shown[name] for name in names if name in shown} | {
        "Parameters": [_declaration(name, one, with_type=False) for name, one in declared]
    }


def _declaration(name: str, declared: dict[str, Any], *, with_type: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "ParameterKey": name,
        "NoEcho": str(declared.get("NoEcho", "")).lower() == "true",
    }
    if "Default" in declared:
        shown["DefaultValue"] = parameters.as_text(declared["Default"])
    if "Description" in declared:
        shown["Description"] = str(declared["Description"])
    if with_type:
        shown["ParameterType"] = declared.get("Type", "String")
        allowed = [parameters.as_text(value) for value in declared.get("AllowedValues", ())]
        shown["ParameterConstraints"] = {"AllowedValues": allowed} if allowed else {}
    return shown
