"""Rows of the doctor: what the telemetry of a proxy says of its wiring."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProxyRow:
    """Which proxy a row is about. Unknown parts are empty."""

    cluster: str
    namespace: str
    service: str
    instance: str


@dataclass(frozen=True, slots=True)
class LogsRow(ProxyRow):
    """The access logs of one proxy in a window.

    `newest` is in Unix seconds. Delays are seconds from the end of a request to the arrival of its log, up to a second
    too small; below zero the proxy's clock is ahead of the hub's.
    """

    records: int
    newest: int
    sampled: int
    with_context: int
    delay_median: float
    delay_least: float


@dataclass(frozen=True, slots=True)
class SpansRow(ProxyRow):
    """The spans of one instance in a window. `newest`, in Unix seconds, is of its proxy's; 0 where there is none."""

    proxy_spans: int
    application_spans: int
    newest: int
    envoy_version: str


@dataclass(frozen=True, slots=True)
class StatsRow(ProxyRow):
    """The stats of one proxy: reports in the window, the newest ever (Unix seconds), seconds since its start."""

    records: int
    newest: int
    latest_uptime: float


@dataclass(frozen=True, slots=True)
class CountersRow(ProxyRow):
    """What one proxy counted itself between its first and last stats of a window, `seconds` apart, and the access logs
    of requests that ended between them as the hub received them."""

    requests: int
    logs_written: int
    logs_dropped: int
    spans_sent: int
    spans_dropped: int
    hub_connect_fail: int
    request_logs_received: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LastLogsRow(ProxyRow):
    """Access logs of one proxy over the whole time looked back on; `last_minute` in Unix seconds."""

    requests: int
    last_minute: int


@dataclass(frozen=True, slots=True)
class PeerRow:
    """A service that only its peers report, with requests by who reported them and the names of peers."""

    namespace: str
    service: str
    reported_by_itself: int
    reported_by_callers: int
    reported_by_callees: int
    peers: list[str]
