"""All stacks of all accounts and regions, deleted ones too."""

from __future__ import annotations

from collections.abc import Iterator

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Stack

_stacks: dict[tuple[str, str], dict[str, Stack]] = {}


def put(stack: Stack) -> None:
    """Remember a stack."""
    _stacks.setdefault((stack.account, stack.region), {})[stack.id] = stack


def every(account: str, region: str) -> list[Stack]:
    """The stacks of an account and region, newest first, deleted ones included."""
    return list(reversed(_stacks.get((account, region), {}).values()))


def living(account: str, region: str) -> Iterator[Stack]:
    """The stacks that are not deleted."""
    return (stack for stack in every(account, region) if stack.status != "DELETE_COMPLETE")


def find(account: str, region: str, name_or_id: str) -> Stack | None:
    """A stack by id, or a living one by name."""
    by_id = _stacks.get((account, region), {}).get(name_or_id)
    return by_id or next((s for s in living(account, region) if s.name == name_or_id), None)


def get(account: str, region: str, name_or_id: str) -> Stack:
    """As `find`.

    Raises:
        ValidationError: There is no such stack.
    """
    found = find(account, region, name_or_id)
    if found is None:
        raise ValidationError(f"Stack with id {name_or_id} does not exist")
    return found


def forget(stack: Stack) -> None:
    """Drop a stack that never existed: the shell of a deleted change set."""
    _stacks[stack.account, stack.region].pop(stack.id, None)


def forget_all() -> None:
    """There are no stacks."""
    _stacks.clear()
