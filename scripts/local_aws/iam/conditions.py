"""The conditions of a statement (IAM user guide, *Condition operators*, *Multivalued keys*).

All conditions of a statement must hold; one holds when the request's value fits any of its own. A
key the request does not have fits nothing, except for negated operators, `…IfExists`, `Null` and
`ForAllValues`.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws.iam.patterns import Context, arn_like, filled, like, plain

Compare = Callable[[str, str], bool]
"""Takes the policy's value, filled, and the request's."""


class Malformed(ValueError):
    """A policy says something IAM does not know; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One operator on one key.

    Args:
        compare: What makes a value of the request fit a value of the policy.
        negated: The operator is true when no value fits.
        if_exists: A missing key makes it true.
        quantifier: `forallvalues`, `foranyvalue` or empty.
        null: It only asks whether the key is missing.
        key: In lower case.
    """

    compare: Compare
    negated: bool
    if_exists: bool
    quantifier: str
    null: bool
    key: str
    values: tuple[str, ...]

    def holds(self, context: Context, *, variables: bool = True) -> bool:
        """Whether a request satisfies it.

        Args:
            context: The request's condition keys.
            variables: The policy's version knows variables.
        """
        given = context.get(self.key, ())
        if self.null:
            return any((value.lower() == "true") == (not given) for value in self.values)
        if not given:
            if self.quantifier:
                return self.if_exists or self.quantifier == "forallvalues"
            return self.if_exists or self.negated
        wanted = [filled(value, context) if variables else value for value in self.values]
        fits = [any(w is not None and self.compare(w, one) for w in wanted) for one in given]
        if self.quantifier:
            fits = [fit != self.negated for fit in fits]
            return all(fits) if self.quantifier == "forallvalues" else any(fits)
        return any(fits) != self.negated

    def lacks(self, context: Context) -> bool:
        """Whether a policy variable in it has no value in a request."""
        return any(filled(value, context) is None for value in self.values)


def parse(block: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a statement's `Condition` block.

    Raises:
        Malformed: An operator is unknown.
    """
    return tuple(
        _condition(name, key, values)
        for name, keys in block.items()
        for key, values in keys.items()
    )


def _condition(name: str, key: str, values: Any) -> Condition:
    prefix, colon, base = name.lower().partition(":")
    quantifier, base = (prefix, base) if colon else ("", prefix)
    if quantifier not in ("", "forallvalues", "foranyvalue"):
        raise Malformed(f"{name} is no condition operator")
    if_exists = base.endswith("ifexists")
    base = base.removesuffix("ifexists")
    if base not in _OPERATORS:
        raise Malformed(f"{name} is no condition operator")
    compare, negated = _OPERATORS[base]
    return Condition(
        compare=compare,
        negated=negated,
        if_exists=if_exists,
        quantifier=quantifier,
        null=base == "null",
        key=key.lower(),
        values=tuple(map(_text, values if isinstance(values, list) else [values])),
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- Comparisons ------------------------------------------------------------------------------


def _equal(wanted: str, given: str) -> bool:
    return plain(wanted) == given


def _equal_ignoring_case(wanted: str, given: str) -> bool:
    return plain(wanted).lower() == given.lower()


def _address_in(wanted: str, given: str) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _same_bytes(wanted: str, given: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(given, validate=True)
    except binascii.Error:
        return False


def _moment(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 time or a number (W3C's profile: also a date alone)."""
    try:
        return float(text)
    except ValueError:
        at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _ordered(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> Compare:
    def check(wanted: str, given: str) -> bool:
        try:
            return compare(read(given), read(wanted))
        except ValueError:
            return False

    return check


_ORDERS: dict[str, tuple[Callable[[float, float], bool], bool]] = {
    "equals": (operator.eq, False),
    "notequals": (operator.eq, True),
    "lessthan": (operator.lt, False),
    "lessthanequals": (operator.le, False),
    "greaterthan": (operator.gt, False),
    "greaterthanequals": (operator.ge, False),
}
_OPERATORS: dict[str, tuple[Compare, bool]] = {
    "stringequals": (_equal, False),
    "stringnotequals": (_equal, True),
    "stringequalsignorecase": (_equal_ignoring_case, False),
    "stringnotequalsignorecase": (_equal_ignoring_case, True),
    "stringlike": (like, False),
    "stringnotlike": (like, True),
    "bool": (_equal_ignoring_case, False),
    "binaryequals": (_same_bytes, False),
    "ipaddress": (_address_in, False),
    "notipaddress": (_address_in, True),
    "arnequals": (arn_like, False),
    "arnlike": (arn_like, False),
    "arnnotequals": (arn_like, True),
    "arnnotlike": (arn_like, True),
    "null": (_equal, False),
    **{f"numeric{name}": (_ordered(float, how), no) for name, (how, no) in _ORDERS.items()},
    **{f"date{name}": (_ordered(_moment, how), no) for name, (how, no) in _ORDERS.items()},
}
"""Operator in lower case -> comparison and whether it is negated. `ArnEquals` and `ArnLike` behave
the same (*Amazon Resource Name (ARN) condition operators*)."""
