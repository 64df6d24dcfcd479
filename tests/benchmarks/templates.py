"""Project templates made by the dozen: the load for benchmarks, and a long example of the rules.

Each is about 400 lines of CloudFormation that neither cfn-lint nor the house rules object to, and
no two are alike, so that a cache keyed by content cannot cheat.
"""

from __future__ import annotations

from collections.abc import Iterator

STAGES = 3
"""Build projects, each with a log group, a parameter and an alarm, in one template."""

_HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: ${{{{ product.name }}}} ${{{{ product.version }}}}
Metadata:
  AWS::CloudFormation::Interface:
    ParameterGroups:
      - Label: {{default: Project}}
        Parameters: [SageMakerProjectName, SageMakerProjectId]
      - Label: {{default: Build}}
        Parameters: [ComputeType, RetentionDays, AlarmEmail]
    ParameterLabels:
      ComputeType: {{default: Size of the build machine}}
  SagemakerTemplateParameterRules:
    AlarmEmail:
      Optional: true
Parameters:
  SageMakerProjectName:
    Type: String
    Description: Name of the project.
    AllowedPattern: ^[a-zA-Z](-*[a-zA-Z0-9]){{0,31}}$
    ConstraintDescription: Up to 32 letters, digits and hyphens.
  SageMakerProjectId:
    Type: String
    Description: Id that the service gives to the project.
    AllowedPattern: ^p-[a-z0-9]{{1,18}}$
    ConstraintDescription: An id such as p-abc123.
  ComputeType:
    Type: String
    Description: Size of the machine that builds the model.
    Default: BUILD_GENERAL1_SMALL
    AllowedValues: [BUILD_GENERAL1_SMALL, BUILD_GENERAL1_MEDIUM, BUILD_GENERAL1_LARGE]
  RetentionDays:
    Type: Number
    Description: Days after which intermediate artifacts expire.
    Default: {retention}
    MinValue: 1
    MaxValue: 365
  AlarmEmail:
    Type: String
    Description: Who hears of a failed build; nobody when empty.
    Default: ""
    AllowedPattern: ^$|^[^@ ]+@[^@ ]+$
    ConstraintDescription: An e-mail address, or empty.
Conditions:
  HasEmail: !Not [!Equals [!Ref AlarmEmail, ""]]
