"""Requests and responses held against botocore's service models.

A request that breaks the model is refused as AWS words it (API reference, *Common Errors*,
`ValidationException`); so is a member the model does not know, which AWS would silently ignore,
because a client of ours that sends one is wrong. A response that breaks the model is a fault of the
embedded AWS and raises `ModelViolation`.

Checks are compiled once per shape into closures: a request costs some tens of microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import regex  # type: ignore[import-untyped]  # comes with cfn-lint; knows \\p{L}
from botocore.model import ServiceModel, Shape
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model

from local_aws.errors import Refusal

Handler = Callable[[BaseResponse, dict[str, Any]], dict[str, Any]]
Check = Callable[[Any, str, list[str]], None]

ERROR_CODES = {
    "cloudformation": "ValidationError",
    "resourcegroupstaggingapi": "InvalidParameterException",
}
"""How a service spells a request that breaks its model; `ValidationException` elsewhere."""

ANSWERED_BEYOND_THE_MODEL = frozenset(
    {
        ("servicecatalog", "Status", "CREATED"),
        ("cloudformation", "ResourceStatus", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
    }
)
"""Values AWS answers although its own model does not list them. CreateProduct's status: public
clients wait for CREATED, the enum knows only AVAILABLE, CREATING and FAILED."""


ANSWERED_EMPTY = frozenset({("codebuild", "BuildIds"), ("codebuild", "ProjectNames")})
"""Lists whose model demands a member and that AWS answers empty: CodeBuild's examples show
`"buildsNotFound": []` (CLI reference, *batch-get-builds*)."""


class ModelViolation(AssertionError):
    """A response of the embedded AWS is not one the service could give."""


class _WrongType(Exception):
    """A value is not even of the shape's type, e.g. text where a list belongs."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The compiled checks of one operation."""

    service: str
    name: str
    input: Check | None
    output: Check | None

    def check_request(self, params: Mapping[str, Any]) -> None:
        """Refuse a request that breaks the model.

        Raises:
            Refusal: With the service's validation code, or `SerializationException` where
                a value has the wrong type.
        """
        problems: list[str] = []
        if self.input:
            try:
                self.input(params, "", problems)
            except _WrongType as error:
                raise Refusal("SerializationException", str(error)) from None
        if problems:
            count = f"{len(problems)} validation error{'s' * (len(problems) > 1)} detected: "
            code = ERROR_CODES.get(self.service, "ValidationException")
            raise Refusal(code, count + "; ".join(problems))

    def check_response(self, result: Mapping[str, Any]) -> None:
        """Refuse to answer what the model does not allow.

        Raises:
            ModelViolation: The embedded AWS is wrong.
        """
        problems: list[str] = []
        if self.output:
            try:
                self.output(result, "", problems)
            except _WrongType as error:
                problems.append(str(error))
        elif result:
            problems.append("the operation answers nothing")
        if problems:
            raise ModelViolation(f"{self.service}:{self.name}: {'; '.join(problems)}")


@cache
def operation(service: str, name: str) -> Operation:
    """The compiled checks of an operation, e.g. `operation("servicecatalog", "CreateProduct")`."""
    model: ServiceModel = get_service_model(service)
    compiler = _Compiler(service)
    shapes = model.operation_model(name)
    return Operation(
        service,
        name,
        compiler.compile(shapes.input_shape) if shapes.input_shape else None,
        compiler.compile(shapes.output_shape) if shapes.output_shape else None,
    )


def served(service: str, name: str, handler: Handler) -> Callable[[BaseResponse], Any]:
    """A moto response method that checks the request, calls `handler` and checks its answer.

    Args:
        service: boto3's service name; one that speaks AWS JSON 1.1.
        name: Operation, e.g. `CreateProduct`.
        handler: Takes moto's response object (for the caller) and the parsed request.
    """

    def method(self: BaseResponse) -> Any:
        self.parse_parameters(self.normalized_request)
        checks = operation(service, name)
        params = dict(self.params)
        checks.check_request(params)
        result = handler(self, params)
        checks.check_response(result)
        content_type = self.normalized_request.content_type or ""
        if "json" not in content_type:
            return ActionResult(result)
        # moto's serialiser walks the model once more; plain JSON is three times as fast.
        return 200, {"Content-Type": content_type}, json.dumps(result, default=_seconds)

    method.__name__ = camelcase_to_underscores(name)
    return method


def _seconds(moment: datetime) -> float:
    return round(moment.timestamp(), 3)


