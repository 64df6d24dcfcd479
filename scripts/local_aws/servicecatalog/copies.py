"""The service's own copies of templates, in buckets of its own.

Where a copy lies is told by DescribeProvisioningArtifact; nobody documents who may read it there.
The launch policies in AWS's guide let launch roles read such objects with `s3:GetObject`, so here
the identities of the product's own account may, where IAM allows them that call; others may not.
"""

from __future__ import annotations

import json

from moto.s3.models import s3_backends

from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.state import Artifact

OWNER = "999999999999"
"""The account of the service, in which nobody else is."""


def url(artifact: Artifact, call: Call) -> str:
    """Where the copy lies; never what the artifact was created from."""
    return f"https://{_bucket(artifact, call)}.s3.amazonaws.com/{artifact.id}"


def lay(artifact: Artifact, call: Call, owner: str) -> None:
    """Put the copy there.

    Args:
        artifact: Its template.
        call: For region and partition.
        owner: Account of the product, whose identities may read it.
    """
    backend = s3_backends[OWNER][call.caller.partition]
    name = _bucket(artifact, call)
    if name not in backend.buckets:
        backend.create_bucket(name, call.region)
        backend.put_bucket_policy(name, json.dumps(_policy(name, owner, call)).encode())
    backend.put_object(name, artifact.id, artifact.template.encode())


def _bucket(artifact: Artifact, call: Call) -> str:
    return f"cf-templates-{artifact.product_id}-{call.region}"


def _policy(bucket: str, owner: str, call: Call) -> dict[str, object]:
    partition = call.caller.partition
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{owner}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:{partition}:s3:::{bucket}/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
