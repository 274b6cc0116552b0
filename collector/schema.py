"""The OTLP messages of each signal, and what the checks need to know of them (opentelemetry-proto, collector/*/v1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from meshhub.model import Signal


@dataclass(frozen=True, slots=True)
class SignalSchema:
    """One signal of OTLP.

    Attributes:
        request: the class of Export*ServiceRequest.
        response: the class of Export*ServiceResponse.
        record: the class of what a scope holds many of: Span, LogRecord, Metric.
        service: the full name of the gRPC service.
        path: the HTTP path.
        noun: what is counted, as in messages to clients.
        rejected_field: the field of the partial success that counts what was left out.
        holders: what of a record carries attributes: itself, or its data points. Their number is what limits count.
    """

    signal: Signal
    request: type[Message]
    response: type[Message]
    record: type[Message]
    service: str
    path: str
    noun: str
    rejected_field: str
    holders: Callable[[Message], "list[Message]"]


def _itself(record: Message) -> list[Message]:
    return [record]


def data_points(metric: Message) -> list[Message]:
    """The data points of a metric, of whatever type it is."""
    kind = metric.WhichOneof("data")
    return getattr(metric, kind).data_points if kind else []


SCHEMAS: Mapping[Signal, SignalSchema] = {
    Signal.TRACES: SignalSchema(
        signal=Signal.TRACES,
        request=trace_service_pb2.ExportTraceServiceRequest,
        response=trace_service_pb2.ExportTraceServiceResponse,
        record=trace_pb2.Span,
        service="opentelemetry.proto.collector.trace.v1.TraceService",
        path="/v1/traces",
        noun="spans",
        rejected_field="rejected_spans",
        holders=_itself,
    ),
    Signal.LOGS: SignalSchema(
        signal=Signal.LOGS,
        request=logs_service_pb2.ExportLogsServiceRequest,
        response=logs_service_pb2.ExportLogsServiceResponse,
        record=logs_pb2.LogRecord,
        service="opentelemetry.proto.collector.logs.v1.LogsService",
        path="/v1/logs",
        noun="log records",
        rejected_field="rejected_log_records",
        holders=_itself,
    ),
    Signal.METRICS: SignalSchema(
        signal=Signal.METRICS,
        request=metrics_service_pb2.ExportMetricsServiceRequest,
        response=metrics_service_pb2.ExportMetricsServiceResponse,
        record=metrics_pb2.Metric,
        service="opentelemetry.proto.collector.metrics.v1.MetricsService",
        path="/v1/metrics",
        noun="data points",
        rejected_field="rejected_data_points",
        holders=data_points,
    ),
}
