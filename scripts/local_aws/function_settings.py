"""Settings of Lambda functions that moto drops: where logs and dead letters go, what is queued how.

API reference: CreateFunction and UpdateFunctionConfiguration (`LoggingConfig`, `DeadLetterConfig`),
PutFunctionEventInvokeConfig (replaces), UpdateFunctionEventInvokeConfig (merges), AddPermission
(a statement id is taken once).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

from local_aws import functions
from local_aws.errors import Refusal

Settings = Mapping[str, Any]
DESTINATIONS = frozenset({"events", "lambda", "sns", "sqs"})


def _creating(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_function(backend: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
        functions.check_role(spec["Role"])
        return original(backend, spec)

    return create_function


def _making(original: Callable[..., None]) -> Callable[..., None]:
    def initialise(
        function: LambdaFunction, account_id: str, spec: Settings, *more: Any, **named: Any
    ) -> None:
        original(function, account_id, spec, *more, **named)
        function.dead_letter_config = None
        function.logging_config = {}
        _apply(function, spec)

    return initialise


def _updating(original: Callable[..., Any]) -> Callable[..., Any]:
    def update_configuration(function: LambdaFunction, changes: dict[str, Any]) -> Any:
        if "Role" in changes:
            functions.check_role(changes["Role"])
        if "Environment" in changes:
            changes = {**changes, "Environment": {"Variables": {}, **changes["Environment"]}}
        _apply(function, changes)
        return original(function, changes)

    return update_configuration


def _apply(function: LambdaFunction, given: Settings) -> None:
    if "DeadLetterConfig" in given:
        function.dead_letter_config = given["DeadLetterConfig"]
    if "LoggingConfig" in given:
        function.logging_config = given["LoggingConfig"] or {}
        default = f"/aws/lambda/{function.function_name}"
        function.logs_group_name = function.logging_config.get("LogGroup", default)


def _describing(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_configuration(function: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        logging = {"LogFormat": "Text", **function.logging_config}
        found: dict[str, Any] = original(function, on_create)
        found["LoggingConfig"] = {**logging, "LogGroup": function.logs_group_name}
        if (function.dead_letter_config or {}).get("TargetArn"):
            found["DeadLetterConfig"] = function.dead_letter_config
        return found

    return get_configuration


def _check_destinations(config: Settings) -> None:
    for wanted in (config.get("DestinationConfig") or {}).values():
        arn = wanted.get("Destination")
        if arn and arn.split(":")[2] not in DESTINATIONS:
            raise NotImplementedError(f"lambda:PutFunctionEventInvokeConfig with {arn}")


def _replacing(original: Callable[..., Any]) -> Callable[..., Any]:
    def put(backend: LambdaBackend, function_name: str, config: dict[str, Any]) -> Any:
        _check_destinations(config)
        backend.get_function(function_name).event_invoke_config = []
        return original(backend, function_name, config)

    return put


def _merge(backend: LambdaBackend, function_name: str, config: dict[str, Any]) -> Any:
    present = backend.get_function(function_name).event_invoke_config
    known = present[0].config if present else {}
    return backend.put_function_event_invoke_config(function_name, {**known, **config})


def _permitting(original: Callable[..., Any]) -> Callable[..., Any]:
    def add_permission(
        backend: LambdaBackend, function_name: str, qualifier: str, statement: str
    ) -> Any:
        wanted = json.loads(statement)["StatementId"]
        known = backend.get_function(function_name, qualifier).policy.statements
        if any(one.get("Sid") == wanted for one in known):
            text = f"The statement id ({wanted}) provided already exists."
            raise Refusal("ResourceConflictException", text)
        return original(backend, function_name, qualifier, statement)

    return add_permission


def install() -> None:
    """Keep what moto drops."""
    LambdaFunction.__init__ = _making(LambdaFunction.__init__)
    LambdaFunction.update_configuration = _updating(LambdaFunction.update_configuration)
    LambdaFunction.get_configuration = _describing(LambdaFunction.get_configuration)
    LambdaBackend.create_function = _creating(LambdaBackend.create_function)
    LambdaBackend.add_permission = _permitting(LambdaBackend.add_permission)
    put = _replacing(LambdaBackend.put_function_event_invoke_config)
    LambdaBackend.put_function_event_invoke_config = put
    LambdaBackend.update_function_event_invoke_config = _merge
