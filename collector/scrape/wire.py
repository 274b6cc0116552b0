"""OTLP metrics written byte by byte: a series' part of a data point is made once, and again only its time and value.

(opentelemetry-proto, metrics/v1: ExportMetricsServiceRequest{resource_metrics 1}, ResourceMetrics{resource 1,
scope_metrics 2}, ScopeMetrics{scope 1, metrics 2}, Metric{name 1, gauge 5, sum 7}, NumberDataPoint{time 3, as_double 4,
attributes 7}.)
"""

import struct
from collections.abc import Iterable, Mapping

from collector.journal.record import encode_varint

CUMULATIVE = b"\x10\x02\x18\x01"
"""Sum: aggregation_temporality = cumulative, is_monotonic = true."""

VALUE = struct.Struct("<cd").pack
POINT_REST = 18
"""Bytes of time and value."""

_TIME = struct.Struct("<cQ").pack


def time_part(unix_nano: int) -> bytes:
    """The time of data points."""
    return _TIME(b"\x19", unix_nano)


def point_head(labels: Mapping[str, str]) -> bytes:
    """A data point up to its time: its framing and attributes."""
    attributes = _attributes(b"\x3a", labels)
    return b"\x0a" + encode_varint(len(attributes) + POINT_REST) + attributes


def metric(name: str, *, cumulative: bool, points: bytes) -> bytes:
    """A metric of these encoded data points, framed for its scope."""
    tag, rest = (b"\x3a", CUMULATIVE) if cumulative else (b"\x2a", b"")
    data = tag + encode_varint(len(points) + len(rest)) + points + rest
    return _field(b"\x12", _field(b"\x0a", name.encode()) + data)


def request(resource: bytes, scope: str, metrics: Iterable[bytes]) -> bytes:
    """A request of one resource (see `resource`) with these metrics."""
    body = _field(b"\x0a", _field(b"\x0a", scope.encode())) + b"".join(metrics)
    return _field(b"\x0a", resource + _field(b"\x12", body))


def resource(attributes: Mapping[str, str]) -> bytes:
    """A resource, framed for its ResourceMetrics."""
    return _field(b"\x0a", _attributes(b"\x0a", attributes))


def _attributes(tag: bytes, attributes: Mapping[str, str]) -> bytes:
    return b"".join(
        _field(tag, _field(b"\x0a", key.encode()) + _field(b"\x12", _field(b"\x0a", value.encode())))
        for key, value in attributes.items()
    )


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + encode_varint(len(content)) + content
