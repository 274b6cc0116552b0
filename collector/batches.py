"""Formats other than OTLP's: a message that holds records and, of a stream, who sends them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from collector.idl import envoy_access_logs_pb2, envoy_metrics_pb2, zipkin_pb2
from meshhub.model import Signal

IDENTIFIER = 1
"""The field number of who sends, in the messages of Envoy's streams."""


@dataclass(frozen=True, slots=True)
class RecordField:
    """Where records are: the field numbers that lead to them, one or two, and what they are."""

    path: tuple[int, ...]
    record: type[Message]


@dataclass(frozen=True, slots=True)
class BatchSchema:
    """One format.

    Attributes:
        request: the class of a whole message.
        fields: where its records are.
        dropped: numbers of fields that are not kept.
        noun: what is counted, as in messages to clients.
        points: how many things of that name a record holds; None if it is one itself.
        attributes: how many attributes the one of these with the most has.
    """

    signal: Signal
    request: type[Message]
    fields: tuple[RecordField, ...]
    dropped: frozenset[int]
    noun: str
    points: Callable[[Any], int] | None
    attributes: Callable[[Any], int]


def _http_entry_attributes(entry: Any) -> int:
    response = entry.response
    headers = len(entry.request.request_headers) + len(response.response_headers) + len(response.response_trailers)
    return headers + _entry_attributes(entry)


def _entry_attributes(entry: Any) -> int:
    common = entry.common_properties
    return len(common.custom_tags) + len(common.filter_state_objects)


def _log_attributes(entry: Any) -> int:
    if isinstance(entry, envoy_access_logs_pb2.HTTPAccessLogEntry):
        return _http_entry_attributes(entry)
    return _entry_attributes(entry)


BATCHES: Mapping[Signal, BatchSchema] = {
    Signal.ENVOY_ACCESS_LOGS: BatchSchema(
        signal=Signal.ENVOY_ACCESS_LOGS,
        request=envoy_access_logs_pb2.StreamAccessLogsMessage,
        fields=(
            RecordField((2, 1), envoy_access_logs_pb2.HTTPAccessLogEntry),
            RecordField((3, 1), envoy_access_logs_pb2.TCPAccessLogEntry),
        ),
        dropped=frozenset({IDENTIFIER}),
        noun="access log entries",
        points=None,
        attributes=_log_attributes,
    ),
    Signal.ENVOY_METRICS: BatchSchema(
        signal=Signal.ENVOY_METRICS,
        request=envoy_metrics_pb2.StreamMetricsMessage,
        fields=(RecordField((2,), envoy_metrics_pb2.MetricFamily),),
        dropped=frozenset({IDENTIFIER}),
        noun="data points",
        points=lambda family: len(family.metric),
        attributes=lambda family: max((len(metric.label) for metric in family.metric), default=0),
    ),
    Signal.ZIPKIN: BatchSchema(
        signal=Signal.ZIPKIN,
        request=zipkin_pb2.ListOfSpans,
        fields=(RecordField((1,), zipkin_pb2.Span),),
        dropped=frozenset(),
        noun="spans",
        points=None,
        attributes=lambda span: len(span.tags) + len(span.annotations),
    ),
}
