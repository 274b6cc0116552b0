"""Jaeger's metrics of services: a MetricFamily (OpenMetrics) as protobuf's JSON has it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from storage.records.compat import CallPoint
from traces.jaeger.v1 import MetricsQuery

_NAMES = {"latencies": "latencies", "calls": "call_rate", "errors": "error_rate"}


def show_metrics(which: str, query: MetricsQuery, points: Sequence[CallPoint]) -> dict[str, Any]:
    """The family of "latencies" (milliseconds), "calls" (per second) or "errors" (share of the calls)."""
    grouped = "service_operation" if query.by_operation else "service"
    series: dict[tuple[str, str], list[CallPoint]] = defaultdict(list)
    for point in points:
        series[point.service, point.operation].append(point)
    made = [
        {
            "labels": _labels(service, operation, query),
            "metricPoints": _points(which, query, of_kinds(found, query.kinds)),
        }
        for (service, operation), found in sorted(series.items())
    ]
    return {
        "name": f"{grouped}_{_NAMES[which]}",
        "type": "GAUGE",
        "help": f"{_help(which, query)}, grouped by {'service & operation' if query.by_operation else 'service'}",
        "metrics": [each for each in made if each["metricPoints"]],
    }


def of_kinds(points: Iterable[CallPoint], kinds: Sequence[str]) -> list[CallPoint]:
    """The points as one side reported them: the servers', or, of a service whose proxy does not report, its callers'.

    Both sides together would count calls twice.
    """
    by_reporter: dict[str, list[CallPoint]] = defaultdict(list)
    for point in points:
        by_reporter[point.reporter].append(point)
    if kinds == ("client",):
        return by_reporter["client"]
    return (by_reporter["server"] or by_reporter["client"]) if kinds else []


def quantile(buckets: Mapping[int, int], wanted: float) -> float:
    """A quantile of durations in microseconds, within the width of a bucket: two leading digits."""
    total = sum(buckets.values())
    rank, seen = wanted * total, 0
    for bucket, count in sorted(buckets.items()):
        seen += count
        if seen >= rank and count:
            lower, upper = bucket_start(bucket), bucket_start(bucket + 1)
            return lower + (upper - lower) * max(0.0, 1 - (seen - rank) / count)
    return 0.0


def bucket_start(bucket: int) -> int:
    """The lower bound of a bucket (meshhub_duration_bucket_start), in microseconds."""
    return bucket if bucket < 100 else (10 + (bucket - 10) % 90) * 10 ** ((bucket - 10) // 90)


def _points(which: str, query: MetricsQuery, points: Sequence[CallPoint]) -> list[dict[str, Any]]:
    return [
        {
            "gaugeValue": {"doubleValue": _value(which, query, point)},
            "timestamp": datetime.fromtimestamp(point.start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for point in points
        if point.requests
    ]


def _value(which: str, query: MetricsQuery, point: CallPoint) -> float:
    if which == "calls":
        return point.requests / query.step_seconds
    if which == "errors":
        return point.failed / point.requests
    return quantile(point.duration_buckets, query.quantile) / 1000


def _labels(service: str, operation: str, query: MetricsQuery) -> list[dict[str, str]]:
    named = [{"name": "operation", "value": operation}] if query.by_operation else []
    return [*named, {"name": "service_name", "value": service}]


def _help(which: str, query: MetricsQuery) -> str:
    if which == "latencies":
        return f"{query.quantile:.2f}th quantile latency"
    return "calls/sec" if which == "calls" else "error rate, computed as a fraction of errors/sec over calls/sec"
