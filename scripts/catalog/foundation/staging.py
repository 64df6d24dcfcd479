"""Put a release where CloudFormation reads it: code and template into the artifact bucket.

For stacks made without Service Catalog, which are those of foundation products and taskcat's. It
lies apart from what is published, where only the publisher writes.
Accounts of the organization read the objects by their tag, as launch roles do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from catalog.aws import Gateways
from catalog.aws.stacks import BODY_LIMIT
from catalog.foundation.deployments import Wanted
from catalog.model import Release
from catalog.publishing.shipping import staged, staged_template
from catalog.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The artifact buckets of a target.

    Args:
        target: Names the bucket of each region.
        gateways: Region -> gateways to the hub there.
    """

    target: Target
    gateways: Mapping[str, Gateways]

    def stamped(self, release: Release) -> str:
        """The template with every region's bucket and the place of its code there."""
        return staged_template(release, self._buckets())

    def ready(self, regions: Iterable[str]) -> None:
        """Make the buckets that are not there yet, and see that they are as they should be.

        Raises:
            Refused: A bucket's name is taken by somebody else.
        """
        for region in sorted(set(regions)):
            hub = self.gateways[region]
            hub.storage.bucket.create()
            hub.storage.bucket.secure(hub.surroundings.organization(), self.target.publisher)

    def faults(self) -> dict[str, tuple[str, ...]]:
        """Region -> what is wrong with its bucket, where something is; looks only."""
        found = {
            region: hub.storage.bucket.faults(
                hub.surroundings.organization(), self.target.publisher
            )
            for region, hub in self.gateways.items()
        }
        return {region: faults for region, faults in found.items() if faults}

    def deletions(self) -> dict[str, tuple[str, ...]]:
        """Region -> which lifecycle rules delete what is published there; looks only."""
        found = {
            region: hub.storage.bucket.lifecycle().faults for region, hub in self.gateways.items()
        }
        return {region: faults for region, faults in found.items() if faults}

    def put(self, release: Release, region: str, key: str = "") -> str:
        """Upload a release's bundles, where they are not there yet, and its stamped template.

        Args:
            release: What to upload.
            region: Into whose bucket.
            key: Of the template; its own by content unless another is given.

        Returns:
            The template's address, as CloudFormation takes it.
        """
        storage, sent = self.gateways[region].storage, staged(release, self._buckets())
        for bundle in sent.bundles:
            storage.keep(bundle)
        template = replace(sent.template, key=key or sent.template.key)
        storage.put(template)
        return storage.url(template.key)

    def template(self, wanted: Wanted, region: str) -> dict[str, str] | None:
        """The template as CloudFormation takes it, in the request itself where it fits.

        A larger one goes into the artifact bucket; None before there is one.
        """
        if len(wanted.template.encode()) <= BODY_LIMIT:
            return {"TemplateBody": wanted.template}
        if not self.gateways[region].storage.bucket.exists():
            return None
        return {"TemplateURL": self.put(wanted.release, region)}

    def shipped(self, wanted: Wanted, regions: Iterable[str]) -> dict[str, str]:
        """The same, after code and template lie in the bucket of each region."""
        places = sorted(set(regions))
        self.ready(places)
        addresses = [self.put(wanted.release, region) for region in places]
        if len(wanted.template.encode()) <= BODY_LIMIT:
            return {"TemplateBody": wanted.template}
        return {"TemplateURL": addresses[0]}

    def _buckets(self) -> dict[str, str]:
        return {region: self.target.bucket_in(region) for region in self.target.regions}
