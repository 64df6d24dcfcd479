"""Who makes, changes and deletes the resources of each type.

The first that knows a type does it: a completion of ours that calls the service's own API, moto's
model of the type, or a record: a faithful note of a resource that nobody here acts on.
"""

from __future__ import annotations

from local_aws.cloudformation import schemas
from local_aws.cloudformation.providers import custom, moto_models, records, through_api
from local_aws.cloudformation.providers.base import Provider

_registered: dict[str, Provider] = {}


def register(kind: str, provider: Provider) -> None:
    """Let `provider` make a type."""
    _registered[kind] = provider


def of(kind: str) -> Provider:
    """The provider of a known type."""
    if schemas.is_custom(kind):
        return custom.PROVIDER
    if kind in _registered:
        return _registered[kind]
    return through_api.find(kind) or moto_models.find(kind) or records.PROVIDER
