"""Traces made up for tests and for looking at the dashboard: the checkout of meshhub.testing.journeys with all its
spans, the same on another day, and traces of any size."""

import json
import random
from dataclasses import dataclass, field, replace
from typing import Any

from meshhub.testing import journeys
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import MILLISECOND, client_log, log_record, server_log, span_record
from meshhub.testing.records import START as BUILT_FROM
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span

TRACE_ID = journeys.TRACE_ID
OTHER_ID = "00f067aa0ba902b74bf92f3577b34da6"
LARGE_ID = "1a" * 16
"""Of a trace of ten thousand spans."""
HOSTILE_ID = "ee" * 16

MARKUP = "<img src=x onerror=alert(1)>"
PAYMENT_LATE_MS = 420.0


@dataclass
class Rows:
    """What is stored of one trace."""

    spans: list[Span] = field(default_factory=list)
    access_logs: list[AccessLog] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)


def checkout(trace_id: str = TRACE_ID, *, again: bool = False) -> Rows:
    """A checkout whose payment timed out once; `again`: without that, and with a call that the first does not make."""
    made = _Maker(trace_id)
    made.proxy("gateway", 1, 0, 0, 187, "server", path="/checkout/91", called_by="")
    made.call("gateway", "checkout", 2, 1, 0.6, 185.8, path="/checkout/91")
    made.app("checkout", 4, 3, 1.5, 184, "POST /checkout/{id}", kind="server", attributes={"order": "91", "items": "3"})
    made.app("checkout", 5, 4, 2, 1.1, "load cart")
    made.call("checkout", "cart", 6, 5, 4, 14.2, path="/cart/91")
    made.app("cart", 8, 7, 5.2, 12, "GET /cart/{id}", kind="server")
    made.app("cart", 9, 8, 6, 1.3, "redis GET", kind="client", attributes={"db.system": "redis"})
    made.call("cart", "pricing", 10, 8, 8.2, 4.4, path="/pricing.Pricing/Quote", missing=True)
    if again:
        made.call("checkout", "stock", 30, 4, 19, 9, path="/stock/91")
        made.app("stock", 32, 31, 20, 7, "GET /stock/{id}", kind="server")
    else:
        made.call("checkout", "payment", 12, 4, 19, 60, path="/payments/91", code=504, flags="UT", late=PAYMENT_LATE_MS)
        made.app(
            "payment", 14, 13, 22, 90, "POST /payments/{id}", kind="server", late=PAYMENT_LATE_MS,
            status_code="error", status_message="issuer did not answer", events=_exception(),
        )  # fmt: skip
    made.call("checkout", "payment", 16, 4, 95, 88, path="/payments/91", late=PAYMENT_LATE_MS)
    links = [(OTHER_ID, "00f067aa0ba902b7", {"why": "same customer"})]
    made.app("payment", 18, 17, 97, 84, "POST /payments/{id}", kind="server", late=PAYMENT_LATE_MS, links=links)
    made.app(
        "payment", 19, 18, 99, 80, f"charge {MARKUP}", kind="client", late=PAYMENT_LATE_MS,
        attributes={"peer.service": "bank.example", "amount": "41.20", "note": MARKUP},
    )  # fmt: skip
    made.rows.logs += [
        log_record(made.places["checkout"], 2.1, "order 91: 3 items", trace_id=trace_id, span_id=_id(4)),
        log_record(
            made.places["checkout"], 80.2, f"payment slow, trying again {MARKUP}", severity_text="WARN",
            trace_id=trace_id, span_id=_id(4),
        ),
    ]  # fmt: skip
    return made.rows


def large(count: int, trace_id: str = LARGE_ID) -> Rows:
    """A trace of so many spans over a dozen services, a few of them failed: the same every time."""
    dice = random.Random(7)
    places = [Proxy(name, "shop", cluster="demo") for name in journeys_services()]
    spans = [span_record(places[0], _id(1), "", 0, 2_000, trace_id=trace_id, name="POST /batch", kind="server")]
    windows = [(0.0, 2_000.0)]
    owners = [0]
    for number in range(2, count + 1):
        above = dice.randrange(max(0, len(spans) - 400), len(spans)) if dice.random() < 0.7 else 0
        start, length = windows[above]
        at = start + length * dice.random() * 0.9
        long = max(0.002, (start + length - at) * dice.random() * 0.6)
        owner = dice.randrange(len(places)) if dice.random() < 0.6 else owners[above]
        windows.append((at, long))
        owners.append(owner)
        spans.append(
            span_record(
                places[owner], _id(number), _id(above + 1), at, long, trace_id=trace_id,
                name=dice.choice(("GET /items/{id}", "SELECT items", "render", "cache get", "POST /lock")),
                kind="server" if owner != owners[above] else "internal",
                status_code="error" if dice.random() < 0.004 else "unset",
                attributes={"item": str(number), "shard": str(number % 16)},
            )
        )  # fmt: skip
    return Rows(spans)


