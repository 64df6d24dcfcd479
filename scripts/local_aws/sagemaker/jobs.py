"""What jobs bring from S3 and take there under their role; failures worded like SageMaker's."""

from __future__ import annotations

from botocore.exceptions import ClientError

from local_aws.sagemaker.outside import Under, place


class JobFailed(Exception):
    """A job fails; the text is its FailureReason."""


def brought(under: Under, url: str) -> dict[str, bytes]:
    """Every object whose key begins as the URL says, by key and in the order of keys.

    Raises:
        JobFailed: There is none, or the role may not read one.
    """
    try:
        found, code = under.fetch_below(url), "NoSuchKey"
    except ClientError as error:
        found, code = {}, error.response["Error"]["Code"]
    if not found:
        raise JobFailed(
            f'ClientError: Data download failed:No S3 objects found under S3 URL "{url}" given in '
            f"input data source. Please ensure that the bucket exists in the selected region "
            f"({under.region}), that objects exist under that S3 prefix, and that the role "
            f'"{under.role}" has "s3:ListBucket" permissions on bucket "{place(url)[0]}". '
            f"Error code: {code}"
        )
    return found


def taken(under: Under, url: str, body: bytes) -> None:
    """Write an object.

    Raises:
        JobFailed: The role may not.
    """
    try:
        under.keep(url, body)
    except ClientError as error:
        said = error.response["Error"]
        raise JobFailed(
            f"ClientError: Artifact upload failed:{said['Code']}: {said['Message']} ({url})"
        ) from None
