"""The embedded AWS's own small interface, `/local-aws/…`, as far as modules add to it themselves.

A module registers what it answers when it is installed; `local_aws.application` asks here for what
it does not know itself.
"""

from __future__ import annotations

from collections.abc import Callable

Control = Callable[[str, bytes], object]
"""Takes the rest of the path and the body; None where there is nothing of that name."""

_controls: dict[tuple[str, str], Control] = {}


def add(method: str, prefix: str, control: Control) -> None:
    """Answer `<method> /local-aws/<prefix><rest>`; a ValueError becomes 400 with its text."""
    _controls[method, prefix] = control


def answer(method: str, path: str, body: bytes) -> object:
    """What a module answers to `<method> /local-aws/<path>`; None where none does."""
    for (known, prefix), control in _controls.items():
        if known == method and path.startswith(prefix):
            return control(path.removeprefix(prefix), body)
    return None
