"""The S3 templates of the artifact bucket: read, put and taken away."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from catalog.aws.storage import Storage
from catalog.errors import ServiceFault
from catalog.planning import offering
from catalog.publishing import shipping
from catalog.publishing.shipping import Cargo
from catalog.state import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Gateway to the objects that Studio lists.

    Args:
        storage: Where they lie.
    """

    storage: Storage

    def observe(
        self, covers: Callable[[str], bool], pool: ThreadPoolExecutor
    ) -> dict[str, Template]:
        """Product -> what is offered of it.

        Calls: ListObjectsV2 per 1,000; where there are any, GetBucketCors; per template GetObject
        and GetObjectTagging.

        Args:
            covers: Which products to look at.
            pool: For looking at several at a time.
        """
        keys = self.storage.list(offering.FOLDER)
        names = sorted(name for key in keys if (name := offering.product_of(key)) and covers(name))
        readable = bool(names) and self.storage.bucket.is_open()
        found = zip(names, pool.map(lambda name: self._look(name, readable), names), strict=True)
        return {name: template for name, template in found if template}

    def _look(self, product: str, readable: bool) -> Template | None:
        key = offering.key(product)
        subject = f"object {key}"
        try:
            answer = self.storage.bucket.call("get_object", subject, Key=key)
            tagged = self.storage.bucket.call("get_object_tagging", subject, Key=key)
        except ServiceFault as fault:
            if fault.code == "NoSuchKey":  # withdrawn since it was listed
                return None
            raise
        return shipping.offered(
            answer["Body"].read(),
            {name.lower(): value for name, value in answer.get("Metadata", {}).items()},
            {tag["Key"]: tag["Value"] for tag in tagged["TagSet"]},
            readable=readable,
        )

    def put(self, cargo: Cargo) -> None:
        """Offer a template, or another one in its place."""
        self.storage.put(cargo)

    def withdraw(self, product: str) -> None:
        """Offer nothing of a product any more (DeleteObject)."""
        key = offering.key(product)
        self.storage.bucket.call("delete_object", f"object {key}", Key=key)
