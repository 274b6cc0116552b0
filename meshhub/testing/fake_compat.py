"""Traces as other tools' clients meet them in tests: a small shop, sent to a real store, and answers without one."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from fastapi import FastAPI
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from dashboard.api.compat.router import create_compat_router
from dashboard.queries import Queries
from dashboard.reads.compat import CompatReads
from meshhub.clock import SystemClock
from meshhub.model import Signal
from meshhub.testing.otlp import Proxy, SegmentSink, access_log, inbound, load, logs_request, outbound, traces_request
from meshhub.testing.otlp import proxy_attributes as proxy
from meshhub.testing.otlp import span as sent_span
from meshhub.web.problems import handle_errors

Call = Callable[..., httpx.Response]
RecordT = TypeVar("RecordT")

MILLISECOND = 1_000_000
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Shop:
    """One trace of two services and its access logs: cart's proxy and application call pay, whose proxy fails.

    Names are new for each shop, so that tests keep apart. `start_ns` is a whole second.
    """

    key: str
    trace_id: str
    start_ns: int

    @classmethod
    def opened(cls) -> "Shop":
        key = uuid4().hex[:8]
        return cls(key, uuid4().hex, (time.time_ns() // SECOND - 120) * SECOND)

    @property
    def namespace(self) -> str:
        return f"shop{self.key}"

    @property
    def cart(self) -> Proxy:
        return Proxy("cart", self.namespace)

    @property
    def pay(self) -> Proxy:
        return Proxy("pay", self.namespace)

    @property
    def cart_name(self) -> str:
        return f"cart.{self.namespace}"

    @property
    def pay_name(self) -> str:
        return f"pay.{self.namespace}"

    @property
    def team(self) -> str:
        """The value of an attribute that only this shop's application has."""
        return f"team {self.key}"

    def load(self, sink: SegmentSink, directory: Path) -> None:
        """Send it."""
        ingress, work, charge = self._spans()
        traces = [
            traces_request(self.cart, [ingress]),
            traces_request(self.cart, [work], scope="checkout"),
            traces_request(self.pay, [charge]),
        ]
        load(sink, directory, Signal.TRACES, traces)
        client = access_log(self.start_ns, outbound(self.cart, self.pay, response_code="503", duration_us="4000"))
        server = access_log(self.start_ns, inbound(self.cart, self.pay, response_code="503", duration_us="3000"))
        load(sink, directory, Signal.LOGS, [logs_request(self.cart, [client]), logs_request(self.pay, [server])])

    def _spans(self) -> tuple[Span, Span, Span]:
        ingress = sent_span(
            "cart:8080/*",
            Span.SPAN_KIND_SERVER,
            trace_id=self.trace_id,
            span_id="11" * 8,
            start=self.start_ns,
            duration=20 * MILLISECOND,
            attributes=proxy(
                f"11111111-1111-9111-8111-1111{self.key}",
                **{
                    "http.method": "GET",
                    "http.url": "http://cart:8080/",
                    "http.protocol": "HTTP/1.1",
                    "node_id": f"sidecar~10.0.0.1~cart-v1-1.{self.namespace}~{self.namespace}.svc.cluster.local",
                    "upstream_cluster": "inbound|8080||",
                    "response_flags": "-",
                    "request_size": "0",
                    "response_size": "100",
                    "istio.cluster_id": "lab",
                },
            ),
        )
        work = sent_span(
            "check out",
            Span.SPAN_KIND_INTERNAL,
            trace_id=self.trace_id,
            span_id="22" * 8,
            parent_span_id="11" * 8,
            start=self.start_ns + 2 * MILLISECOND,
            duration=15 * MILLISECOND,
            attributes={"team": self.team},
        )
        typed = {
            "items": AnyValue(int_value=3),
            "ledger": AnyValue(int_value=2**60),
            "total": AnyValue(double_value=12.5),
            "gift": AnyValue(bool_value=True),
            "skus": AnyValue(array_value=ArrayValue(values=[AnyValue(string_value="a"), AnyValue(int_value=7)])),
            "seal": AnyValue(bytes_value=b"\x00\xff"),
        }
        for key, value in typed.items():
            work.attributes.add(key=key, value=value)
        work.events.add(time_unix_nano=self.start_ns + 3 * MILLISECOND, name="priced").attributes.add(
            key="currency", value=AnyValue(string_value="EUR")
        )
        work.links.add(trace_id=b"\x01" * 16, span_id=b"\x02" * 8)
        charge = sent_span(
            "pay:8080/*",
            Span.SPAN_KIND_SERVER,
            trace_id=self.trace_id,
            span_id="33" * 8,
            parent_span_id="22" * 8,
            start=self.start_ns + 5 * MILLISECOND,
            duration=3 * MILLISECOND,
            attributes=proxy(
                f"11111111-1111-9111-8111-1111{self.key}",
                **{"http.method": "POST", "http.status_code": "503", "response_flags": "UF", "error": "true"},
            ),
        )
        charge.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR))
        return ingress, work, charge


class EmptyStore:
    """Answers every query with no rows, or as `check` says; `asked` are the parameters by the name of the query."""

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self.asked: dict[str, Mapping[str, Any]] = {}

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:  # noqa: ARG002
        self._check()
        self.asked[name] = parameters
        return []


def call_of(queries: Queries) -> Call:
    """Call the APIs of other tools on a store, over HTTP in process: path, method, and what httpx takes."""
    app = FastAPI()
    handle_errors(app)
    app.include_router(create_compat_router(CompatReads(queries, SystemClock())))

    def call(path: str, method: str = "GET", **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    return call
