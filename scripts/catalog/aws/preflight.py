"""The questions asked before the first write, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from catalog.errors import CatalogError, EnvironmentFault
from catalog.state import CatalogState
from catalog.targets import Target

if TYPE_CHECKING:
    from catalog.aws import Gateways
    from catalog.aws.surroundings import Caller, Surroundings


def right_account(gateways: Gateways, target: Target) -> Caller:
    """Who we are, which must be somebody in the target's account.

    Raises:
        EnvironmentFault: There are no credentials, or they are another account's.
    """
    caller = gateways.surroundings.caller()
    if caller.account != target.account:
        raise EnvironmentFault(
            f"The credentials are for account {caller.account} ({caller.arn}), but target "
            f"{target.name} is account {target.account}.",
            f"Sign in to {target.account}, or name another target.",
        )
    return caller


def unready(
    gateways: Gateways, target: Target, roles: Iterable[str], desired: CatalogState
) -> CatalogError | None:
    """What around the catalog would stop a publish; None when nothing would.

    Args:
        gateways: Where to ask.
        target: Where to publish.
        roles: Names of the launch roles.
        desired: For the organization nodes it is shared with.

    Returns:
        A missing launch role, OU or organization access, or a bucket that is somebody else's.

    Raises:
        EnvironmentFault: The credentials are another account's, or there are none.
    """
    around = gateways.surroundings
    nodes = sorted({node for state in desired.portfolios.values() for node in state.shares})
    checks: list[Callable[[], object]] = [gateways.storage.bucket.exists]
    checks += [partial(_role, around, target, role) for role in sorted(set(roles))]
    checks += [partial(_access, around, target)] if nodes else []
    checks += [partial(_node, around, target, node) for node in nodes]
    with ThreadPoolExecutor(8, "preflight") as pool:
        account = pool.submit(right_account, gateways, target)
        answers = [pool.submit(check) for check in checks]
        account.result()
        try:
            for answer in answers:
                answer.result()
        except CatalogError as error:
            return error
    return None


def _role(around: Surroundings, target: Target, role: str) -> None:
    if not around.has_role(role):
        raise EnvironmentFault(
            f"The launch role {role} does not exist in account {target.account}.",
            f"Deploy the foundation first: `make bootstrap TARGET={target.name}`. The role "
            "must exist here and in every account that launches.",
        )


def _access(around: Surroundings, target: Target) -> None:
    status = around.organization_access()
    if status != "ENABLED":
        raise EnvironmentFault(
            f"Service Catalog may not share inside the organization from account "
            f"{target.account}: organization access is {status}.",
            "In the management account, run `aws servicecatalog enable-aws-organizations-access` "
            "and register this account as delegated administrator of servicecatalog.amazonaws.com.",
        )


def _node(around: Surroundings, target: Target, node: str) -> None:
    known = around.organization() == node if node.startswith("o-") else around.has_unit(node)
    if not known:
        raise EnvironmentFault(
            f"The organization has no {node}, which target {target.name} shares with.",
            f"Correct targets.{target.name}.ous in catalog.yaml.",
        )
