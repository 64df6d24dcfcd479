"""What every action needs at hand while a plan is applied: gateways, ids, uploads, patience."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.errors import Refused
from catalog.planning.ids import Identity
from catalog.planning.index import Entry, Index, Lane
from catalog.publishing.waiting import CONSISTENCY, SHARING, Patience
from catalog.state import ConstraintKind

if TYPE_CHECKING:
    from catalog.aws import Gateways
    from catalog.publishing.shipping import Cargo
    from catalog.publishing.surveying import Survey
    from catalog.publishing.uploading import Uploads


@dataclass(kw_only=True)
class Desk:
    """Shared by all workers; each lane is worked on by one at a time, so entries never race.

    Args:
        aws: Gateways.
        uploads: Templates on their way.
        secured: Over once the bucket's settings are what they should be.
        offer: Makes the S3 template of a product's current release.
        index: As it was before this run.
        versions: Product -> version -> artifact id.
        salt: Differs from run to run, for tokens of what the service keeps unique anyway.
        identities: Portfolios and products by lane.
        born: Portfolios and products made in this run.
        patience: For things just made to be seen.
        share_patience: For a share to reach its accounts.
    """

    aws: Gateways
    index: Index
    salt: str
    uploads: Uploads | None = None
    secured: Future[None] | None = None
    offer: Callable[[str], Cargo] | None = None
    identities: dict[Lane, Identity] = field(default_factory=dict)
    born: set[Lane] = field(default_factory=set)
    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    constraints: dict[tuple[str, str, ConstraintKind], str] = field(default_factory=dict)
    patience: Patience = CONSISTENCY
    share_patience: Patience = SHARING

    @classmethod
    def blank(cls, aws: Gateways, seen: Survey) -> Desk:
        """A desk that knows what a survey found, and has nothing to upload."""
        return cls(
            aws=aws,
            index=seen.index,
            salt=seen.etag or "",
            identities=dict(seen.ids.lanes),
            versions={name: dict(held) for name, held in seen.ids.versions.items()},
            constraints=dict(seen.ids.constraints),
        )

    def id(self, lane: Lane) -> str:
        """AWS id of a portfolio or product.

        Raises:
            Refused: It does not exist, because its creation failed.
        """
        identity = self.identities.get(lane)
        if identity is None:
            raise Refused(f"{' '.join(lane)} does not exist.", "Mend what kept it from being made.")
        return identity.id

    def template_url(self, product: str, version: str) -> str:
        """Address of the template of a release, once it is in place."""
        if self.uploads is None:
            raise Refused(f"Nothing was uploaded for {product} {version}.")
        return self.uploads.template_url(product, version)

    def offered(self, product: str) -> Cargo:
        """The S3 template of a product's current release, once Studio could read it."""
        if self.offer is None or self.secured is None:
            raise Refused(f"Nothing is to be offered of {product}.")
        self.secured.result()
        return self.offer(product)

    def learn(self, lane: Lane, identity: Identity) -> None:
        """Remember what was just created."""
        self.identities[lane] = identity
        self.born.add(lane)

    def forget(self, lane: Lane) -> None:
        """What was just deleted."""
        self.identities.pop(lane, None)

    def past(self, lane: Lane) -> tuple[str, int]:
        """What tells the creation of a portfolio or product from an earlier one of the same."""
        return self.remembered(lane).id, self.index.epoch

    def remembered(self, lane: Lane) -> Entry:
        """What the index knew before this run."""
        return self.index.entry(lane) or Entry()
