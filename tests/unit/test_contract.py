"""How much a change weighs, by two templates as values."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from catalog.contract import Bump, Change, Level, face, needed_bump

BASE: dict[str, Any] = {
    "Parameters": {
        "Size": {"Type": "String", "Default": "small", "AllowedValues": ["small", "large"]},
        "Name": {"Type": "String", "AllowedPattern": "[a-z]+", "MinLength": 1, "MaxLength": 32},
        "Count": {"Type": "Number", "Default": 1, "MinValue": 1, "MaxValue": 10},
    },
    "Rules": {"Fits": {"Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}}]}},
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Name"}}},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"Name": "sagemaker-a"}},
        "Code": {
            "Type": "AWS::SageMaker::CodeRepository",
            "Properties": {"GitConfig": {"Branch": "main", "RepositoryUrl": "https://example.com"}},
        },
    },
    "Outputs": {
        "Bucket": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "bucket"}},
        "Rule": {"Value": {"Ref": "Rule"}},
    },
}


def bump(path: str, value: Any = None, *, remove: bool = False) -> Bump:
    """The step after one change of BASE at a dotted path."""
    new = copy.deepcopy(BASE)
    *parents, last = path.split(".")
    place = new
    for key in parents:
        place = place[key]
    if remove:
        del place[last]
    else:
        place[last] = value
    return needed_bump(face(BASE), face(new))


@pytest.mark.parametrize(
    "path",
    [
        "Parameters.Size",
        "Parameters.Size.Default",
        "Outputs.Rule",
        "Outputs.Bucket.Export",
        "Resources.Bucket",
        "Resources.Bucket.Properties.BucketName",
    ],
)
def test_what_others_rely_on_goes_only_with_a_major(path: str) -> None:
    found = bump(path, remove=True)
    assert found.level is Level.MAJOR
    assert len(found.reasons) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Parameters.New", {"Type": "String"}),
        ("Parameters.Size.Type", "Number"),
        ("Parameters.Size.AllowedValues", ["small"]),
        ("Parameters.Size.AllowedPattern", "[a-r]+"),
        ("Parameters.Size.AllowedPattern", "\\p{Lower}++"),
        ("Parameters.Name.AllowedValues", ["a"]),
        ("Parameters.Name.AllowedPattern", "[a-z]{2,}"),
        ("Parameters.Name.MinLength", 2),
        ("Parameters.Name.MaxLength", "31"),
        ("Parameters.Count.MinValue", 2),
        ("Parameters.Count.MaxValue", 9.5),
        ("Parameters.Size.MaxLength", 4),
        ("Rules.Fits", {"Assertions": [{"Assert": {"Fn::Equals": ["a", "b"]}}]}),
        ("Rules.Fits.RuleCondition", {"Fn::Equals": [{"Ref": "Size"}, "large"]}),
        ("Rules.More", {"Assertions": [{"Assert": {"Fn::Equals": ["a", "b"]}}]}),
        ("Outputs.Bucket.Export", {"Name": "other"}),
        ("Resources.Bucket.Type", "AWS::SQS::Queue"),
        ("Resources.Bucket.Condition", "Sometimes"),
        ("Resources.Bucket.Properties.BucketName", "fixed"),
        ("Resources.Rule.Properties.Name", "sagemaker-b"),
        ("Resources.Code.Properties.GitConfig.Branch", "trunk"),
    ],
)
def test_what_may_break_is_a_major(path: str, value: Any) -> None:
    assert bump(path, value).level is Level.MAJOR


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Parameters.New", {"Type": "String", "Default": ""}),
        ("Parameters.Size.Default", "large"),
        ("Parameters.Size.AllowedValues", ["small", "large", "huge"]),
        ("Parameters.Name.MinLength", 0),
        ("Parameters.Count.MaxValue", 11),
        ("Resources.New", {"Type": "AWS::SNS::Topic"}),
        ("Outputs.New", {"Value": "x"}),
        ("Outputs.Rule.Value", "x"),
        ("Outputs.Rule.Export", {"Name": "rule"}),
        ("Rules.Fits.Assertions", []),
    ],
)
def test_what_is_added_is_a_minor(path: str, value: Any) -> None:
    assert bump(path, value).level is Level.MINOR


@pytest.mark.parametrize(
    "path",
    [
        "Parameters.Size.AllowedValues",
        "Parameters.Name.AllowedPattern",
        "Parameters.Name.MaxLength",
        "Rules.Fits",
    ],
)
def test_a_constraint_lifted_is_a_minor(path: str) -> None:
    assert bump(path, remove=True).level is Level.MINOR


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Parameters.Size.Description", "How large."),
        ("Parameters.Name.ConstraintDescription", "Letters."),
        ("Resources.Rule.Properties.Description", "Daily."),
        ("Resources.Bucket.Properties.Tags", []),
        ("Parameters.Size.AllowedPattern", "small|large"),
        ("Parameters.Size.MaxLength", 5),
        ("Parameters.Count.Default", "1"),
        ("Outputs.Rule.Value", {"Fn::Sub": "${Rule}"}),
    ],
)
def test_what_nobody_sees_is_a_patch(path: str, value: Any) -> None:
    assert bump(path, value) == Bump(level=Level.PATCH)


def test_what_holds_no_data_and_nobody_calls_may_go_in_a_minor() -> None:
    found = bump("Resources.Rule", remove=True)
    assert found.level is Level.MINOR
    (gone, fewer) = found.differences
    assert (gone.place, gone.change) == ("Resources.Rule", Change.GONE)
    assert (fewer.place, fewer.level) == ("Permissions", Level.PATCH)
    assert "events:PutRule" in fewer.details


def test_a_list_beside_a_pattern_that_only_java_reads_may_not_change() -> None:
    def parameter(*values: str) -> dict[str, Any]:
        body = {"Type": "String", "AllowedPattern": "\\p{Lower}++", "AllowedValues": [*values]}
        return {"Parameters": {"Size": body}}

    assert needed_bump(face(parameter("a", "b")), face(parameter("a"))).level is Level.MAJOR
    same = needed_bump(face(parameter("a", "b")), face(parameter("a", "b")))
    assert same == Bump(level=Level.PATCH)


def test_the_same_is_a_patch() -> None:
    assert needed_bump(face(BASE), face(copy.deepcopy(BASE))) == Bump(level=Level.PATCH)


def test_all_reasons_of_the_heaviest_level_are_given() -> None:
    assert needed_bump(face(BASE), face({"Resources": {}})).reasons == (
        "the parameter Size is gone",
        "the parameter Name is gone",
        "the parameter Count is gone",
        "the output Bucket is gone",
        "the output Rule is gone",
        "Bucket is gone, with the data it holds",
    )


def test_a_reason_names_what_cannot_change() -> None:
    assert bump("Resources.Code.Properties.GitConfig.Branch", "trunk").reasons == (
        "Code is replaced: GitConfig.Branch cannot change in place",
    )
