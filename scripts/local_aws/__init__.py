"""The embedded AWS: moto as a server on loopback, completed where it stops short.

Every module that completes a service has an `install()`; `local_aws.install.install()` calls them
all, once per process. What our products and publisher do not call answers "not implemented" by
name, never a silent success.

`local_aws.server` starts and finds the server of a checkout and needs nothing of moto;
`embedded()` is the same AWS inside this process, for tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from catalog.targets import Organization
    from local_aws.process import Embedded


def embedded(organization: Organization, hub: str, region: str) -> AbstractContextManager[Embedded]:
    """The embedded AWS inside this process, empty but for its organization.

    Args:
        organization: Accounts, OUs and people, with their ids.
        hub: 12-digit account that administers Service Catalog and StackSets.
        region: Where sessions work unless told otherwise.
    """
    from local_aws.process import embedded as enter  # noqa: PLC0415 - imports all of moto

    return enter(organization, hub, region)
