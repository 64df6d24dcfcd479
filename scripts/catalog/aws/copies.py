"""What is live of a version: its parameters, and the service's own copy of its template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from catalog.aws.session import Service
from catalog.errors import CatalogError

_VIRTUAL = re.compile(r"(?P<bucket>.+)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
_PATH = re.compile(r"s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A version as the service holds it.

    Args:
        parameters: Names of its parameters; None when the service does not tell.
        template: Text of its template; None when it cannot be read.
        why: What kept it from being read; empty when it was.
    """

    parameters: tuple[str, ...] | None
    template: str | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Gateway to Service Catalog's copies of templates."""

    servicecatalog: Service
    s3: Service

    def of(self, product: str, version_id: str) -> Copy:
        """A version's copy.

        DescribeProvisioningArtifact with Verbose answers a TemplateUrl, where the service keeps its
        copy; whether we may read there, S3 decides.
        """
        subject = f"version {version_id} of product {product}"
        answer = self.servicecatalog.call(
            "describe_provisioning_artifact",
            subject,
            ProductId=product,
            ProvisioningArtifactId=version_id,
            Verbose=True,
            IncludeProvisioningArtifactParameters=True,
        )
        listed = answer.get("ProvisioningArtifactParameters")
        names = None if listed is None else tuple(each["ParameterKey"] for each in listed)
        place = location(answer.get("Info", {}).get("TemplateUrl", ""))
        if place is None:
            return Copy(parameters=names, template=None, why="the service does not say where it is")
        try:
            text = self._read(*place)
        except CatalogError as error:
            return Copy(parameters=names, template=None, why=error.what)
        return Copy(parameters=names, template=text)

    def _read(self, bucket: str, key: str) -> str:
        answer = self.s3.call("get_object", f"s3://{bucket}/{key}", Bucket=bucket, Key=key)
        text: str = answer["Body"].read().decode(errors="replace")
        return text


def location(url: str) -> tuple[str, str] | None:
    """Bucket and key of an S3 address, the bucket in its host or its path; None when it is none."""
    parts = urlsplit(url)
    path = unquote(parts.path.lstrip("/"))
    if _PATH.fullmatch(parts.netloc):
        bucket, _, key = path.partition("/")
        return (bucket, key) if key else None
    host = _VIRTUAL.fullmatch(parts.netloc)
    return (host["bucket"], path) if host and path else None
