"""The only way to AWS: clients, the meter that counts calls, and errors in our words."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from catalog.aws.translation import THROTTLED, translated, unreachable
from catalog.publishing.waiting import Patience, retrying

ATTEMPTS = 4
"""Attempts that botocore makes at a call that was throttled, failed or lost on the way."""

THROTTLING = Patience(looks=12, first=0.5, longest=5.0)
"""About forty seconds more for a call that is throttled still.

botocore's standard mode spends a budget of retries per client, which steady throttling uses up; its
adaptive mode slows a whole client down to a crawl after a few throttled calls.
"""

_CONNECTIONS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Keys of a session; they never appear in a representation."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


class CallMeter:
    """Counts the requests sent, repetitions included, by `service:Operation`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()

    def attach(self, client: Any) -> None:
        """Count what `client` sends, by botocore's event before every attempt."""
        service = client.meta.service_model.service_name

        def count(operation_name: str, **_: object) -> None:
            with self._lock:
                self._calls[f"{service}:{operation_name}"] += 1

        client.meta.events.register("request-created", count)

    def calls(self) -> dict[str, int]:
        """What was sent so far, sorted by name."""
        with self._lock:
            return dict(sorted(self._calls.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A boto3 client whose failures are the tool's own errors.

    Args:
        client: The boto3 client; safe to use from several threads.
    """

    client: Any

    @property
    def site(self) -> str:
        """Region and domain of its real addresses, e.g. `us-east-1.amazonaws.com`."""
        meta = self.client.meta
        return f"{meta.region_name}.{_domain(meta.partition)}"

    def call(self, operation: str, subject: str = "", /, **request: object) -> dict[str, Any]:
        """Do one API call.

        Args:
            operation: boto3's method name, e.g. `create_product`.
            subject: What it is about, in the reader's words, for the error message.
            request: The parameters.

        Raises:
            ServiceFault: The service refused it.
            EnvironmentFault: There are no valid credentials, or the service cannot be reached.
        """
        return retrying(lambda: self._once(operation, subject, request), THROTTLED, THROTTLING)

    def _once(self, operation: str, subject: str, request: Mapping[str, object]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self.client, operation)(**request)
        except ClientError as error:
            service = self.client.meta.service_model.service_name
            raise translated(error, service, subject) from error
        except BotoCoreError as error:
            raise unreachable(error) from error
        return answer

    def pages(
        self,
        operation: str,
        member: str,
        subject: str = "",
        /,
        *,
        tokens: tuple[str, str] = ("PageToken", "NextPageToken"),
        **request: object,
    ) -> Iterator[dict[str, Any]]:
        """Every entry of a paged listing.

        Args:
            operation: boto3's method name.
            member: The answer's list.
            subject: What it is about.
            tokens: Names of the page token in the request and in the answer.
            request: The parameters of each page.
        """
        asked, given = tokens
        while True:
            answer = self.call(operation, subject, **request)
            yield from answer.get(member, ())
            if not answer.get(given):
                return
            request = {**request, asked: answer[given]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One identity in one region.

    Args:
        region: Region of every client.
        endpoint: Address of the embedded AWS; empty for the real one.
        credentials: None for what the environment offers (profile, variables, role).
        meter: Counts every call of every client made here.
    """

    region: str
    endpoint: str = ""
    credentials: Credentials | None = None
    meter: CallMeter = field(default_factory=CallMeter)

    def service(self, name: str) -> Service:
        """A client of the service boto3 calls `name`."""
        keys = self.credentials
        try:
            client = _boto().client(  # type: ignore[call-overload]
                name,
                region_name=self.region,
                endpoint_url=self.endpoint or None,
                aws_access_key_id=keys.access_key if keys else None,
                aws_secret_access_key=keys.secret_key if keys else None,
                aws_session_token=(keys.session_token or None) if keys else None,
                config=_config(embedded=bool(self.endpoint)),
            )
        except BotoCoreError as error:
            raise unreachable(error) from error
        self.meter.attach(client)
        return Service(client=client)

    @property
    def partition(self) -> str:
        """Partition of the region's ARNs, e.g. `aws` or `aws-cn`."""
        return _boto().get_partition_for_region(self.region)

    def offers(self, name: str) -> bool:
        """Whether AWS offers a service in the region, by botocore's list of endpoints."""
        return self.region in _boto().get_available_regions(name, self.partition)

    @property
    def domain(self) -> str:
        """Domain under which the partition's services have their addresses."""
        return _domain(self.partition)


def _domain(partition: str) -> str:
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


@functools.cache
def _boto() -> boto3.session.Session:
    """One for the process: reading a service's model costs more than most calls."""
    return boto3.session.Session()


def _config(*, embedded: bool) -> Config:
    return Config(
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=_CONNECTIONS,
        connect_timeout=10,
        read_timeout=60,
        s3={"addressing_style": "path"} if embedded else {},
        user_agent_extra="sagemaker-catalog",
    )
