"""What tests of the embedded SageMaker begin with: role, bucket, data, package, events."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.sagemaker import outside
from local_aws.sagemaker.algorithms import centroids

HUB, MEMBER = "444455556666", "111111111111"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
SETTINGS = {"objective": "multi:softmax", "num_class": "2"}
ROWS = b"0,1.0,1.0\n0,1.2,0.8\n1,5.0,5.0\n1,5.2,4.8\n"


def until(done: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait until something is true; what it is."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found := done():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


@dataclass
class Registry:
    """One account's SageMaker and what it needs beside it."""

    clients: Callable[..., Any]
    account: str = HUB

    def __getattr__(self, service: str) -> Any:
        return self.clients(service, self.account)

    @property
    def bucket(self) -> str:
        return f"sagemaker-us-east-1-{self.account}"

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.account}:role/execution"

    def prepare(self) -> None:
        """A bucket, and an execution role that may do everything."""
        self.s3.create_bucket(Bucket=self.bucket)
        self.make_role()

    def make_role(self, name: str = "execution", service: str = "sagemaker.amazonaws.com") -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=text)
        self.iam.attach_role_policy(
            RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )
        return str(made["Role"]["Arn"])

    def artifact(self, key: str = "model.tar.gz", rows: bytes = ROWS) -> str:
        """A trained model in the bucket; its URL."""
        files = centroids.Centroids().train({"train": [rows]}, SETTINGS)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=outside.pack(files))
        return f"s3://{self.bucket}/{key}"

    def package(self, group: str = "iris", url: str = "", **more: Any) -> str:
        """A version in a group; its ARN."""
        container = {"Image": IMAGE, "ModelDataUrl": url or f"s3://{self.bucket}/model.tar.gz"}
        specification = {"Containers": [container], "SupportedContentTypes": ["text/csv"]}
        made = self.sagemaker.create_model_package(
            ModelPackageGroupName=group, InferenceSpecification=specification, **more
        )
        return str(made["ModelPackageArn"])

    def model(self, name: str, **container: Any) -> None:
        """A model of the artifact, or of what is given."""
        container = container or {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{self.bucket}/model.tar.gz",
        }
        self.sagemaker.create_model(
            ModelName=name, ExecutionRoleArn=self.role, PrimaryContainer=container
        )

    def config(self, name: str, model: str = "") -> None:
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": model or name,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])

    def settled(self, name: str) -> dict[str, Any]:
        """An endpoint once it neither comes up nor changes."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=name)
            return found if found["EndpointStatus"] in ("InService", "Failed") else None

        found: dict[str, Any] = until(look)
        return found

    def listen(self, detail_type: str) -> Callable[[], list[dict[str, Any]]]:
        """Let events of a type arrive in a queue; what has arrived is what the result returns."""
        queue = self.sqs.create_queue(QueueName="told")["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:{self.account}:told"
        policy = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        text = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
        self.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": text})
        pattern = json.dumps({"source": ["aws.sagemaker"], "detail-type": [detail_type]})
        self.events.put_rule(Name="told", EventPattern=pattern)
        self.events.put_targets(Rule="told", Targets=[{"Id": "queue", "Arn": arn}])
        heard: list[dict[str, Any]] = []

        def arrived() -> list[dict[str, Any]]:
            answer = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                heard.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            return sorted(heard, key=lambda event: event["detail"]["LastModifiedTime"])

        return arrived
