"""What SageMaker does elsewhere under a role: S3 objects, ECR images, taking the role on."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from local_aws import iam, inside
from local_aws.errors import Refusal

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403"})
_ANY_DIGEST = "sha256:" + "0" * 64


def assumable(role_arn: str, account: str) -> bool:
    """Whether SageMaker may take a role on for an account (12 digits): it exists and trusts."""
    try:
        iam.service_may(
            principal="sagemaker.amazonaws.com",
            action="sts:AssumeRole",
            resource=role_arn,
            source_account=account,
        )
    except Refusal:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """A role at work in an account (12 digits) and region."""

    account: str
    region: str
    role: str

    def client(self, service: str) -> Any:
        """A client with the role's permissions."""
        return inside.client(service, self.account, self.region, self.role)

    def fetch(self, url: str) -> bytes:
        """An object by its `s3://` URL.

        Raises:
            ClientError: It is not there, or the role may not read it.
        """
        bucket, key = place(url)
        body: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def fetch_below(self, url: str) -> dict[str, bytes]:
        """Every object whose key begins as the URL says, by key and in the order of keys.

        Raises:
            ClientError: The role may not list the bucket or read an object.
        """
        bucket, prefix = place(url)
        s3 = self.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return {
            key: s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            for key in keys
            if not key.endswith("/")
        }

    def keep(self, url: str, body: bytes) -> None:
        """Write an object.

        Raises:
            ClientError: The role may not.
        """
        bucket, key = place(url)
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def pull(self, image: str) -> bool:
        """Whether the role may pull an image.

        The calls are those that SageMaker needs permissions for (developer guide, *CreateModel
        API: Execution Role Permissions*). What ECR answers to them does not matter: the built-in
        images are in accounts of AWS.
        """
        host, _, path = image.partition("/")
        repository = {
            "registryId": host.partition(".")[0],
            "repositoryName": path.partition(":")[0].partition("@")[0],
        }
        ecr = self.client("ecr")
        for operation, request in (
            ("get_authorization_token", {}),
            ("batch_check_layer_availability", {**repository, "layerDigests": [_ANY_DIGEST]}),
            ("batch_get_image", {**repository, "imageIds": [{"imageTag": "latest"}]}),
            ("get_download_url_for_layer", {**repository, "layerDigest": _ANY_DIGEST}),
        ):
            try:
                getattr(ecr, operation)(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] in DENIED:
                    return False
        return True


def place(url: str) -> tuple[str, str]:
    """Bucket and key of an `s3://` or S3 console URL."""
    parts = urlsplit(url)
    return parts.netloc, parts.path.lstrip("/")


def pack(files: Mapping[str, bytes]) -> bytes:
    """A `model.tar.gz` with these files."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return archive.getvalue()


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files in a `model.tar.gz`.

    Raises:
        tarfile.TarError, OSError, EOFError: It is none.
    """
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        found = {}
        for member in tar:
            file = tar.extractfile(member)
            if file:
                found[member.name.removeprefix("./")] = file.read()
        return found
