"""A target's regions one after the other: one that fails leaves the others done. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from catalog.errors import CatalogError, Refused, UsageError

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Generic[_T]):
    """What became of each region.

    Args:
        done: Region -> what came of it.
        failed: Region -> why nothing did.
    """

    done: Mapping[str, _T]
    failed: Mapping[str, CatalogError]

    def must_be_whole(self) -> None:
        """Stop when a region failed.

        Raises:
            CatalogError: The region's own error when it is the only one, else all of them.
        """
        if not self.failed:
            return
        if not self.done and len(self.failed) == 1:
            raise next(iter(self.failed.values()))
        lines = [f"{region}: {error}" for region, error in self.failed.items()]
        head = f"Not done in {', '.join(self.failed)}"
        rest = f"; done in {', '.join(self.done)}" if self.done else ""
        remedy = "Mend this and run it again; where it is done, there is nothing to do then."
        raise Refused(f"{head}{rest}.", "\n  ".join([*lines, remedy]))


def in_each(regions: Iterable[str], act: Callable[[str], _T]) -> Tried[_T]:
    """Act in every region.

    Raises:
        UsageError: The command was called wrongly, which no other region would change.
    """
    done: dict[str, _T] = {}
    failed: dict[str, CatalogError] = {}
    for region in regions:
        try:
            done[region] = act(region)
        except UsageError:
            raise
        except CatalogError as error:
            failed[region] = error
    return Tried(done=done, failed=failed)
