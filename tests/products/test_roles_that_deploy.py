"""What a role lacks to manage what it deploys is a finding, whichever role it is."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from catalog import access, checking, workspace
from catalog.findings import Finding
from catalog.model import Tree
from catalog.releases.building import Built

ROOT = Path(__file__).parents[2]
HELD = [
    ("project-roles", "catalog-project-launch", "s3:PutEncryptionConfiguration"),
    ("project-roles", "catalog-project-launch", "codecommit:CreateRepository"),
    ("project-roles", "catalog-project-launch", "sagemaker:DeleteModelPackageGroup"),
    ("project-roles", "catalog-project-launch", "codepipeline:UpdatePipeline"),
    ("project-roles", "catalog-project-launch", "events:RemoveTargets"),
    ("project-roles", "catalog-project-launch", "sns:Subscribe"),
    ("project-roles", "catalog-project-launch", "lambda:GetFunction"),
    ("project-roles", "catalog-project-launch", "logs:DeleteLogGroup"),
    ("persona-roles", "catalog-admin-launch", "sagemaker:UpdateDomain"),
    ("persona-roles", "catalog-admin-launch", "sagemaker:DeleteUserProfile"),
    ("persona-roles", "catalog-admin-launch", "sagemaker:CreateStudioLifecycleConfig"),
    ("persona-roles", "catalog-admin-launch", "ssm:PutParameter"),
    ("persona-roles", "catalog-admin-launch", "codeconnections:DeleteConnection"),
    ("persona-roles", "catalog-admin-launch", "s3:PutBucketPolicy"),
    ("persona-roles", "catalog-admin-launch", "iam:CreateServiceLinkedRole"),
    ("target-account-role", "sagemaker-role-", "sagemaker:UpdateEndpoint"),
    ("target-account-role", "sagemaker-role-", "sagemaker:DeleteTags"),
    ("target-account-role", "sagemaker-role-", "iam:PassRole"),
]


@pytest.fixture(scope="module")
def tree() -> Tree:
    return workspace.read(ROOT)


@pytest.fixture(scope="module")
def built() -> Mapping[str, Built]:
    return checking.check(ROOT).built


def lacking(tree: Tree, built: Mapping[str, Built]) -> list[Finding]:
    return [each for each in access.check(tree, built) if each.rule == "C411"]


def test_no_role_lacks_anything(tree, built) -> None:
    assert lacking(tree, built) == []


@pytest.mark.parametrize(("product", "role", "action"), HELD, ids=lambda each: str(each))
def test_what_is_taken_from_a_role_is_lacking(tree, built, product, role, action) -> None:
    rendered = built[product].rendered
    text = re.sub(rf"\b{action}\b(?!\*)", "none:Nothing", rendered.text)
    less = replace(built[product], rendered=replace(rendered, text=text))
    found = lacking(tree, {**built, product: less})
    assert found
    assert {each.line > 0 for each in found} == {True}
    assert all(re.search(rf"\b{role}.* lacks {action}", each.message) for each in found)
