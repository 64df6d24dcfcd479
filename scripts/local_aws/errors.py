"""An error any service can answer with."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class Refusal(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """An error given by code and message; the service's model adds the HTTP status.

    moto looks up the model of the service whose package an exception was defined in; its own
    `ServiceException` belongs to none and cannot be answered with.
    """
