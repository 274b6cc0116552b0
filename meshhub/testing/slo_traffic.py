"""Traffic of a mesh as counts per minute or single requests, written straight into the engine, and a clock to match."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime

from meshhub.testing.engine import run
from storage.client import Store

_EPOCHS = itertools.count()


class HandClock:
    """A clock that stands until it is moved; `jump` moves the wall clock alone."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now, UTC)

    def monotonic(self) -> float:
        return self._monotonic

    def to(self, now: float) -> None:
        self._monotonic += now - self._now
        self._now = now

    def jump(self, seconds: float) -> None:
        self._now += seconds


@dataclass
class SloTraffic:
    """Writes what proxies reported, in a hundred days of time that no other test uses. Minutes count from `start`."""

    store: Store
    start: int = field(default_factory=lambda: 2_000_000_000 // 86_400 * 86_400 + next(_EPOCHS) * 100 * 86_400)

    def at(self, minute: float) -> float:
        """Unix seconds of a minute since the start."""
        return self.start + minute * 60

    def minutes(
        self,
        first: int,
        end: int,
        good: int,
        bad: int = 0,
        *,
        service: str = "checkout",
        caller: str = "frontend",
        reporter: str = "server",
        status: int = 503,
        flags: str = "",
        grpc: int = -1,
        transport: str = "http",
        version: str = "v1",
        instance: str = "",
        route: str = "",
        duration_us: int = 20_000,
        cluster: str = "",
    ) -> None:
        """In each of the minutes [first, end): this many good requests and this many that ended with `status`."""
        for count, code, said, number in ((good, 200, "", -1 if grpc < 0 else 0), (bad, status, flags, grpc)):
            if count:
                run(
                    self.store,
                    "INSERT INTO request_minutes (time, reporter, instance, source_namespace, source_service, "
                    "destination_kind, destination_cluster, destination_namespace, destination_service, "
                    "destination_version, transport, route_name, response_code, grpc_status, response_flags, requests, "
                    "attempts, duration_us_sum, duration_buckets) "
                    "SELECT toDateTime({start:UInt32} + 60 * number, 'UTC'), {reporter:String}, {instance:String}, "
                    "'shop', {caller:String}, 'service', {cluster:String}, 'shop', {service:String}, {version:String}, "
                    "{transport:String}, {route:String}, {code:UInt16}, {grpc:Int8}, {flags:String}, {count:UInt64}, "
                    "{count:UInt64}, {count:UInt64} * {us:UInt64}, "
                    "map(meshhub_duration_bucket({us:UInt64}), {count:UInt64}) "
                    "FROM numbers({minutes:UInt32})",
                    start=int(self.at(first)),
                    minutes=end - first,
                    reporter=reporter,
                    instance=instance,
                    caller=caller,
                    service=service,
                    version=version,
                    transport=transport,
                    route=route,
                    code=code,
                    grpc=number,
                    flags=said,
                    count=count,
                    us=duration_us,
                    cluster=cluster,
                )

    def requests(
        self,
        first: float,
        end: float,
        per_second: int,
        status: int = 200,
        *,
        service: str = "checkout",
        reporter: str = "server",
        flags: str = "",
        prefix: str = "request",
    ) -> None:
        """Single requests in the seconds [first, end) since the start, as access logs: their views count them too."""
        run(
            self.store,
            "INSERT INTO access_logs (time, received, reporter, log_type, source_namespace, source_service, "
            "destination_kind, destination_namespace, destination_service, transport, response_code, grpc_status, "
            "response_flags, request_id, duration_us) "
            "SELECT toDateTime64({start:Float64} + number / {rate:UInt32}, 9, 'UTC') AS began, toDateTime(began), "
            "{reporter:String}, 'DownstreamEnd', 'shop', 'frontend', 'service', 'shop', {service:String}, 'http', "
            "{code:UInt16}, -1, {flags:String}, concat({prefix:String}, '-', toString(number)), 20000 "
            "FROM numbers({count:UInt32})",
            start=self.start + first,
            rate=per_second,
            count=round((end - first) * per_second),
            reporter=reporter,
            service=service,
            code=status,
            flags=flags,
            prefix=prefix,
        )

    def heartbeats(self, first: int, end: int) -> None:
        """The hub was there in the minutes [first, end)."""
        run(
            self.store,
            "INSERT INTO metrics_gauge (time, service, metric, value) "
            "SELECT toDateTime64({start:UInt32} + 60 * number, 9, 'UTC'), 'meshhub', 'meshhub.store.up', 1 "
            "FROM numbers({minutes:UInt32})",
            start=int(self.at(first)),
            minutes=end - first,
        )
