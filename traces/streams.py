"""One report per request and proxy: a proxy may write several records of one stream while it lasts."""

from collections import defaultdict
from collections.abc import Iterable

from storage.records.access_logs import AccessLog
from traces.calls import order_of

_INTERIM = frozenset(
    {
        "DownstreamStart",
        "DownstreamPeriodic",
        "DownstreamTunnelSuccessfullyEstablished",
        "TcpConnectionStart",
        "TcpPeriodic",
        "TcpUpstreamConnected",
        "UdpPeriodic",
        "UdpTunnelUpstreamConnected",
        "UpstreamEnd",
        "UpstreamPeriodic",
        "UpstreamPoolReady",
    }
)
"""Envoy's access log types (envoy.data.accesslog.v3.AccessLogType) that are not the end of what the proxy served."""


def last_reports(logs: Iterable[AccessLog]) -> list[AccessLog]:
    """By time, the records that ended a stream, and of each stream without an end its latest record."""
    ended: list[AccessLog] = []
    streams = set()
    interim: dict[tuple[object, ...], list[AccessLog]] = defaultdict(list)
    for log in logs:
        if log.log_type in _INTERIM:
            interim[_stream(log)].append(log)
        else:
            ended.append(log)
            streams.add(_stream(log))
    running = (max(group, key=lambda log: log.duration_us) for key, group in interim.items() if key not in streams)
    return sorted([*ended, *running], key=order_of)


def is_running(log: AccessLog) -> bool:
    """Whether the proxy had not finished with the request when it wrote this."""
    return log.log_type in _INTERIM


def _stream(log: AccessLog) -> tuple[object, ...]:
    """All records of a stream have the start of its request as their time."""
    return log.time_unix_nano, log.reporter, log.cluster, log.namespace, log.service, log.instance, log.request_id
