"""Proxies that send every signal as meshhub wires them, and the faults of wiring that can be planted in one.

Time is in seconds before `end`. What a proxy sends arrives when a flush of Envoy would bring it, a second later.
"""

import secrets
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, Metric, NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.journal.record import encode
from meshhub.model import Signal
from meshhub.testing.otlp import (
    Proxy,
    Request,
    SegmentSink,
    access_log,
    inbound,
    key_values,
    logs_request,
    outbound,
    proxy_attributes,
    span,
    traces_request,
)

SECOND = 1_000_000_000
STATS_EVERY = 10
CLUSTER = "meshhub_otlp"


@dataclass(slots=True)
class Wired:
    """How one proxy's telemetry leaves it.

    `until` is when it stops, in seconds before the end. `clock_ahead` is added to all its times. `lost_share` of its
    access
    logs never arrive. `dropped_logs` and `dropped_spans` are what its counters say; `hub_connect_fail` too.
    """

    proxy: Proxy
    logs: bool = True
    spans: bool = True
    stats: bool = True
    until: float = 0
    clock_ahead: float = 0
    delay: float = 1
    lost_share: float = 0
    dropped_logs: int = 0
    dropped_spans: int = 0
    hub_connect_fail: int = 0
    named: bool = True


@dataclass(slots=True)
class WiredMesh:
    """web calls cart calls stock, `per_second` times a second, for the `seconds` before `end` (Unix nanoseconds)."""

    end: int = field(default_factory=time.time_ns)
    seconds: int = 300
    per_second: int = 1
    sampled_every: int = 5
    lost_context: bool = False
    name: str = field(default_factory=lambda: secrets.token_hex(3))
    wired: dict[str, Wired] = field(init=False)

    def __post_init__(self) -> None:
        self.wired = {
            service: Wired(Proxy(service, f"shop-{self.name}", role="gateway" if service == "web" else "sidecar"))
            for service in ("web", "cart", "stock")
        }

    def send(self, sink: SegmentSink, folder: Path) -> None:
        """Load everything."""
        logs: list[tuple[Request, int]] = []
        traces: list[tuple[Request, int]] = []
        for number in range(self.seconds * self.per_second):
            ago = self.seconds - number / self.per_second
            request, trace = str(uuid.uuid4()), secrets.token_hex(16)
            sampled = bool(self.sampled_every) and number % self.sampled_every == 0
            logs += self._hop("web", "cart", ago, request, trace, sampled, number)
            onward = str(uuid.uuid4()) if self.lost_context else request
            further = secrets.token_hex(16) if self.lost_context else trace
            logs += self._hop("cart", "stock", ago - 0.01, onward, further, sampled, number)
            if sampled:
                for service in self.wired:
                    traces += self._span(service, ago, request, trace)
        metrics = [each for one in self.wired.values() for each in self._stats(one)]
        for signal, sent in ((Signal.LOGS, logs), (Signal.TRACES, traces), (Signal.METRICS, metrics)):
            if sent:
                token = f"{signal}-{self.name}"
                path = folder / f"{token}.segment"
                path.write_bytes(b"".join(b"".join(encode(one.SerializeToString(), at, b"")) for one, at in sent))
                sink.insert_segment(signal, path, token)

    def _hop(
        self, source: str, target: str, ago: float, request: str, trace: str, sampled: bool, number: int
    ) -> Iterator[tuple[Request, int]]:
        caller, callee = self.wired[source], self.wired[target]
        context = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-0{int(sampled)}"}
        said = {"request_id": request, "duration_us": "100000", **context}
        ends = (
            (caller, outbound(caller.proxy, callee.proxy, **said), ago),
            (callee, inbound(caller.proxy, callee.proxy, **{**said, "duration_us": "90000"}), ago - 0.005),
        )
        for one, attributes, when in ends:
            lost = one.lost_share and number % 100 < one.lost_share * 100
            if one.logs and when > one.until and not lost:
                log = access_log(self._at(when, one), attributes, trace_id=trace)
                yield logs_request(_named(one), [log]), self._arrives(when, one)

    def _span(self, service: str, ago: float, request: str, trace: str) -> Iterator[tuple[Request, int]]:
        one = self.wired[service]
        if not one.spans or ago <= one.until:
            return
        made = span(
            "ingress",
            Span.SPAN_KIND_SERVER,
            trace_id=trace,
            span_id=secrets.token_hex(8),
            start=self._at(ago, one),
            duration=SECOND // 10,
            attributes=proxy_attributes(request),
        )
        yield traces_request(_named(one), [made]), self._arrives(ago, one)

    def _stats(self, one: Wired) -> Iterator[tuple[Request, int]]:
        if not one.stats:
            return
        for ago in range(self.seconds, -1, -STATS_EVERY):
            if ago < one.until:
                return
            passed = self.seconds - ago
            hops = {"web": 1, "cart": 2, "stock": 1}[one.proxy.service]
            counters = {
                ("http.downstream_rq_total", "envoy.http_conn_manager_prefix", "all"): passed * self.per_second * hops,
                ("access_logs.open_telemetry_access_log.logs_dropped", "", ""): one.dropped_logs
                * passed
                / self.seconds,
                ("tracing.opentelemetry.spans_dropped", "", ""): one.dropped_spans * passed / self.seconds,
                ("cluster.upstream_cx_connect_fail", "envoy.cluster_name", CLUSTER): one.hub_connect_fail
                * passed
                / self.seconds,
            }
            yield self._metrics(one, ago, counters), self._arrives(ago, one)

    def _metrics(self, one: Wired, ago: float, counters: Mapping[tuple[str, str, str], float]) -> Request:
        request = ExportMetricsServiceRequest()
        resource = request.resource_metrics.add(resource=_named(one).resource())
        metrics = resource.scope_metrics.add().metrics
        metrics.extend(_sums(counters, self._at(ago, one), self._at(self.seconds + 60, one)))
        uptime = metrics.add(name="server.uptime").gauge.data_points
        uptime.append(NumberDataPoint(time_unix_nano=self._at(ago, one), as_int=int(self.seconds - ago)))
        return request

    def _at(self, ago: float, one: Wired) -> int:
        return self.end - int((ago - one.clock_ahead) * SECOND)

    def _arrives(self, ago: float, one: Wired) -> int:
        return min(self.end - int((ago - 0.1 - one.delay) * SECOND), self.end)


def _named(one: Wired) -> Proxy:
    """A proxy that does not say who it is sends a resource without names."""
    return one.proxy if one.named else Proxy("", "", "", "", "-", "")


def _sums(counters: Mapping[tuple[str, str, str], float], at: int, start: int) -> Iterable[Metric]:
    for (name, key, value), total in counters.items():
        metric = Metric(name=name)
        metric.sum.is_monotonic, metric.sum.aggregation_temporality = True, AGGREGATION_TEMPORALITY_CUMULATIVE
        attributes = key_values({key: value} if key else {})
        point = NumberDataPoint(start_time_unix_nano=start, time_unix_nano=at, as_int=int(total), attributes=attributes)
        metric.sum.data_points.append(point)
        yield metric
