"""Portfolio shares: one action at a time, awaited, and its errors told account by account."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from catalog.errors import ServiceFault
from catalog.publishing.desk import Desk
from catalog.publishing.waiting import retrying, until
from catalog.state import Share

if TYPE_CHECKING:
    from catalog.aws.shares import ShareProgress

BUSY = frozenset({"InvalidStateException"})
"""Another share action is under way: wait and ask again."""

_UNSEEN = frozenset({"ResourceNotFoundException"})

REPEATS = 3
_BENIGN = "DuplicateResourceException"


def share(desk: Desk, portfolio: str, node: str, wanted: Share, *, exists: bool) -> None:
    """Share a portfolio with an organization node, or correct the flags of a share.

    Creating an existing share would leave its flags as they are, so that one is updated. An account
    that a new share failed to reach is reached by making it anew, as users of Terraform found; one
    that people may use already is updated again, which takes nothing away meanwhile.

    Raises:
        ServiceFault: It did not reach every account.
    """
    make = desk.aws.shares.update if exists else desk.aws.shares.create
    errors: tuple[str, ...] = ()
    for attempt in range(REPEATS):
        if attempt and not exists:
            unshare(desk, portfolio, node)
        errors = _errors(_awaited(desk, _begun(desk, partial(make, portfolio, node, wanted))))
        if not errors:
            return
    raise ServiceFault(
        f"The share with {node} did not reach every account: {'; '.join(errors)}.",
        "Run this again; if it stays so, take the share from the portfolio's file, publish with"
        " --prune, put it back and publish: a new share tries them anew.",
    )


def corrected(desk: Desk, portfolio: str, node: str, wanted: Share) -> None:
    """Correct the flags of a share that was there already when it was created.

    The listing lags at times, and creating an existing share leaves its flags as they were.
    """

    def look() -> Share | None:
        return dict(desk.aws.shares.list(portfolio)).get(node)

    live = until(look, desk.patience)
    if live is not None and live != wanted:
        share(desk, portfolio, node, wanted, exists=True)


def unshare(desk: Desk, portfolio: str, node: str) -> None:
    """Take a share back, and wait until that is done.

    Raises:
        ServiceFault: It could not be taken back everywhere.
    """
    token = retrying(lambda: desk.aws.shares.delete(portfolio, node), BUSY, desk.share_patience)
    if errors := _errors(_awaited(desk, token)):
        raise ServiceFault(f"The share with {node} is not gone everywhere: {'; '.join(errors)}.")


def _begun(desk: Desk, act: Callable[[], str]) -> str:
    return retrying(lambda: retrying(act, _UNSEEN, desk.patience), BUSY, desk.share_patience)


def _awaited(desk: Desk, token: str) -> ShareProgress | None:
    """The end of a share action; None when the service gave nothing to wait for."""
    if not token:
        return None

    def look() -> ShareProgress | None:
        progress = desk.aws.shares.progress(token)
        return progress if progress.over else None

    progress = until(look, desk.share_patience)
    if progress is None:
        raise ServiceFault("A share action did not end in time.", "Run this again later.")
    return progress


def _errors(progress: ShareProgress | None) -> tuple[str, ...]:
    if progress is None or progress.status == "COMPLETED":
        return ()
    errors = [error for error in progress.errors if error[0] != _BENIGN]
    if not progress.errors:
        return (f"the service answers {progress.status} without a reason",)
    return tuple(
        f"{code} for {', '.join(accounts) or 'unnamed accounts'}: {message}"
        for code, message, accounts in errors
    )
