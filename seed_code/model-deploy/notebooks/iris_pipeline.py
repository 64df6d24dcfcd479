"""The example's training pipeline: train XGBoost on Fisher's irises, register the model.

The notebook beside this file calls these functions in order. They use boto3 and a plain pipeline
definition (SageMaker developer guide, *Pipeline definition JSON schema*), so that neither depends
on a release of the SageMaker SDK.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SPECIES = ("setosa", "versicolor", "virginica")
"""The model answers with a number: the species' place in this list."""

XGBOOST = "sagemaker-xgboost:1.7-1"
REGISTRIES = {
    "af-south-1": "510948584623",
    "ap-east-1": "651117190479",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-south-1": "720646828776",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ca-central-1": "341280168497",
    "eu-central-1": "492215442770",
    "eu-north-1": "662702820516",
    "eu-south-1": "978288397137",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "me-south-1": "801668240914",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}
"""AWS's accounts for its built-in images, by region (*Docker registry paths and example code*)."""

RUNNING = {"Executing", "Stopping"}


def image(region: str) -> str:
    """Address of AWS's XGBoost image in a region.

    Raises:
        ValueError: The table above does not know the region.
    """
    if region not in REGISTRIES:
        raise ValueError(f"Add AWS's image account of {region} to REGISTRIES in {__name__}.")
    return f"{REGISTRIES[region]}.dkr.ecr.{region}.amazonaws.com/{XGBOOST}"


def rows(path: Path) -> list[list[str]]:
    """The flowers as XGBoost reads them: the species' number first, then four measurements."""
    with path.open(newline="") as file:
        return [
            [str(SPECIES.index(flower["species"])), *list(flower.values())[:4]]
            for flower in csv.DictReader(file)
        ]


def split(flowers: list[list[str]], validation: float = 0.2, seed: int = 1936) -> tuple[str, str]:
    """Two CSV texts, for training and for validation, the same on every call."""
    shuffled = random.Random(seed).sample(flowers, len(flowers))  # noqa: S311 - no secret
    edge = round(len(shuffled) * validation)
    return _csv(shuffled[edge:]), _csv(shuffled[:edge])


def _csv(flowers: list[list[str]]) -> str:
    return "".join(",".join(row) + "\n" for row in flowers)


def upload(s3: Any, bucket: str, project: str, path: Path) -> dict[str, str]:
    """Put the data where training reads it.

    Returns:
        `train` and `validation` -> the S3 prefix of each.
    """
    prefixes = {}
    for name, text in zip(("train", "validation"), split(rows(path)), strict=True):
        prefix = f"{project}/data/{name}"
        s3.put_object(Bucket=bucket, Key=f"{prefix}/iris.csv", Body=text.encode())
        prefixes[name] = f"s3://{bucket}/{prefix}/"
    return prefixes


def definition(
    *, group: str, image_uri: str, role: str, bucket: str, data: Mapping[str, str]
) -> dict[str, Any]:
    """The pipeline: one step trains, one registers what came out, awaiting approval.

    Args:
        group: Model package group, which has the project's name.
        image_uri: Image for training and for inference.
        role: ARN of the execution role.
        bucket: For trained models.
        data: `train` and `validation` -> S3 prefix.
    """
    return {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "TrainingInstanceCount", "Type": "Integer", "DefaultValue": 1},
            {"Name": "TrainingInstanceType", "Type": "String", "DefaultValue": "ml.m5.large"},
        ],
        "Steps": [
            _train(image_uri, role, f"s3://{bucket}/{group}/models", data),
            _register(group, image_uri),
        ],
    }


