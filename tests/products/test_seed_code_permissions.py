"""Every call that the seed code makes is granted to the role it makes it as."""

import ast
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore import xform_name

SEEDS = Path(__file__).parents[2] / "seed_code"
DEPLOY, SCAN = "model-deploy/model_deployment", "template-scan/template_scan"
BY_BUILD = {
    f"{DEPLOY}/registry.py": ["sagemaker"],
    f"{DEPLOY}/stack_sets.py": ["cloudformation"],
    f"{DEPLOY}/targets.py": ["organizations", "sts"],
    f"{SCAN}/summary.py": ["cloudformation"],
}
IN_TARGET = {
    f"{DEPLOY}/stacks.py": ["cloudformation"],
    f"{DEPLOY}/check.py": ["sagemaker", "sagemaker-runtime"],
}
WAITERS = {"endpoint_in_service": "DescribeEndpoint"}


def names(file: str) -> Iterator[str]:
    """Every attribute that is called and every text, where paginators and waiters are named."""
    for node in ast.walk(ast.parse((SEEDS / file).read_text())):
        if isinstance(node, ast.Attribute):
            of_re = isinstance(node.value, ast.Name) and node.value.id == "re"
            yield "" if of_re else node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def calls(file: str, services: list[str]) -> set[str]:
    found = set(names(file))
    used = set()
    for service in services:
        client = boto3.client(service, region_name="us-east-1")
        prefix = client.meta.service_model.signing_name
        operations = client.meta.service_model.operation_names
        used |= {f"{prefix}:{each}" for each in operations if xform_name(each) in found}
        used |= {f"{prefix}:{WAITERS[name]}" for name in found & set(WAITERS)}
    return used


def granted(role: dict) -> set[str]:
    actions: set[str] = set()
    for policy in role["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for each in statement["Fn::If"][1:] if "Fn::If" in statement else [statement]:
                action = each.get("Action", [])
                actions |= {action} if isinstance(action, str) else set(action)
    return actions


@pytest.mark.parametrize("file", BY_BUILD)
def test_the_build_role_may_make_the_builds_calls(template, file):
    made = calls(file, BY_BUILD[file])
    assert made
    assert made <= granted(template("project-roles")["Resources"]["CodeBuildRole"])


def test_the_build_role_may_do_no_more_with_cloudformation_than_builds_do(template):
    role = template("project-roles")["Resources"]["CodeBuildRole"]
    allowed = {action for action in granted(role) if action.startswith("cloudformation:")}
    tags = {"cloudformation:TagResource", "cloudformation:UntagResource"}
    made = {call for file in BY_BUILD for call in calls(file, ["cloudformation"])}
    assert allowed - tags == made


@pytest.mark.parametrize("file", IN_TARGET)
def test_the_target_role_may_make_the_calls_in_targets(template, file):
    made = {
        action.replace("sagemaker-runtime:", "sagemaker:")
        for action in calls(file, IN_TARGET[file])
    }
    assert made
    assert made <= granted(template("target-account-role")["Resources"]["Role"])


def test_no_other_file_talks_to_aws():
    known = {*BY_BUILD, *IN_TARGET}
    everything = ["sagemaker", "sagemaker-runtime", "cloudformation", "organizations", "sts"]
    every = {
        f"{package}/{path.name}"
        for package in (DEPLOY, SCAN)
        for path in (SEEDS / package).glob("*.py")
    }
    assert {name: calls(name, everything) for name in every - known} == {
        name: set() for name in every - known
    }
