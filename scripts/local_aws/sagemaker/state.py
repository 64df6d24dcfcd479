"""What SageMaker keeps of one account and region: things of many kinds, and their tags.

A thing's fields are named as its Describe operation answers them; what only the embedded AWS needs
to know is kept apart in `hidden`. Things are frozen: a change puts another one in the place.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from local_aws.errors import Refusal

_counter = itertools.count()


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def invalid(text: str) -> Refusal:
    """The error of a request that SageMaker does not accept (API reference, *Common errors*)."""
    return Refusal("ValidationException", text)


def missing(text: str) -> Refusal:
    """The error of the newer operations for what is not there."""
    return Refusal("ResourceNotFound", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One resource.

    Args:
        kind: As ARNs spell it, e.g. `endpoint-config`.
        key: What its kind finds it by: a name, or several joined by `/`.
        fields: What Describe may answer, and List, by member name.
        hidden: What no operation answers.
        number: Grows with each thing made; what is made later sorts later.
    """

    kind: str
    key: str
    arn: str
    fields: Mapping[str, Any]
    hidden: Mapping[str, Any] = field(default_factory=dict)
    number: int = field(default_factory=_counter.__next__)

    def __getitem__(self, name: str) -> Any:
        return self.fields.get(name)

    def noting(self, **fields: Any) -> Thing:
        """The thing with other fields."""
        return replace(self, fields={**self.fields, **fields})

    def changed(self, **fields: Any) -> Thing:
        """The thing with other fields, modified now."""
        return self.noting(**fields, LastModifiedTime=now())

    def hiding(self, **hidden: Any) -> Thing:
        """The thing knowing something else as well."""
        return replace(self, hidden={**self.hidden, **hidden})


class Shelf(BaseBackend, TaggableResourcesMixin):  # type: ignore[misc]  # moto is read untyped
    """The things of one account and region; moto's reset empties it."""

    SERVICE_NAMESPACE = "sagemaker"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._things: dict[tuple[str, str], Thing] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.portfolio_enabled = False

    def put(self, thing: Thing) -> Thing:
        """Keep a thing, in the place of an earlier one."""
        self._things[thing.kind, thing.key] = thing
        return thing

    def get(self, kind: str, key: str) -> Thing | None:
        """A thing; None when there is none."""
        return self._things.get((kind, key))

    def remove(self, thing: Thing) -> None:
        """Forget a thing and its tags."""
        self._things.pop((thing.kind, thing.key), None)
        self.tags.pop(thing.arn, None)

    def every(self, kind: str) -> list[Thing]:
        """All things of a kind, oldest first."""
        return [thing for (each, _), thing in self._things.items() if each == kind]

    def by_arn(self, arn: str) -> Thing | None:
        """The thing with an ARN."""
        return next((thing for thing in self._things.values() if thing.arn == arn), None)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """What the tagging API sees."""
        for thing in list(self._things.values()):
            tags = dict(self.tags.get(thing.arn, {}))
            yield TaggedResource(arn=thing.arn, tags=tags, resource_type=f"sagemaker:{thing.kind}")

    def owns_arn(self, arn: str) -> bool:
        """Whether the tagging API is to ask this shelf."""
        return self.by_arn(arn) is not None

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Tag a thing."""
        self.tags.setdefault(arn, {}).update(tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """Take tags off a thing."""
        for key in tag_keys:
            self.tags.get(arn, {}).pop(key, None)


_shelves = BackendDict(Shelf, "sagemaker")


def shelf(account: str, region: str) -> Shelf:
    """What an account (12 digits) has in a region."""
    return _shelves[account][region]  # type: ignore[no-any-return]