def hostile() -> Rows:
    """Two roots, a cycle, hours between spans, markup everywhere, and a value of a megabyte."""
    place = replace(Proxy("odd", "shop", cluster="demo"), service=MARKUP)
    return Rows(
        [
            span_record(
                place, _id(1), "", 0, 5, trace_id=HOSTILE_ID, name=MARKUP * 20, attributes={"big": "x" * 1_000_000}
            ),
            span_record(place, _id(2), "", 7_200_000, 5, trace_id=HOSTILE_ID, name="hours later", kind="consumer"),
            span_record(place, _id(3), _id(4), 1, 5, trace_id=HOSTILE_ID, name="around"),
            span_record(place, _id(4), _id(3), 2, 5, trace_id=HOSTILE_ID, name="and around"),
            span_record(place, _id(5), _id(5), 3, 0, trace_id=HOSTILE_ID, name=""),
        ]
    )


def journeys_services() -> tuple[str, ...]:
    return (
        "gateway", "checkout", "cart", "pricing", "payment", "stock", "reviews", "ratings", "search", "users", "mail",
        "ledger",
    )  # fmt: skip


class _Maker:
    """Makes the spans and access logs of calls. Times are milliseconds since the start."""

    def __init__(self, trace_id: str) -> None:
        self._trace_id = trace_id
        self.rows = Rows()
        self.places = {name: Proxy(name, "shop", cluster="demo") for name in journeys_services()}

    def call(self, source: str, target: str, number: int, above: int, at: float, length: float, **said: Any) -> None:
        """The caller's proxy's span with this number, and the callee's with the next."""
        late, missing = said.pop("late", 0.0), said.pop("missing", False)
        if not missing:
            self.proxy(source, number, above, at, length, "client", target=target, **said)
        code, flags = said.pop("code", 200), said.pop("flags", "")
        self.proxy(
            target, number + 1, number, at + 0.4 - late, length - 0.8 if not flags else length + 40, "server",
            called_by=source, code=200 if flags else code, **said,
        )  # fmt: skip

    def proxy(
        self, service: str, number: int, above: int, at: float, length: float, kind: str, *, path: str,
        called_by: str = "", target: str = "", code: int = 200, flags: str = "",
    ) -> None:  # fmt: skip
        """A proxy's span and its access log."""
        place = self.places[service]
        self.rows.spans.append(
            span_record(
                place, _id(number), _id(above) if above else "", at, length, trace_id=self._trace_id, component="proxy",
                kind=kind, name=f"{'ingress' if kind == 'server' else 'egress'} {path}", method="POST", url=path,
                protocol="HTTP/1.1", response_code=code, response_flags=flags or "-", request_size=512,
                response_size=2048, request_id=journeys.SAMPLED_ID, scope_name="envoy",
                status_code="error" if code >= 500 else "unset", upstream_cluster=f"{target or service}.shop",
                resource_attributes=json.dumps({"service.name": service, "service.namespace": "shop"}),
            )
        )  # fmt: skip
        known: dict[str, Any] = {
            "trace_id": self._trace_id, "span_id": _id(number), "request_id": journeys.SAMPLED_ID, "path": path,
            "method": "POST", "response_code": code, "response_flags": flags,
            "response_code_details": "response_timeout" if flags == "UT" else "via_upstream",
            "upstream_first_byte_us": round(length * 900),
        }  # fmt: skip
        if kind == "client":
            self.rows.access_logs.append(client_log(place, self.places[target], at, length, **known))
        else:
            source = self.places.get(called_by, Proxy("", "", "", ""))
            self.rows.access_logs.append(server_log(source, place, at, length, **known))

    def app(
        self,
        service: str,
        number: int,
        above: int,
        at: float,
        length: float,
        name: str,
        *,
        late: float = 0.0,
        **said: Any,
    ) -> None:
        """An application's span."""
        self.rows.spans.append(
            span_record(
                self.places[service], _id(number), _id(above), at - late, length, trace_id=self._trace_id, name=name,
                scope_name="shop", **said,
            )
        )  # fmt: skip


def _exception() -> list[tuple[int, str, dict[str, str]]]:
    said = {"exception.type": "TimeoutError", "exception.message": f"no answer within 60 ms {MARKUP}"}
    return [(BUILT_FROM + 78 * MILLISECOND, "exception", said)]


def _id(number: int) -> str:
    return f"c0ffee{number:010x}"
