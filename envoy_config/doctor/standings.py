"""Each proxy's standing, put together from what its signals say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from envoy_config.doctor.evidence import Evidence
from envoy_config.doctor.model import Expected, SignalStanding, SignalState, Standing, Telemetry
from meshhub.model import WorkloadIdentity
from storage.records.doctor import CountersRow, LastLogsRow, LogsRow, ProxyRow, SpansRow, StatsRow

SILENT_AFTER = timedelta(seconds=90)
"""How long a proxy that reports may pause: six flushes of stats at Envoy's usual interval, and more than a scrape's."""

SKEW_SECONDS = 1.5
"""What the arrival of a log before the end of its request tells: received times are whole seconds, rounded down."""

_Key = tuple[str, str, str, str]


@dataclass(slots=True)
class _Rows:
    """All that is known of one proxy."""

    logs: LogsRow | None = None
    spans: SpansRow | None = None
    stats: StatsRow | None = None
    counters: CountersRow | None = None
    last_logs: LastLogsRow | None = None
    expected: Expected | None = None


def standings(evidence: Evidence) -> tuple[Standing, ...]:
    """One standing per proxy that reported since the time looked back to, or is expected; sorted by name."""
    gathered: dict[_Key, _Rows] = {}
    for logs in evidence.logs:
        _of(gathered, logs).logs = logs
    for stats in evidence.stats:
        _of(gathered, stats).stats = stats
    for last_logs in evidence.last_logs:
        _of(gathered, last_logs).last_logs = last_logs
    for counters in evidence.counters:
        _of(gathered, counters).counters = counters
    for spans in evidence.spans:
        # Applications send spans too, from instances of their own: they are no proxies.
        if spans.proxy_spans or _key(spans) in gathered:
            _of(gathered, spans).spans = spans
    for expected in evidence.expected:
        workload = expected.workload
        key = (workload.cluster, workload.namespace, workload.service, expected.instance)
        gathered.setdefault(key, _Rows()).expected = expected
    return tuple(_standing(key, gathered[key], evidence) for key in sorted(gathered))


def _key(row: ProxyRow) -> _Key:
    return (row.cluster, row.namespace, row.service, row.instance)


def _of(gathered: dict[_Key, _Rows], row: ProxyRow) -> _Rows:
    return gathered.setdefault(_key(row), _Rows())


def _standing(key: _Key, rows: _Rows, evidence: Evidence) -> Standing:
    cluster, namespace, service, instance = key
    logs, counters = rows.logs, rows.counters
    return Standing(
        WorkloadIdentity(cluster, namespace, service),
        instance,
        _signals(rows, evidence),
        sampled_share=logs.sampled / logs.with_context if logs and logs.with_context else None,
        with_context=logs.with_context if logs else 0,
        skew_seconds=_skew(logs),
        delay_seconds=logs.delay_least if logs else None,
        dropped_logs=counters.logs_dropped if counters else 0,
        dropped_spans=counters.spans_dropped if counters else 0,
        hub_connect_fail=counters.hub_connect_fail if counters else 0,
        requests_counted=counters.requests if counters else None,
        request_logs_received=counters.request_logs_received if counters else None,
        counted_seconds=counters.seconds if counters else 0.0,
        envoy_version=rows.spans.envoy_version if rows.spans else "",
        expected=rows.expected is not None,
        configuration=evidence.configurations.get(f"{instance}.{namespace}"),
    )


def _signals(rows: _Rows, evidence: Evidence) -> Mapping[Telemetry, SignalStanding]:
    last_logs = rows.last_logs.last_minute + 60 if rows.last_logs else 0
    newest = {
        Telemetry.ACCESS_LOGS: rows.logs.newest if rows.logs else last_logs,
        Telemetry.SPANS: rows.spans.newest if rows.spans else 0,
        Telemetry.STATS: rows.stats.newest if rows.stats else 0,
    }
    records = {
        Telemetry.ACCESS_LOGS: rows.logs.records if rows.logs else 0,
        Telemetry.SPANS: rows.spans.proxy_spans if rows.spans else 0,
        Telemetry.STATS: rows.stats.records if rows.stats else 0,
    }
    wanted = rows.expected.signals if rows.expected else frozenset(Telemetry)
    return {
        signal: SignalStanding(
            signal,
            _state(signal, newest[signal], rows, wanted, evidence.window.end),
            records[signal],
            datetime.fromtimestamp(newest[signal], UTC) if newest[signal] else None,
        )
        for signal in Telemetry
    }


def _state(signal: Telemetry, newest: int, rows: _Rows, wanted: Iterable[Telemetry], now: datetime) -> SignalState:
    if newest and now.timestamp() - newest < SILENT_AFTER.total_seconds():
        return SignalState.REPORTING
    if signal not in wanted:
        return SignalState.OFF
    if not _had_something_to_send(signal, rows):
        return SignalState.IDLE
    return SignalState.SILENT if newest else SignalState.MISSING


def _had_something_to_send(signal: Telemetry, rows: _Rows) -> bool:
    """Stats always; logs while the proxy counted requests; spans while its logs say that requests were sampled."""
    match signal:
        case Telemetry.STATS:
            return True
        case Telemetry.ACCESS_LOGS:
            return bool(rows.counters and rows.counters.requests) or (rows.spans is not None and rows.spans.newest > 0)
        case Telemetry.SPANS:
            return bool(rows.logs and rows.logs.sampled)


def _skew(logs: LogsRow | None) -> float | None:
    """How far a proxy's clock is ahead: a log cannot arrive before its request ended. Behind is not told from late."""
    if logs is None or logs.delay_median > -SKEW_SECONDS:
        return None
    return -logs.delay_median
