"""Idempotency tokens: the same token with the same request gets the same answer again.

API reference, `IdempotencyToken` of the create operations: with another request it is refused. How
long a token lives is not documented; here it lives as long as the catalog.
"""

from __future__ import annotations

from typing import Any

from local_aws.servicecatalog.calls import Call, Handler
from local_aws.servicecatalog.errors import InvalidParameters

TOKENS = {
    "create_portfolio": "IdempotencyToken",
    "create_product": "IdempotencyToken",
    "create_provisioning_artifact": "IdempotencyToken",
    "create_constraint": "IdempotencyToken",
    "provision_product": "ProvisionToken",
    "update_provisioned_product": "UpdateToken",
    "terminate_provisioned_product": "TerminateToken",
}
"""Operations that carry a token, and what they call it."""


def once(call: Call, action: str, handler: Handler) -> dict[str, Any]:
    """Answer a call, doing it at most once per token.

    Raises:
        InvalidParameters: The token was used for another request.
    """
    token = call.params.get(TOKENS.get(action, ""))
    if token is None:
        return handler(call)
    key, request = (action, token), dict(call.params)
    if key in call.catalog.answers:
        before, answer = call.catalog.answers[key]
        if before != request:
            raise InvalidParameters(f"Token {token} was already used with other parameters.")
        return answer
    answer = handler(call)
    call.catalog.answers[key] = request, answer
    return answer
