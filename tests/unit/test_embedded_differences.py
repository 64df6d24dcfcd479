"""What counts as a difference between expected and actual properties of a resource."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.cloudformation.differences import differences

ROLE, BUCKET, PIPELINE = "AWS::IAM::Role", "AWS::S3::Bucket", "AWS::CodePipeline::Pipeline"


def policy(name: str, action: str) -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": {"Statement": [{"Action": action}]}}


A, B = policy("a", "iam:GetRole"), policy("b", "s3:GetObject")
STAGES = [{"Name": "Source", "Actions": []}, {"Name": "Build", "Actions": []}]

SAME: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a number as text": (ROLE, {"MaxSessionDuration": "3600"}, {"MaxSessionDuration": 3600}),
    "a document as text": (
        ROLE,
        {"AssumeRolePolicyDocument": {"Version": "1"}},
        {"AssumeRolePolicyDocument": '{"Version": "1"}'},
    ),
    "an order that says nothing": (ROLE, {"Policies": [A, B]}, {"Policies": [B, A]}),
    "an empty list and none": (ROLE, {"ManagedPolicyArns": []}, {}),
    "a property nobody set": (ROLE, {"Path": "/"}, {"Path": "/", "Description": "Mine."}),
    "a member nobody set": (
        BUCKET,
        {"VersioningConfiguration": {"Status": "Enabled"}},
        {"VersioningConfiguration": {"Status": "Enabled", "MFADelete": "Disabled"}},
    ),
}
OTHER: dict[str, tuple[str, dict[str, Any], dict[str, Any], set[tuple[str, str]]]] = {
    "another value": (ROLE, {"Path": "/a/"}, {"Path": "/b/"}, {("/Path", "NOT_EQUAL")}),
    "a property gone": (ROLE, {"Description": "x"}, {}, {("/Description", "REMOVE")}),
    "an entry gone": (
        ROLE,
        {"Policies": [A, B]},
        {"Policies": [B]},
        {("/Policies/0", "REMOVE")},
    ),
    "an entry more": (ROLE, {"Policies": [A]}, {"Policies": [B, A]}, {("/Policies/0", "ADD")}),
    "all entries gone": (ROLE, {"Policies": [A]}, {"Policies": []}, {("/Policies", "REMOVE")}),
    "an entry emptied": (
        ROLE,
        {"Policies": [A, B]},
        {"Policies": [B, policy("a", "iam:ListRoles")]},
        {("/Policies/0/PolicyDocument", "NOT_EQUAL")},
    ),
    "a document with more in it": (
        ROLE,
        {"AssumeRolePolicyDocument": {"Version": "1"}},
        {"AssumeRolePolicyDocument": {"Version": "1", "Id": "x"}},
        {("/AssumeRolePolicyDocument", "NOT_EQUAL")},
    ),
    "an order that counts": (
        PIPELINE,
        {"Stages": STAGES},
        {"Stages": STAGES[::-1]},
        {("/Stages/0/Name", "NOT_EQUAL"), ("/Stages/1/Name", "NOT_EQUAL")},
    ),
    "a member of another value": (
        BUCKET,
        {"VersioningConfiguration": {"Status": "Enabled"}},
        {"VersioningConfiguration": {"Status": "Suspended"}},
        {("/VersioningConfiguration/Status", "NOT_EQUAL")},
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_the_same_by_meaning(what: str) -> None:
    assert differences(*SAME[what]) == ()


@pytest.mark.parametrize("what", OTHER)
def test_a_difference_is_told_at_its_path(what: str) -> None:
    kind, expected, actual, told = OTHER[what]
    assert {(each.path, each.how) for each in differences(kind, expected, actual)} == told


def test_it_is_shown_as_text() -> None:
    (found,) = differences(ROLE, {"Policies": [A]}, {"Policies": []})
    assert found.name == "Policies"
    assert found.shown() == {
        "PropertyPath": "/Policies",
        "ExpectedValue": '[{"PolicyName": "a", "PolicyDocument": '
        '{"Statement": [{"Action": "iam:GetRole"}]}}]',
        "ActualValue": "[]",
        "DifferenceType": "REMOVE",
    }
