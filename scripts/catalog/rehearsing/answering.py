"""What people see of a model in production: an endpoint, and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.errors import ServiceFault
from catalog.rehearsing.people import Actor, NotYet
from catalog.rehearsing.trouble import Unexpected


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtEndpoints(Actor):
    """Verbs of whoever uses models, in the account of the endpoint."""

    def expects_answer(
        self, endpoint: str, body: str, answer: str, *, content_type: str = "text/csv"
    ) -> None:
        """Invoke an endpoint; its answer contains `answer`."""
        with self.step(f"invokes {endpoint}: {answer!r}"):
            given = self.call(
                "sagemaker-runtime",
                "invoke_endpoint",
                EndpointName=endpoint,
                ContentType=content_type,
                Body=body.encode(),
            )["Body"].read()
            text = given.decode(errors="replace").strip()
            if answer not in text:
                raise Unexpected(f"{endpoint} to answer {answer!r}", repr(text))

    def expects_no_endpoint(self, endpoint: str) -> None:
        """See that there is no such endpoint."""
        with self.step(f"finds no endpoint {endpoint}"):
            try:
                found = self.call("sagemaker", "describe_endpoint", EndpointName=endpoint)
            except ServiceFault as fault:
                if "Could not find" in fault.what:
                    return
                raise
            raise Unexpected(f"no endpoint {endpoint}", f"it is {found['EndpointStatus']}")

    def expects_in_service(self, endpoint: str) -> str:
        """Wait until an endpoint is in service.

        Returns:
            ARN of the model package its only model was made from, empty where there is none.
        """
        with self.step(f"sees {endpoint} in service"):
            found = self.waits(f"{endpoint} to be InService", lambda: self._in_service(endpoint))
            config = self.call(
                "sagemaker",
                "describe_endpoint_config",
                EndpointConfigName=found["EndpointConfigName"],
            )
            model = config["ProductionVariants"][0]["ModelName"]
            made = self.call("sagemaker", "describe_model", ModelName=model)
            containers = [made.get("PrimaryContainer", {}), *made.get("Containers", ())]
            return next(
                (str(c["ModelPackageName"]) for c in containers if "ModelPackageName" in c), ""
            )

    def expects_served_version(self, endpoint: str, version: int) -> None:
        """Wait until an endpoint serves that version of its model group."""
        package = self.expects_in_service(endpoint)
        seen = package.rpartition("/")[2]
        with self.step(f"sees version {version} served"):
            if seen != str(version):
                raise Unexpected(f"{endpoint} to serve version {version}", f"it serves {package}")

    def modified(self, endpoint: str) -> str:
        """When an endpoint was changed last; no line of the timeline."""
        found = self.call("sagemaker", "describe_endpoint", EndpointName=endpoint)
        return str(found["LastModifiedTime"])

    def expects_unmodified(self, endpoint: str, since: str) -> None:
        """See that an endpoint was not changed since `modified` was asked."""
        with self.step(f"sees that {endpoint} was not touched"):
            now = self.modified(endpoint)
            if now != since:
                raise Unexpected(f"{endpoint} as it was at {since}", f"it was changed at {now}")

    def _in_service(self, endpoint: str) -> dict[str, Any] | NotYet:
        try:
            found = self.call("sagemaker", "describe_endpoint", EndpointName=endpoint)
        except ServiceFault as fault:
            return NotYet(fault.what)
        if found["EndpointStatus"] == "InService":
            return found
        return NotYet(f"it is {found['EndpointStatus']}: {found.get('FailureReason', '')}")
