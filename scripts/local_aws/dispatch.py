"""Where every request to the embedded AWS passes: who is called, what is wrong today, who answers.

The server and the in-process stub both call `answer`. It names the operation for the call log,
lets `local_aws.faults` strike, and hands the request to moto's handler of that service, or to one
of ours that `serve` registered. What neither implements is refused by name, in the service's own
protocol, so that a client shows it as an error and does not try again.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from botocore.exceptions import ClientError, UnknownServiceError
from botocore.model import OperationNotFoundError
from moto import backend_index, backends
from moto.core.base_backend import BackendDict
from moto.core.exceptions import HTTPException, ServiceException
from moto.core.model import OperationModel
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from werkzeug.exceptions import NotFound

from local_aws import buckets, faults, iam, identity, serial
from local_aws.errors import Refusal
from local_aws.iam import calling

log = logging.getLogger("local_aws")

Handler = Callable[[Request, str, Any], Any]


class Answer(NamedTuple):
    """What goes back: HTTP status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes | str


class Call(NamedTuple):
    """A request understood: boto3's service name, the operation, and who handles it."""

    service: str
    operation: str
    handler: Handler | None

    @property
    def name(self) -> str:
        """`service:Operation`, as the call log and faults spell it."""
        return f"{self.service}:{self.operation}"


class Dropped(ConnectionError):
    """The call was done and its answer is withheld: the connection ends here."""


_ours: dict[str, type[Any]] = {}


def serve(service: str, response_class: type[Any]) -> None:
    """Let `response_class` (a moto response class of ours) answer for `service` instead of moto's.

    Args:
        service: moto's name of the backend, e.g. `cloudformation`.
        response_class: Its `dispatch` takes request, URL and headers.
    """
    _ours[service] = response_class


def answer(request: Request) -> Answer:
    """Do one call of a client, faults included.

    Raises:
        Dropped: The call was done, but a fault withholds its answer.
    """
    call = identify(request)
    fault = faults.strike(call.name)
    if latency := faults.current().latency:
        time.sleep(latency)
    if fault and fault.error:
        return refusal(call, request, fault.error, f"{call.name} fails on demand")
    result = perform(call, request)
    if fault and fault.kill is not None:
        os.kill(fault.kill, signal.SIGKILL)
    if fault:
        raise Dropped(call.name)
    return result


def perform(call: Call, request: Request) -> Answer:
    """Do one call; no fault strikes and no log sees it."""
    with serial.turn():
        try:
            identity.check(request)
            key, region = identity.key_of(request), identity.region_of(request)
            iam.guard(call.service, call.operation, request, key=key, region=region)
            buckets.check(request)
            with calling.by(key):
                return _handled(call, request)
        except ServiceException as error:
            return refusal(call, request, error.code, error.message)
        except NotImplementedError as error:
            log.info("%s: %s", call.name, error)
        except Exception as error:
            log.exception("%s failed inside the embedded AWS", call.name)
            kind = f"{type(error).__name__}: {error}"
            text = f"the embedded AWS failed to do {call.name}: {kind}"
            return refusal(call, request, "InternalFailure", text, status=501)
    text = f"{call.name} is not implemented in the embedded AWS"
    return refusal(call, request, "NotImplemented", text, status=501)


def _handled(call: Call, request: Request) -> Answer:
    if call.handler is None:
        raise NotImplementedError(call.name)
    try:
        result = call.handler(request, request.raw_url, request.headers)
    except HTTPException as error:
        return Answer(error.code or 500, dict(error.get_headers()), error.get_body())
    except ClientError as error:  # moto calls itself here and there
        code, text = (error.response["Error"][key] for key in ("Code", "Message"))
        return refusal(call, request, code, text)
    status, headers, body = result if len(result) == 3 else (200, {}, result)
    return Answer(int(status), headers, body if body is not None else b"")


