"""IAM actions from the registry's handler lists, and what the schemas say about a type."""

from __future__ import annotations

from catalog.templates import permissions, resource_types


def test_actions_come_from_every_handler_of_a_stacks_life() -> None:
    found = permissions.needed({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    assert {"sns:CreateTopic", "sns:DeleteTopic", "sns:TagResource"} <= set(found.actions)
    assert list(found.actions) == sorted(set(found.actions))
    assert found.unknown == ()


def test_types_without_handlers_are_named_apart() -> None:
    found = permissions.of_types(["AWS::CodeBuild::Project", "Custom::Seed", "AWS::SNS::Topic"])
    assert found.unknown == ("AWS::CodeBuild::Project",)


def test_nothing_needs_nothing() -> None:
    assert permissions.needed({}) == permissions.Permissions(actions=(), unknown=())


def test_create_only_properties_go_as_deep_as_the_schema() -> None:
    assert ("GitConfig", "Branch") in resource_types.create_only("AWS::SageMaker::CodeRepository")
    assert resource_types.create_only("Custom::Seed") == ()


def test_tags_have_their_property_and_their_spelling() -> None:
    assert resource_types.tag_property("AWS::S3::Bucket") == "Tags"
    assert resource_types.tag_property("AWS::Backup::BackupVault") == "BackupVaultTags"
    assert resource_types.tag_property("AWS::CodeBuild::Project") == "Tags"
    assert resource_types.tag_property("AWS::S3::BucketPolicy") == ""
    assert resource_types.tag_property("Custom::Seed") == ""


def test_what_holds_data_is_cfn_lints_list_and_ours() -> None:
    assert {"AWS::S3::Bucket", "AWS::SageMaker::ModelPackageGroup"} <= resource_types.stateful()


def test_every_type_we_add_exists() -> None:
    assert all(resource_types.schema(name) for name in resource_types._STATEFUL_TOO)
