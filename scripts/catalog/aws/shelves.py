"""Templates in S3 as Studio finds them: where domains point, and what a role may read there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.aws.session import Service
from catalog.errors import ServiceFault
from catalog.publishing import shipping
from catalog.studio.shelf import LOCATION_TAG, SeenTemplate, Shelf

_REFUSED = frozenset({"AccessDenied", "403", "NoSuchBucket"})
_ENDINGS = (".yaml", ".yml")


def locations(service: Service) -> Mapping[str, str]:
    """Domain id -> where its tag points; empty for a domain without the tag.

    Args:
        service: Client of `sagemaker` in the account of the domains.
    """
    tokens = ("NextToken", "NextToken")
    domains = service.pages("list_domains", "Domains", tokens=tokens)
    return {domain["DomainId"]: _tagged(service, domain["DomainArn"]) for domain in domains}


def _tagged(service: Service, arn: str) -> str:
    tags = service.pages(
        "list_tags", "Tags", arn, tokens=("NextToken", "NextToken"), ResourceArn=arn
    )
    return next((str(tag["Value"]) for tag in tags if tag["Key"] == LOCATION_TAG), "")


def look(service: Service, location: str) -> Shelf:
    """What a person finds at a place: ListObjectsV2, then tags and text of each template.

    Args:
        service: Client of `s3`, as the person's role.
        location: `s3://bucket/prefix/`.
    """
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    try:
        return Shelf(location=location, seen=tuple(_seen(service, bucket, prefix)))
    except ServiceFault as fault:
        if fault.code not in _REFUSED:
            raise
        return Shelf(location=location, refusal=fault.what)


def _seen(service: Service, bucket: str, prefix: str) -> Iterator[SeenTemplate]:
    listed = service.pages(
        "list_objects_v2",
        "Contents",
        f"s3://{bucket}/{prefix}",
        tokens=("ContinuationToken", "NextContinuationToken"),
        Bucket=bucket,
        Prefix=prefix,
    )
    for key in (one["Key"] for one in listed):
        if key.endswith(_ENDINGS):
            yield _template(service, bucket, key)


def _template(service: Service, bucket: str, key: str) -> SeenTemplate:
    subject = f"s3://{bucket}/{key}"
    tagged = service.call("get_object_tagging", subject, Bucket=bucket, Key=key)["TagSet"]
    answer = service.call("get_object", subject, Bucket=bucket, Key=key)
    body = answer["Body"].read()
    return SeenTemplate(
        name=key.rpartition("/")[2].rpartition(".")[0],
        url=f"https://{bucket}.s3.{service.site}/{key}",
        template=shipping.offered(
            body,
            {name.lower(): value for name, value in answer.get("Metadata", {}).items()},
            {tag["Key"]: tag["Value"] for tag in tagged},
            readable=True,
        ),
        text=body.decode(errors="replace"),
    )
