"""What one entry of a pattern's list says about one value of an event.

Operators and their limits follow the EventBridge user guide, *Comparison operators for use in event
patterns*; where it is silent, the open source of the engine behind EventBridge (Event Ruler).
"""

from __future__ import annotations

import ipaddress
import itertools
import operator
import re
from collections.abc import Callable, Mapping

Matcher = Callable[[object], bool]

LARGEST = 5.0e9
"""Numeric matching is limited to numbers from minus this to this."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Malformed(ValueError):
    """A pattern that EventBridge would not take; the text is the reason it gives."""


def absent(value: object) -> bool:
    """What `{"exists": false}` becomes: no value satisfies it, only the lack of one."""
    del value
    return False


def matcher(entry: object) -> Matcher:
    """The meaning of one entry of a list in a pattern.

    Args:
        entry: A plain JSON value, matched exactly, or an object with one operator.

    Raises:
        Malformed: The entry is neither.
    """
    if isinstance(entry, list):
        raise Malformed("Match value must be String, number, true, false, or null")
    if not isinstance(entry, dict):
        return _exactly(entry)
    name, operand = _only(entry)
    if name not in OPERATORS:
        raise Malformed(f"Unrecognized match type {name}")
    return OPERATORS[name](operand)


def _only(expression: dict[str, object]) -> tuple[str, object]:
    if not expression:
        raise Malformed("Match expression name not found")
    if len(expression) > 1:
        raise Malformed("Only one key allowed in match expression")
    return next(iter(expression.items()))


def _exactly(wanted: object) -> Matcher:
    # As written, without conversion: 300 is not 300.0, and true is not 1 (user guide, *Event
    # pattern syntax*: numbers are compared by their string representation).
    return lambda value: type(value) is type(wanted) and value == wanted


def _text(operand: object, name: str) -> str:
    if not isinstance(operand, str):
        raise Malformed(f"{name} match pattern must be a string")
    return operand


def _on_text(test: Callable[[str], bool]) -> Matcher:
    return lambda value: isinstance(value, str) and test(value)


def _prefix(operand: object) -> Matcher:
    if isinstance(operand, dict):
        start = _ignoring_case(operand, "prefix")
        return _on_text(lambda value: value.lower().startswith(start))
    start = _text(operand, "prefix")
    return _on_text(lambda value: value.startswith(start))


def _suffix(operand: object) -> Matcher:
    if isinstance(operand, dict):
        end = _ignoring_case(operand, "suffix")
        return _on_text(lambda value: value.lower().endswith(end))
    end = _text(operand, "suffix")
    return _on_text(lambda value: value.endswith(end))


def _ignoring_case(expression: dict[str, object], name: str) -> str:
    inner, operand = _only(expression)
    if inner != "equals-ignore-case":
        raise Malformed(f"Unsupported {name} pattern: {inner}")
    return _text(operand, f"{name}/equals-ignore-case").lower()


def _equals_ignoring_case(operand: object) -> Matcher:
    wanted = _text(operand, "equals-ignore-case").lower()
    return _on_text(lambda value: value.lower() == wanted)


def _wildcard(operand: object) -> Matcher:
    expression = re.compile(_as_regex(_text(operand, "wildcard")), re.DOTALL)
    return _on_text(lambda value: expression.fullmatch(value) is not None)


def _as_regex(text: str) -> str:
    if re.search(r"\\(?![*\\])", re.sub(r"\\[*\\]", "", text)):
        raise Malformed("Invalid escape character in wildcard: only * and \\ can be escaped")
    signs = re.findall(r"\\[*\\]|.", text, re.DOTALL)
    if ("*", "*") in itertools.pairwise(signs):
        raise Malformed("Consecutive wildcard characters are not allowed")
    return "".join(".*" if sign == "*" else re.escape(sign[-1]) for sign in signs)


def _cidr(operand: object) -> Matcher:
    text = _text(operand, "cidr")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Malformed(f"Malformed CIDR: {text}") from None
    if "/" not in text:
        raise Malformed("Malformed CIDR, one '/' required")

    def test(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return _on_text(test)


def _exists(operand: object) -> Matcher:
    if not isinstance(operand, bool):
        raise Malformed("exists match pattern must be either true or false.")
    return (lambda _: True) if operand else absent


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(operand: object, name: str) -> float:
    if not _is_number(operand):
        raise Malformed(f"Value of {name} must be numeric")
    number = float(operand)  # type: ignore[arg-type]
    if abs(number) > LARGEST:
        raise Malformed(f"Value must be between {-LARGEST:.0f} and {LARGEST:.0f}, inclusive")
    return number


def _numeric(operand: object) -> Matcher:
    if not isinstance(operand, list):
        raise Malformed("Value of numeric must be an array.")
    if not operand or len(operand) % 2 or not isinstance(operand[0], str):
        raise Malformed("Invalid member in numeric match")
    terms = [
        (name, _number(number, name))
        for name, number in zip(operand[::2], operand[1::2], strict=True)
    ]
    _check_range(terms)
    limits = [(COMPARISONS[name], number) for name, number in terms]
    return lambda value: (
        _is_number(value)
        and all(
            test(value, limit) and abs(value) <= LARGEST  # type: ignore[arg-type]
            for test, limit in limits
        )
    )


def _check_range(terms: list[tuple[str, float]]) -> None:
    """One comparison, or a lower and then an upper limit."""
    for name, _ in terms:
        if name not in COMPARISONS:
            raise Malformed(f"Unrecognized numeric range operator: {name}")
    if len(terms) == 1:
        return
    (lower, bottom), (upper, top), *more = terms
    if more or lower not in {">", ">="}:
        raise Malformed("Too many elements in numeric expression")
    if upper not in {"<", "<="}:
        raise Malformed(f"Bad numeric range operator: {upper}")
    if bottom > top:
        raise Malformed("Bottom must be less than top")


def _anything_but(operand: object) -> Matcher:
    if isinstance(operand, dict):
        name, inner = _only(operand)
        if name not in NEGATED:
            raise Malformed(f"Unsupported anything-but pattern: {name}")
        given = inner if isinstance(inner, list) else [inner]
        if not given or any(one == "" for one in given):
            raise Malformed("Null prefix/suffix not allowed")
        tests = [NEGATED[name](_text(one, f"anything-but/{name}")) for one in given]
    else:
        given = operand if isinstance(operand, list) else [operand]
        texts = [one for one in given if isinstance(one, str)]
        numbers = [one for one in given if _is_number(one)]
        if not given or len(given) not in (len(texts), len(numbers)):
            reason = "either all values are number or string, mixed type is not supported"
            raise Malformed(f"Inside anything but list, {reason}")
        tests = [_exactly(one) for one in texts] + [_equal_number(one) for one in numbers]
    return lambda value: not any(test(value) for test in tests)


def _equal_number(wanted: object) -> Matcher:
    return lambda value: _is_number(value) and value == wanted


NEGATED: Mapping[str, Callable[[object], Matcher]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignoring_case,
    "wildcard": _wildcard,
}
OPERATORS: Mapping[str, Callable[[object], Matcher]] = {
    **NEGATED,
    "anything-but": _anything_but,
    "cidr": _cidr,
    "exists": _exists,
    "numeric": _numeric,
}
