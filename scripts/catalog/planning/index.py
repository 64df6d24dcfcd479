"""`index.json`: what the publisher remembers between runs, never what it believes blindly.

It maps our names to AWS ids and to a digest of what was wanted when the thing last converged. An
entry without a digest is unconverged: the next run looks there. Lose the file, and it is rebuilt
from names and identity tags. Pure; `catalog.aws.storage` reads and writes the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter, ValidationError

from catalog.planning.tokens import canonical

Lane = tuple[str, str]
"""`("portfolio", name)` or `("product", name)`: the unit that converges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One portfolio or product.

    Args:
        id: AWS id; empty while its creation is under way.
        arn: AWS ARN, for the tagging API.
        digest: Of what was wanted (`desired.intents`) when it last converged; empty otherwise.
        versions: Version -> artifact id.
        kept: Subjects that are published but no longer wanted, shown by every run.
        unsettled: Organization nodes that the last share did not fully reach.
    """

    id: str = ""
    arn: str = ""
    digest: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The whole memory of one target and region.

    Args:
        epoch: Counts what was forgotten. It goes into idempotency tokens, so that something
            removed and wanted again is really made again, not answered with what is gone.
    """

    format: int = 1
    epoch: int = 0
    portfolios: Mapping[str, Entry] = field(default_factory=dict)
    products: Mapping[str, Entry] = field(default_factory=dict)

    def entry(self, lane: Lane) -> Entry | None:
        """What is remembered of a portfolio or product."""
        kind, name = lane
        return (self.portfolios if kind == "portfolio" else self.products).get(name)

    def lanes(self) -> tuple[Lane, ...]:
        """Everything remembered."""
        return (
            *(("portfolio", name) for name in self.portfolios),
            *(("product", name) for name in self.products),
        )

    def with_entries(self, entries: Mapping[Lane, Entry | None]) -> Index:
        """The index with entries put in place of those of the same name; None forgets."""
        portfolios, products, epoch = dict(self.portfolios), dict(self.products), self.epoch
        for (kind, name), entry in entries.items():
            held = portfolios if kind == "portfolio" else products
            if entry is None:
                epoch += held.pop(name, None) is not None
            else:
                held[name] = entry
        return replace(self, portfolios=portfolios, products=products, epoch=epoch)


def versions(index: Index, product: str = "") -> Iterator[tuple[str, str]]:
    """(product, version) of every version remembered, or of one product's."""
    for name, entry in index.products.items():
        if product in ("", name):
            yield from ((name, version) for version in entry.versions)


def to_text(index: Index) -> str:
    """The index as JSON."""
    return canonical(index, indent=1) + "\n"


def from_text(text: str) -> Index | None:
    """Read back an index; None when it cannot be understood, which only costs a deep look."""
    try:
        index = _ADAPTER.validate_json(text)
    except ValidationError:
        return None
    return index if index.format == Index().format else None


_ADAPTER = TypeAdapter(Index)
