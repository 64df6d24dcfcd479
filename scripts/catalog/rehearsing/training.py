"""What people do to bring a model into a registry by hand: train one, register it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.rehearsing.people import Actor, NotYet
from catalog.rehearsing.trouble import Unexpected


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtTraining(Actor):
    """Verbs of whoever makes models."""

    def trains_model(
        self,
        job: str,
        *,
        image: str,
        role: str,
        data: str,
        bucket: str,
        settings: Mapping[str, str],
    ) -> str:
        """Train a model from a table, label first, and wait for it.

        Args:
            job: Name of the training job.
            image: Address of the algorithm's image.
            role: Name of the role in this account that trains.
            data: CSV.
            bucket: For data and model, both under the job's name.
            settings: Hyperparameters.

        Returns:
            Where the model lies, `s3://…`.
        """
        with self.step(f"trains a model: {job}"):
            key = f"{job}/data/train.csv"
            self.call("s3", "put_object", Bucket=bucket, Key=key, Body=data.encode())
            source = {
                "S3DataType": "S3Prefix",
                "S3Uri": f"s3://{bucket}/{job}/data/",
                "S3DataDistributionType": "FullyReplicated",
            }
            channel = {"ChannelName": "train", "ContentType": "text/csv"}
            self.call(
                "sagemaker",
                "create_training_job",
                TrainingJobName=job,
                AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
                RoleArn=f"arn:aws:iam::{self.account}:role/{role}",
                HyperParameters=dict(settings),
                InputDataConfig=[{**channel, "DataSource": {"S3DataSource": source}}],
                OutputDataConfig={"S3OutputPath": f"s3://{bucket}"},
                ResourceConfig={
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 5,
                },
                StoppingCondition={"MaxRuntimeInSeconds": 3600},
            )
            found = self.waits(f"the training job {job} to end", lambda: self._trained(job))
            if found["TrainingJobStatus"] != "Completed":
                seen = f"it is {found['TrainingJobStatus']}: {found.get('FailureReason', '')}"
                raise Unexpected(f"the training job {job} to be Completed", seen)
            return str(found["ModelArtifacts"]["S3ModelArtifacts"])

    def registers_model(self, group: str, *, image: str, artifact: str) -> None:
        """Register a version in a group; it waits for approval."""
        with self.step(f"registers a version in {group}"):
            self.call(
                "sagemaker",
                "create_model_package",
                ModelPackageGroupName=group,
                ModelApprovalStatus="PendingManualApproval",
                InferenceSpecification={
                    "Containers": [{"Image": image, "ModelDataUrl": artifact}],
                    "SupportedContentTypes": ["text/csv"],
                    "SupportedResponseMIMETypes": ["text/csv"],
                    "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large"],
                    "SupportedTransformInstanceTypes": ["ml.m5.large"],
                },
            )

    def _trained(self, job: str) -> dict[str, Any] | NotYet:
        found = self.call("sagemaker", "describe_training_job", TrainingJobName=job)
        status = found["TrainingJobStatus"]
        return NotYet(f"it is {status}") if status in ("InProgress", "Stopping") else found