def _train(image_uri: str, role: str, models: str, data: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Name": "TrainIris",
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {"TrainingImage": image_uri, "TrainingInputMode": "File"},
            "HyperParameters": {
                "objective": "multi:softmax",
                "num_class": str(len(SPECIES)),
                "num_round": "20",
                "max_depth": "3",
                "eta": "0.3",
            },
            "InputDataConfig": [
                {
                    "ChannelName": name,
                    "ContentType": "text/csv",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": prefix,
                            "S3DataDistributionType": "FullyReplicated",
                        }
                    },
                }
                for name, prefix in data.items()
            ],
            "OutputDataConfig": {"S3OutputPath": models},
            "ResourceConfig": {
                "InstanceCount": {"Get": "Parameters.TrainingInstanceCount"},
                "InstanceType": {"Get": "Parameters.TrainingInstanceType"},
                "VolumeSizeInGB": 5,
            },
            "RoleArn": role,
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    }


def _register(group: str, image_uri: str) -> dict[str, Any]:
    trained = {"Get": "Steps.TrainIris.ModelArtifacts.S3ModelArtifacts"}
    return {
        "Name": "RegisterIris",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": group,
            "ModelApprovalStatus": "PendingManualApproval",
            "InferenceSpecification": {
                "Containers": [{"Image": image_uri, "ModelDataUrl": trained}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
                "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large", "ml.m5.xlarge"],
                "SupportedTransformInstanceTypes": ["ml.m5.large"],
            },
        },
    }


def project_tags(sagemaker: Any, project: str) -> list[dict[str, str]]:
    """The tags by which Studio shows something in a project."""
    described = sagemaker.describe_project(ProjectName=project)
    return [
        {"Key": "sagemaker:project-name", "Value": project},
        {"Key": "sagemaker:project-id", "Value": described["ProjectId"]},
    ]


def save(
    sagemaker: Any,
    name: str,
    defined: Mapping[str, Any],
    role: str,
    tags: list[dict[str, str]],
) -> None:
    """Create the pipeline, or replace its definition."""
    text = json.dumps(defined)
    token = hashlib.sha256(f"{name}{text}".encode()).hexdigest()
    present = sagemaker.list_pipelines(PipelineNamePrefix=name)["PipelineSummaries"]
    if any(each["PipelineName"] == name for each in present):
        sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=text, RoleArn=role)
    else:
        sagemaker.create_pipeline(
            PipelineName=name,
            PipelineDefinition=text,
            RoleArn=role,
            ClientRequestToken=token,
            Tags=tags,
        )


def start(sagemaker: Any, name: str, parameters: Mapping[str, str]) -> str:
    """Start the pipeline; returns the ARN of the execution."""
    started = sagemaker.start_pipeline_execution(
        PipelineName=name,
        PipelineParameters=[{"Name": key, "Value": value} for key, value in parameters.items()],
    )
    return str(started["PipelineExecutionArn"])


def wait(sagemaker: Any, execution: str, *, pause: float = 15, patience: float = 3600) -> None:
    """Wait for an execution to succeed.

    Raises:
        RuntimeError: It ended otherwise, or not within `patience` seconds.
    """
    end = time.monotonic() + patience
    while True:
        found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        status = found["PipelineExecutionStatus"]
        if status not in RUNNING:
            break
        if time.monotonic() > end:
            raise RuntimeError(f"{execution} still runs after {patience:.0f} s.")
        time.sleep(pause)
    if status != "Succeeded":
        raise RuntimeError(f"{execution} {status}: {found.get('FailureReason', 'no reason given')}")


def newest(sagemaker: Any, group: str) -> str:
    """ARN of the newest version in a model package group.

    Raises:
        LookupError: The group has no version yet.
    """
    found = sagemaker.list_model_packages(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
    )["ModelPackageSummaryList"]
    if not found:
        raise LookupError(f"Model package group {group} has no version yet.")
    return str(found[0]["ModelPackageArn"])


def approve(sagemaker: Any, package: str, why: str) -> None:
    """Approve a model version: from here on the project's pipeline deploys it."""
    sagemaker.update_model_package(
        ModelPackageArn=package, ModelApprovalStatus="Approved", ApprovalDescription=why
    )
