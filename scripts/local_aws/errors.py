"""An error any service can answer with."""

from __future__ import annotations

from moto.core.errors import COMMON_ERROR_CODES
from moto.core.exceptions import ServiceException


def meant(code: str) -> str:
    """An error code on purpose beside those of a service's model, which lists no common errors.

    moto warns about such a code unless it knows it, because its own are mistakes as a rule.
    """
    if code not in COMMON_ERROR_CODES:
        COMMON_ERROR_CODES.append(code)
    return code


class Refusal(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """An error given by code and message; the service's model adds the HTTP status.

    moto looks up the model of the service whose package an exception was defined in; its own
    `ServiceException` belongs to none and cannot be answered with.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(meant(code), message)
