"""What CloudFormation refuses, in its own codes (CloudFormation API reference, *Common errors*)."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """A request or template that CloudFormation does not accept."""

    code = "ValidationError"


class InsufficientCapabilities(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """The template needs an acknowledgement that the request lacks."""

    code = "InsufficientCapabilitiesException"


class AlreadyExists(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """A stack of this name exists."""

    code = "AlreadyExistsException"


class ResourceFailed(Exception):
    """A resource could not be created, changed or deleted; the stack rolls back.

    Args:
        text: The reason.
        left_behind: What a failed creation left and a rollback must delete, by its physical id.
    """

    def __init__(self, text: str, left_behind: str = "") -> None:
        super().__init__(text)
        self.left_behind = left_behind
