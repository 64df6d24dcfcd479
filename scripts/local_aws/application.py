"""The embedded AWS as a WSGI application, and its own small interface under `/local-aws/`.

GET            /local-aws/identity   {"identity": …, "pid": …}: which server this is
GET PUT DELETE /local-aws/faults     what is wrong on purpose (`local_aws.faults`)
GET DELETE     /local-aws/calls      {"service:Operation": count}
PUT            /local-aws/answers/…  what a custom resource answers
GET            /local-aws/work       {"under_way": [words], "failures": [words]}
DELETE         /local-aws/state      empty everything and set the organization up again

Modules add what is theirs (`local_aws.controls`).
"""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.request import Request
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from local_aws import controls, custom_resources, dispatch, faults, serial, work

CONTROL = "/local-aws/"


class _ServerRequest(Request):  # type: ignore[misc]  # moto is read untyped
    from_wsgi_server = True


class _Handler(MotoRequestHandler):  # type: ignore[misc]  # moto is read untyped
    """HTTP/1.1 with connections kept open, which halves the cost of a call."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_expect_100(self) -> bool:
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        del self.headers["Expect"]  # werkzeug would answer it too, and leave it in the buffer
        return True

    def log_request(self, *_: Any, **__: Any) -> None:
        """Nothing: the call log counts."""

    def run_wsgi(self) -> None:
        super().run_wsgi()
        self.wfile.flush()


def make(identity: str, start_again: Callable[[], None]) -> BaseWSGIServer:
    """A server on a free port of the loopback interface; `serve_forever` runs it.

    Args:
        identity: What `/local-aws/identity` answers, so that nobody mistakes another server.
        start_again: Empties the state and sets the organization up.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = _ServerRequest(environ)
        if request.path.startswith(CONTROL):
            return _control(request, identity, start_again)(environ, start_response)
        return _service(request)(environ, start_response)

    return make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Handler)


def _service(request: Request) -> Response:
    try:
        answer = dispatch.answer(request)
    except dispatch.Dropped:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise
    response = Response(answer.body, status=answer.status, headers=answer.headers)
    if request.method == "HEAD" and "content-length" in answer.headers:
        response.headers["Content-Length"] = answer.headers["content-length"]
    return response


def _control(request: Request, identity: str, start_again: Callable[[], None]) -> Response:
    asked = (request.method, request.path.removeprefix(CONTROL))
    try:
        result = _do_control(asked, request.get_data(), identity, start_again)
    except (ValueError, TypeError) as error:
        return _json({"error": str(error)}, 400)
    if result is None:
        return _json({"error": f"{asked[0]} {request.path} is not known here"}, 404)
    return _json(result, 200)


def _do_control(
    asked: tuple[str, str], body: bytes, identity: str, start_again: Callable[[], None]
) -> object:
    match asked:
        case "GET", "identity":
            return {"identity": identity, "pid": os.getpid()}
        case "GET", "faults":
            return faults.to_json(faults.current())
        case "PUT", "faults":
            faults.set(faults.from_json(json.loads(body)))
            return faults.to_json(faults.current())
        case "DELETE", "faults":
            faults.reset()
            return faults.to_json(faults.current())
        case "GET", "calls":
            return faults.calls()
        case "DELETE", "calls":
            faults.forget_calls()
            return {}
        case "PUT", path if path.startswith(custom_resources.PATH):
            known = custom_resources.deliver(path.removeprefix(custom_resources.PATH), body)
            return {} if known else None
        case "GET", "work":
            return {"under_way": work.under_way(), "failures": work.failures()}
        case "DELETE", "state":
            work.forget()  # before the turn is taken: a job may be waiting for it
            with serial.turn():
                start_again()
            return {}
    return controls.answer(*asked, body)


def _json(data: object, status: int) -> Response:
    return Response(json.dumps(data), status=status, content_type="application/json")
