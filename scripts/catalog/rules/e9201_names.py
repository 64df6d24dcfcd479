"""E9201: what a project creates can be told, and permitted, by its name."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Kind
from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, branches, text

PREFIX = "sagemaker-"
NAMES = {
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::CloudFormation::StackSet": "StackSetName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CodeBuild::Project": "Name",
    "AWS::CodeCommit::Repository": "RepositoryName",
    "AWS::CodePipeline::Pipeline": "Name",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
"""Type -> the property that names it: the types whose permissions go by name. Log groups are named
after what writes them, and SageMaker's own things are permitted by tag and may bear the project's
name (its model package group does)."""


class Names(HouseRule):
    """Named resources of a project are named, and start with `sagemaker-`."""

    id = "E9201"
    shortdesc = "Names start with sagemaker-"
    description = (
        "Launch and use roles are limited to this prefix; a name that CloudFormation invents "
        "starts with the stack's, which is not it."
    )
    source_url = "https://docs.aws.amazon.com/sagemaker/latest/dg/security-iam-awsmanpol-sc.html"
    remedy = "Name it, e.g. !Sub sagemaker-project-${SageMakerProjectId}-artifacts."
    kinds = frozenset({Kind.PROJECT})

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each resource that goes by another name, or none."""
        for resource in template.of_type(*NAMES):
            key = NAMES[resource.type]
            for name, path in branches(resource.properties.get(key), resource.at(key)):
                found = text(name)
                if found is None:
                    message = f"{resource.name} has no {key}."
                    yield Violation(resource.path, message)
                elif not found.startswith(PREFIX) and not self._named_outside(template, found):
                    yield Violation(path, f"The name {found} does not start with {PREFIX}.")

    @staticmethod
    def _named_outside(template: Reading, name: str) -> bool:
        """Whether the whole name is a parameter whose pattern demands the prefix."""
        parameter = template.parameters.get(name.removeprefix("${").removesuffix("}"), {})
        return str(parameter.get("AllowedPattern", "")).removeprefix("^").startswith(PREFIX)
