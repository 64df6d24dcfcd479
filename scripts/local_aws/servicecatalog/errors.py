"""The errors of AWS Service Catalog's model: all HTTP 400, told apart by their code.

API reference, *Errors* of each operation. Messages are ours where no public thread shows AWS's.
"""

from __future__ import annotations

from moto.core.exceptions import ServiceException

from local_aws.errors import meant


class CatalogError(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """Root of the errors a handler answers with."""


class DuplicateResource(CatalogError):
    """The thing exists already."""

    code = "DuplicateResourceException"


class InvalidParameters(CatalogError):
    """A parameter does not fit: its form, or what it says about other things."""

    code = "InvalidParametersException"


class InvalidState(CatalogError):
    """Not now: something else is still going on."""

    code = "InvalidStateException"


class LimitExceeded(CatalogError):
    """A quota of the account is reached."""

    code = "LimitExceededException"


class NotSupported(CatalogError):
    """This account may not do it, e.g. share with an organization without being its admin."""

    code = "OperationNotSupportedException"


class ResourceInUse(CatalogError):
    """Something still hangs on the thing that was to be deleted."""

    code = "ResourceInUseException"


class ResourceNotFound(CatalogError):
    """There is no such thing, or this caller does not see it."""

    code = "ResourceNotFoundException"


class NotImplementedHere(CatalogError):
    """AWS has it, the embedded AWS does not; clients do not try such an error again."""

    code = meant("NotImplementedException")

    def __init__(self, what: str) -> None:
        super().__init__(f"not implemented in the embedded AWS: {what}")