def refusal(call: Call, request: Request, code: str, text: str, *, status: int = 0) -> Answer:
    """An error of the service in its own protocol.

    Args:
        call: What was called; its service decides protocol and status of modelled errors.
        request: Its content type tells protocols apart where a service speaks several.
        code: Error code, e.g. `ThrottlingException`.
        text: The message.
        status: HTTP status; 0 takes the model's, or 400.
    """
    try:
        model = get_service_model(call.service)
    except UnknownServiceError:
        return _plain_refusal(request, code, text, status)
    try:
        operation = model.operation_model(call.operation)
    except OperationNotFoundError:
        operation = OperationModel({}, model)
    protocol = determine_request_protocol(model, request.content_type or "")
    serializer = get_serializer_class(model.service_name, protocol)(operation_model=operation)
    out = serializer.serialize(Refusal(code, text))
    body = b"" if request.method == "HEAD" else out["body"]
    return Answer(status or int(out["status_code"]), dict(out["headers"]), body)


def _plain_refusal(request: Request, code: str, text: str, status: int) -> Answer:
    """An error of a service nobody here knows, in the protocol the request seems to speak."""
    if request.headers.get("X-Amz-Target"):
        body = json.dumps({"__type": code, "message": text})
        return Answer(status, {"Content-Type": "application/x-amz-json-1.1"}, body)
    message = f"<Code>{escape(code)}</Code><Message>{escape(text)}</Message>"
    body = f"<ErrorResponse><Error>{message}</Error></ErrorResponse>"
    return Answer(status, {"Content-Type": "text/xml", "x-amzn-errortype": code}, body)


# --- Who is called ----------------------------------------------------------------------------

_hosts = DomainDispatcherApplication(create_app=lambda _: None)


def identify(request: Request) -> Call:
    """The operation a request asks for, from its host or signature, target header and path."""
    host = _host(request)
    backend = _backend(host)
    handler = _route(backend, host, request.raw_path)
    service = _boto3_name(handler) or backend
    return Call(service, _operation(service, request), handler)


def _host(request: Request) -> str:
    if request.host.endswith("amazonaws.com"):
        return str(request.host)
    inferred = _hosts.infer_service_region_host(request.environ, request.path)
    return str(inferred or "s3.us-east-1.amazonaws.com")  # unsigned: a presigned or public object


@functools.lru_cache(maxsize=1024)
def _backend(host: str) -> str:
    if host in backends.list_of_moto_modules():
        return host
    url = f"https://{host}"
    found = (name for name, pattern in backend_index.backend_url_patterns if pattern.match(url))
    return next(found, "") or host.partition(".")[0]


def _route(backend: str, host: str, path: str) -> Handler | None:
    if backend in _ours:
        return _ours[backend].dispatch  # type: ignore[no-any-return]
    url = f"https://{host}{path}"
    routes = _routes(backend)
    if "." not in host:  # a module's name: dynamodb and s3control tell versions apart themselves
        return next((handler for _, handler in routes), None)
    return next((handler for pattern, handler in routes if pattern.match(url)), None)


@functools.cache
def _routes(backend: str) -> tuple[tuple[re.Pattern[str], Handler], ...]:
    try:
        regions = backends.get_backend(backend)
    except (ImportError, AttributeError):
        return ()
    anywhere = regions
    if isinstance(regions, BackendDict):
        account = regions["123456789012"]
        anywhere = account["us-east-1"] if "us-east-1" in account else account["aws"]
        regions.pop("123456789012", None)  # made to read its routes, not to be an account
    urls = anywhere.urls.items()
    return tuple((re.compile(url), handler) for url, handler in urls if ".com.cn" not in url)


@functools.cache
def _boto3_name(handler: Handler | None) -> str:
    owner = getattr(handler, "__self__", None)
    return str(owner().boto3_service_name) if isinstance(owner, type) else ""


def _operation(service: str, request: Request) -> str:
    if target := request.headers.get("X-Amz-Target"):
        return str(target).rpartition(".")[2]
    if service != "s3" and (action := request.values.get("Action")):
        return str(action)
    try:
        return str(get_service_router(service).match(request)[0].name)
    except (NotFound, NotImplementedError, OperationNotFoundError):
        return f"{request.method} {request.path}"
