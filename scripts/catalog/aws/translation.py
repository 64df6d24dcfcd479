"""botocore's exceptions as the tool's errors: where, what, and what to do next."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from catalog.errors import CatalogError, EnvironmentFault, ServiceFault

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
)
_INVALID_KEYS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
    }
)


def translated(error: ClientError, service: str, subject: str) -> CatalogError:
    """The error for a call that a service refused.

    Args:
        error: botocore's.
        service: boto3's name of the service.
        subject: What the call was about; may be empty.
    """
    details: Any = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), str(details.get("Message", "")).strip()
    operation = f"{service}:{error.operation_name}"
    if code in _INVALID_KEYS:
        return EnvironmentFault(
            f"AWS does not accept the credentials in use ({code}).",
            "Sign in again, e.g. `aws sso login`, or export fresh credentials.",
        )
    about = f" for {subject}" if subject else ""
    what = f"{operation}{about}: {message or 'refused'} ({code})."
    return ServiceFault(what, _remedy(code, operation), code=code, operation=operation)


def _remedy(code: str, operation: str) -> str:
    if code in DENIED or code == "403":
        return f"Allow the role you publish with the action {operation}, and run this again."
    if code in THROTTLED:
        return "The service asks for fewer calls; run this again later."
    if code == "LimitExceededException":
        return "Ask for a higher quota in Service Quotas, then name it in the target's `quotas`."
    return ""


def unreachable(error: BotoCoreError) -> EnvironmentFault:
    """The error for a call that never got an answer."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
        return EnvironmentFault(
            f"There are no AWS credentials: {error}.",
            "Sign in with the AWS CLI, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.",
        )
    if isinstance(error, NoRegionError):
        return EnvironmentFault("No region is set.", "Name it in the target's `regions`.")
    if isinstance(error, EndpointConnectionError):
        return EnvironmentFault(f"{error}.", "Is the network up, and the region's name right?")
    return EnvironmentFault(f"The call to AWS did not come through: {error}.", "Run it again.")