Resources:
  Artifacts:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub sagemaker-${{SageMakerProjectId}}-artifacts-{index}
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {{SSEAlgorithm: aws:kms}}
            BucketKeyEnabled: true
      VersioningConfiguration: {{Status: Enabled}}
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
      LifecycleConfiguration:
        Rules:
          - Id: expire-intermediate
            Status: Enabled
            Prefix: intermediate/
            ExpirationInDays: !Ref RetentionDays
      Tags:
        - {{Key: sagemaker:project-name, Value: !Ref SageMakerProjectName}}
        - {{Key: sagemaker:project-id, Value: !Ref SageMakerProjectId}}
  ArtifactsPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Artifacts
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: OnlyTls
            Effect: Deny
            Principal: "*"
            Action: s3:*
            Resource:
              - !GetAtt Artifacts.Arn
              - !Sub ${{Artifacts.Arn}}/*
            Condition:
              Bool: {{aws:SecureTransport: "false"}}
  Models:
    Type: AWS::SageMaker::ModelPackageGroup
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      ModelPackageGroupName: !Ref SageMakerProjectName
      ModelPackageGroupDescription: Models of benchmark project {index}.
      Tags:
        - Key: sagemaker:project-name
          Value: !Ref SageMakerProjectName
        - Key: sagemaker:project-id
          Value: !Ref SageMakerProjectId
  Alarms:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Sub sagemaker-${{SageMakerProjectId}}-alarms-{index}
      KmsMasterKeyId: alias/aws/sns
      Tags:
        - Key: sagemaker:project-name
          Value: !Ref SageMakerProjectName
        - Key: sagemaker:project-id
          Value: !Ref SageMakerProjectId
  AlarmsByMail:
    Type: AWS::SNS::Subscription
    Condition: HasEmail
    Properties:
      TopicArn: !Ref Alarms
      Protocol: email
      Endpoint: !Ref AlarmEmail
"""

_STAGE = """\
  Stage{stage}Log:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      LogGroupName: !Sub /aws/codebuild/sagemaker-${{SageMakerProjectId}}-stage-{index}-{stage}
      RetentionInDays: 90
      Tags:
        - Key: sagemaker:project-name
          Value: !Ref SageMakerProjectName
        - Key: sagemaker:project-id
          Value: !Ref SageMakerProjectId
  Stage{stage}:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: !Sub sagemaker-${{SageMakerProjectId}}-stage-{index}-{stage}
      Description: Stage {stage} of benchmark project {index}.
      ServiceRole: !Sub >-
        arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/sagemaker-catalog-codebuild
      TimeoutInMinutes: {timeout}
      Artifacts:
        Type: CODEPIPELINE
      Environment:
        ComputeType: !Ref ComputeType
        Image: aws/codebuild/amazonlinux2-x86_64-standard:5.0
        Type: LINUX_CONTAINER
        EnvironmentVariables:
          - Name: PROJECT_NAME
            Value: !Ref SageMakerProjectName
          - Name: STAGE
            Value: stage-{stage}
          - Name: ARTIFACT_BUCKET
            Value: !Ref Artifacts
          - Name: MODEL_PACKAGE_GROUP
            Value: !GetAtt Models.ModelPackageGroupArn
      Source:
        Type: CODEPIPELINE
        BuildSpec: stages/{stage}/buildspec.yml
      LogsConfig:
        CloudWatchLogs:
          Status: ENABLED
          GroupName: !Ref Stage{stage}Log
      Tags:
        - Key: sagemaker:project-name
          Value: !Ref SageMakerProjectName
        - Key: sagemaker:project-id
          Value: !Ref SageMakerProjectId
  Stage{stage}Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Sub sagemaker-${{SageMakerProjectId}}-stage-{index}-{stage}
      AlarmDescription: Stage {stage} failed.
      Namespace: AWS/CodeBuild
      MetricName: FailedBuilds
      Dimensions:
        - Name: ProjectName
          Value: !Ref Stage{stage}
      Statistic: Sum
      Period: 300
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
      AlarmActions: [!Ref Alarms]
      Tags:
        - Key: sagemaker:project-name
          Value: !Ref SageMakerProjectName
        - Key: sagemaker:project-id
          Value: !Ref SageMakerProjectId
"""

_PIPELINE = """\
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: !Sub sagemaker-${{SageMakerProjectId}}-pipeline-{index}
      PipelineType: V2
      ExecutionMode: QUEUED
      RoleArn: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/sagemaker-catalog-pipeline
      ArtifactStore:
        Type: S3
        Location: !Ref Artifacts
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: {{Category: Source, Owner: AWS, Provider: S3, Version: "1"}}
              Configuration:
                S3Bucket: !Ref Artifacts
                S3ObjectKey: source.zip
                PollForSourceChanges: false
              OutputArtifacts: [{{Name: Source}}]
"""

_PIPELINE_STAGE = """\
        - Name: Stage{stage}
          Actions:
            - Name: Build
              ActionTypeId: {{Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}}
              Configuration:
                ProjectName: !Ref Stage{stage}
              InputArtifacts: [{{Name: {before}}}]
              OutputArtifacts: [{{Name: Built{stage}}}]
"""

_TAIL = """\
      Tags:
        - Key: sagemaker:project-name
          Value: !Ref SageMakerProjectName
        - Key: sagemaker:project-id
          Value: !Ref SageMakerProjectId
Outputs:
  Pipeline:
    Description: Name of the pipeline.
    Value: !Ref Pipeline
  Artifacts:
    Description: Name of the artifact bucket.
    Value: !Ref Artifacts
  ModelPackageGroup:
    Description: ARN of the group that holds the project's models.
    Value: !GetAtt Models.ModelPackageGroupArn
"""


def template(index: int) -> str:
    """The text of project template number `index`, without Jinja."""
    return "".join(_parts(index))


def _parts(index: int) -> Iterator[str]:
    numbers = range(1, STAGES + 1)
    yield _HEAD.format(index=index, stages=STAGES, retention=30 + index % 300)
    for stage in numbers:
        yield _STAGE.format(index=index, stage=stage, timeout=10 + (index + stage) % 50)
    yield _PIPELINE.format(index=index)
    for stage in numbers:
        before = f"Built{stage - 1}" if stage > 1 else "Source"
        yield _PIPELINE_STAGE.format(stage=stage, before=before)
    yield _TAIL.format(index=index)
