"""What an update does to resources, beyond the table of eighty changes."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.contract import Bump, Change, Level, face, needed_bump
from catalog.releases.packaging import parsed


def bump(old: str, new: str) -> Bump:
    return needed_bump(face(parsed(old)), face(parsed(new)))


def replaced(found: Bump) -> dict[str, Any]:
    return {
        each.name: (each.level, each.details)
        for each in found.differences
        if each.change is Change.REPLACED
    }


DOMAIN = """
Resources:
  Domain: {Type: AWS::SageMaker::Domain, Properties: {AuthMode: IAM}}
  Lead: {Type: AWS::SageMaker::UserProfile, Properties: {DomainId: !Ref Domain}}
  Space: {Type: AWS::SageMaker::Space, Properties: {DomainId: !GetAtt Lead.DomainId}}
  Note: {Type: AWS::SSM::Parameter, Properties: {Value: !Ref Domain}}
"""
REPOSITORY = """
Resources:
  Code: {Type: AWS::CodeCommit::Repository, Properties: {RepositoryName: code}}
  Shown:
    Type: AWS::SageMaker::CodeRepository
    Properties: {GitConfig: {RepositoryUrl: !GetAtt Code.CloneUrlHttp}}
"""
MODEL = """
Resources:
  Model: {Type: AWS::SageMaker::Model, Properties: {ExecutionRoleArn: a}}
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties: {ProductionVariants: [{ModelName: !GetAtt Model.ModelName}]}
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties: {EndpointConfigName: !GetAtt Config.EndpointConfigName}
"""


def test_what_refers_to_a_replaced_thing_is_replaced_with_it() -> None:
    assert replaced(bump(DOMAIN, DOMAIN.replace("IAM", "SSO"))) == {
        "Domain": (Level.MAJOR, ("AuthMode",)),
        "Lead": (Level.MAJOR, ("DomainId",)),
        "Space": (Level.MAJOR, ("DomainId",)),
    }


def test_what_refers_to_a_renamed_thing_is_replaced() -> None:
    found = bump(REPOSITORY, REPOSITORY.replace("RepositoryName: code", "RepositoryName: model"))
    assert replaced(found) == {"Shown": (Level.MAJOR, ("GitConfig.RepositoryUrl",))}


def test_snapshots_follow_one_another_unnoticed() -> None:
    found = bump(MODEL, MODEL.replace("Arn: a", "Arn: b"))
    assert found.level is Level.PATCH
    assert found.reasons == ()
    assert replaced(found) == {
        "Model": (Level.PATCH, ("ExecutionRoleArn",)),
        "Config": (Level.PATCH, ("ProductionVariants",)),
    }


def test_a_snapshot_with_a_name_is_noticed() -> None:
    named = MODEL.replace("{ExecutionRoleArn: a}", "{ExecutionRoleArn: a, ModelName: iris}")
    found = bump(named, named.replace("Arn: a", "Arn: b"))
    assert "Model cannot be replaced under its ModelName" in found.reasons[0]


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        # A default of a new parameter stands for what was written before.
        (
            "{Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: a-x}}}}",
            "{Parameters: {P: {Type: String, Default: a}}, Resources: "
            "{T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${P}-x'}}}}",
            Level.MINOR,
        ),
        # A mapping may grow.
        (
            "{Mappings: {M: {a: {n: x}}}, Resources: {T: {Type: AWS::SNS::Topic, "
            "Properties: {TopicName: !FindInMap [M, !Ref 'AWS::Region', n]}}}}",
            "{Mappings: {M: {a: {n: x}, b: {n: y}}}, Resources: {T: {Type: AWS::SNS::Topic, "
            "Properties: {TopicName: !FindInMap [M, !Ref 'AWS::Region', n]}}}}",
            Level.PATCH,
        ),
        # No value is no property.
        (
            "{Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: a}}}}",
            "{Conditions: {C: !Equals [a, a]}, Resources: {T: {Type: AWS::SNS::Topic, "
            "Properties: {TopicName: !If [C, a, !Ref 'AWS::NoValue']}}}}",
            Level.PATCH,
        ),
        # What was never there is not missed.
        (
            "{Conditions: {C: !Equals [a, b]}, "
            "Resources: {B: {Type: AWS::S3::Bucket, Condition: C}}}",
            "{Resources: {}}",
            Level.PATCH,
        ),
        # A condition lifted, and one over what is retained.
        (
            "{Conditions: {C: !Equals [!Ref S, b]}, "
            "Resources: {B: {Type: AWS::S3::Bucket, Condition: C}}}",
            "{Resources: {B: {Type: AWS::S3::Bucket}}}",
            Level.MINOR,
        ),
        (
            "{Resources: {B: {Type: AWS::S3::Bucket, DeletionPolicy: Retain}}}",
            "{Conditions: {C: !Equals [!Ref S, b]}, "
            "Resources: {B: {Type: AWS::S3::Bucket, DeletionPolicy: Retain, Condition: C}}}",
            Level.MINOR,
        ),
        # Kept better than before; only data counts.
        (
            "{Resources: {B: {Type: AWS::S3::Bucket}}}",
            "{Resources: {B: {Type: AWS::S3::Bucket, DeletionPolicy: RetainExceptOnCreate}}}",
            Level.MINOR,
        ),
        (
            "{Resources: {T: {Type: AWS::SNS::Topic, DeletionPolicy: Retain}}}",
            "{Resources: {T: {Type: AWS::SNS::Topic}}}",
            Level.PATCH,
        ),
        # Another's name is not its own, and an alarm is called by nobody.
        (
            "{Resources: {P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: f}}}}",
            "{Resources: {}}",
            Level.MINOR,
        ),
        (
            "{Resources: {A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmName: a}}}}",
            "{Resources: {}}",
            Level.MINOR,
        ),
    ],
)
def test_levels(old: str, new: str, level: Level) -> None:
    assert bump(old, new).level is level


def test_a_condition_inside_itself_ends() -> None:
    one = "{Conditions: {C: !Not [{Condition: C}]}, Outputs: {O: {Value: a, Condition: C}}}"
    assert bump(one, one).level is Level.PATCH


def test_what_is_gained_is_listed_whole_and_told_in_part() -> None:
    found = bump("{Resources: {}}", "{Resources: {T: {Type: AWS::SNS::Topic}}}")
    (gained,) = [each for each in found.differences if each.place == "Permissions"]
    assert {"sns:CreateTopic", "sns:UntagResource"} <= set(gained.details)
    assert "more" in gained.reason
    assert "sns:UntagResource" not in gained.reason


def test_a_snapshot_with_another_name_is_what_it_is_for() -> None:
    named = (
        "{Resources: {C: {Type: AWS::SageMaker::StudioLifecycleConfig, "
        "Properties: {StudioLifecycleConfigName: a-1-0-0, StudioLifecycleConfigContent: a}}}}"
    )
    assert bump(named, named.replace("1-0-0", "1-0-1")).level is Level.PATCH
    assert bump(named, named.replace("Content: a", "Content: b")).level is Level.MAJOR