class _Compiler:
    """Turns shapes of one service into checks; a shape that contains itself is looked up late."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._checks: dict[str, Check] = {}

    def compile(self, shape: Shape) -> Check:
        if shape.name not in self._checks:
            self._checks[shape.name] = lambda value, at, problems: self._checks[shape.name](
                value, at, problems
            )
            build = getattr(self, f"_{shape.type_name}", self._any)
            self._checks[shape.name] = build(shape)
        return self._checks[shape.name]

    def _structure(self, shape: Any) -> Check:
        members = {name: self.compile(member) for name, member in shape.members.items()}
        required = tuple(shape.required_members)

        def check(value: Any, at: str, problems: list[str]) -> None:
            _demand(isinstance(value, Mapping), value, at, "a structure")
            prefix = f"{at}." if at else ""
            for name in required:
                if value.get(name) is None:
                    problems.append(_failed(None, prefix + _lower(name), "Member must not be null"))
            for name, member in value.items():
                if name not in members:
                    problems.append(f"Unknown member '{prefix}{name}'")
                elif member is not None:
                    members[name](member, prefix + _lower(name), problems)

        return check

    def _list(self, shape: Any) -> Check:
        member, bounds = self.compile(shape.member), _length(shape)
        may_be_empty = (self._service, shape.name) in ANSWERED_EMPTY

        def check(value: Any, at: str, problems: list[str]) -> None:
            _demand(isinstance(value, list | tuple), value, at, "a list")
            if value or not may_be_empty:
                bounds(value, at, problems)
            for index, item in enumerate(value, start=1):
                member(item, f"{at}.{index}.member", problems)

        return check

    def _map(self, shape: Any) -> Check:
        key, member, bounds = self.compile(shape.key), self.compile(shape.value), _length(shape)

        def check(value: Any, at: str, problems: list[str]) -> None:
            _demand(isinstance(value, Mapping), value, at, "a map")
            bounds(value, at, problems)
            for name, item in value.items():
                key(name, f"{at}.key", problems)
                member(item, f"{at}.{name}.member", problems)

        return check

    def _string(self, shape: Any) -> Check:
        bounds, enum = _length(shape), tuple(shape.enum)
        pattern = shape.metadata.get("pattern")
        matches = regex.compile(pattern.replace(*_BEYOND)).fullmatch if pattern else None
        service = self._service

        def check(value: Any, at: str, problems: list[str]) -> None:
            _demand(isinstance(value, str), value, at, "a string")
            bounds(value, at, problems)
            if matches and not matches(value):
                rule = f"Member must satisfy regular expression pattern: {pattern}"
                problems.append(_failed(value, at, rule))
            if enum and value not in enum:
                if (service, shape.name, value) in ANSWERED_BEYOND_THE_MODEL:
                    return
                rule = f"Member must satisfy enum value set: [{', '.join(enum)}]"
                problems.append(_failed(value, at, rule))

        return check

    def _integer(self, shape: Any) -> Check:
        least, most = shape.metadata.get("min"), shape.metadata.get("max")

        def check(value: Any, at: str, problems: list[str]) -> None:
            _demand(type(value) is int, value, at, "an integer")
            if least is not None and value < least:
                rule = f"Member must have value greater than or equal to {least}"
                problems.append(_failed(value, at, rule))
            if most is not None and value > most:
                rule = f"Member must have value less than or equal to {most}"
                problems.append(_failed(value, at, rule))

        return check

    _long = _integer

    def _boolean(self, _shape: Shape) -> Check:
        return lambda value, at, _: _demand(isinstance(value, bool), value, at, "a boolean")

    def _timestamp(self, _shape: Shape) -> Check:
        return lambda value, at, _: _demand(isinstance(value, datetime), value, at, "a time")

    def _any(self, _shape: Shape) -> Check:
        return lambda _value, _at, _problems: None


_BEYOND = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
"""Characters beyond the first 65,536, as Java's patterns and as Python's write them."""


def _length(shape: Shape) -> Check:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")

    def check(value: Any, at: str, problems: list[str]) -> None:
        if len(value) < least:
            rule = f"Member must have length greater than or equal to {least}"
            problems.append(_failed(value, at, rule))
        if most is not None and len(value) > most:
            rule = f"Member must have length less than or equal to {most}"
            problems.append(_failed(value, at, rule))

    return check


def _demand(right: bool, value: Any, at: str, expected: str) -> None:
    if not right:
        raise _WrongType(f"{type(value).__name__} at '{at}' where {expected} is expected")


def _failed(value: Any, at: str, rule: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{at}' failed to satisfy constraint: {rule}"


def _lower(name: str) -> str:
    """Members are named as in the service's Java code: first letter small."""
    return name[:1].lower() + name[1:]
