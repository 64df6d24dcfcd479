"""InvokeEndpoint (SageMaker Runtime API reference): the declared algorithm answers.

What goes wrong in the model is a `ModelError` that carries the container's own status and message.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

from local_aws import dispatch, validation
from local_aws.errors import Refusal
from local_aws.sagemaker import endpoints, hosting
from local_aws.sagemaker.state import Thing, shelf


class Response(SageMakerRuntimeResponse):  # type: ignore[misc]  # moto is read untyped
    """Invocations answered by endpoints that are there."""

    def invoke_endpoint(self) -> Any:
        """Answer a request's body with the body of an answer."""
        self.parse_parameters(self.normalized_request)
        params = dict(self.params)
        validation.operation("sagemaker-runtime", "InvokeEndpoint").check_request(params)
        name = params["EndpointName"]
        endpoint = _serving(self, name)
        served = _variant(endpoint, params.get("TargetVariant", ""))
        body = params.get("Body") or b""
        content_type = params.get("ContentType", "application/octet-stream")
        answer = _answer(endpoint, served, body, content_type)
        headers = {
            "Content-Type": params.get("Accept") or "text/csv",
            "x-Amzn-Invoked-Production-Variant": served.variant,
        }
        return 200, headers, answer


def _serving(caller: BaseResponse, name: str) -> Thing:
    account = caller.current_account
    found = shelf(account, caller.region).get(endpoints.KIND.path, name.lower())
    serving = found is not None and found["EndpointStatus"] in endpoints.SERVING
    if found is None or not serving or found["EndpointName"] != name:
        raise Refusal("ValidationError", f"Endpoint {name} of account {account} not found.")
    return found


def _variant(endpoint: Thing, name: str) -> hosting.Served:
    served: tuple[hosting.Served, ...] = endpoint.hidden["served"]
    found = next((each for each in served if name in ("", each.variant)), None)
    if found is None:
        text = f"Variant {name} of endpoint {endpoint.key} not found."
        raise Refusal("ValidationError", text)
    return found


def _answer(endpoint: Thing, served: hosting.Served, body: bytes, content_type: str) -> bytes:
    try:
        return served.algorithm.answer(served.files, body, content_type)
    except TypeError as error:
        raise _model_error(endpoint, "client error (415)", error) from error
    except Exception as error:  # the container's fault, whatever it is
        raise _model_error(endpoint, "server error (500)", error) from error


def _model_error(endpoint: Thing, kind: str, error: Exception) -> Refusal:
    _, _, _, region, account, _ = endpoint.arn.split(":", 5)
    log = (
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:"
        f"group=/aws/sagemaker/Endpoints/{endpoint.key}"
    )
    return Refusal(
        "ModelError",
        f'Received {kind} from primary with message "{error}". See {log} in account {account} '
        "for more information.",
    )


def install() -> None:
    """Let invocations be answered here."""
    dispatch.serve("sagemakerruntime", Response)
