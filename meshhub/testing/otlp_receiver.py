"""A stand-in for the hub where only the senders are tested: takes OTLP over gRPC and keeps what it gets."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

LOOPBACK = "127.0.0.1"
DEADLINE_SECONDS = 30.0
REQUESTS: Mapping[str, Any] = {
    "Logs": ExportLogsServiceRequest,
    "Metrics": ExportMetricsServiceRequest,
    "Trace": ExportTraceServiceRequest,
}

AnswerT = TypeVar("AnswerT")
Attributes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A request, the service it was for ("Logs", "Metrics", "Trace"), and its gRPC metadata."""

    service: str
    request: Any
    metadata: Mapping[str, str]


class OtlpReceiver:
    """Answers Export of the three services; `refusals` is how many of the next requests it refuses as UNAVAILABLE."""

    def __init__(self, port: int = 0) -> None:
        self.refusals = 0
        self.kept: list[Kept] = []
        self._arrival = threading.Condition()
        self._server = grpc.server(ThreadPoolExecutor(max_workers=4), options=(("grpc.so_reuseport", 0),))
        for service, message in REQUESTS.items():
            name = f"opentelemetry.proto.collector.{service.lower()}.v1.{service}Service"
            method = grpc.unary_unary_rpc_method_handler(self._keeper(service), message.FromString, bytes)
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": method}),))
        self.port: int = self._server.add_insecure_port(f"{LOOPBACK}:{port}")
        self._server.start()

    def stop(self) -> None:
        """Stop answering; what was kept stays."""
        self._server.stop(grace=None).wait()

    def wait_for(self, question: Callable[[], AnswerT]) -> AnswerT:
        """The first true answer to a question about what was kept; it is asked again with each arrival."""
        with self._arrival:
            answer = self._arrival.wait_for(question, DEADLINE_SECONDS)
        assert answer, "what the test waits for did not arrive"
        return answer

    def access_logs(self, wanted: Mapping[str, Any]) -> list[Attributes]:
        """Log records that have these attributes, each with its resource's, and trace_id, span_id, body."""
        records = [
            texts(resource.resource.attributes)
            | texts(record.attributes)
            | {"trace_id": record.trace_id.hex(), "span_id": record.span_id.hex(), "body": str(record.body)}
            for resource in self._resources("Logs", "resource_logs")
            for scope in resource.scope_logs
            for record in scope.log_records
        ]
        return [record for record in records if wanted.items() <= record.items()]

    def spans(self, wanted: Mapping[str, Any]) -> list[Attributes]:
        """Spans that have these attributes, each with its resource's, and trace_id, span_id, parent_id, name, kind."""
        spans = [
            texts(resource.resource.attributes)
            | texts(span.attributes)
            | {"trace_id": span.trace_id.hex(), "span_id": span.span_id.hex(), "parent_id": span.parent_span_id.hex()}
            | {"name": span.name, "kind": span.kind}
            for resource in self._resources("Trace", "resource_spans")
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return [span for span in spans if wanted.items() <= span.items()]

    def points(self, wanted: Mapping[str, Any]) -> list[Attributes]:
        """Metric points that have these attributes, each with its resource's, and metric, data, value (integers)."""
        points = [
            texts(resource.resource.attributes)
            | texts(point.attributes)
            | {"metric": metric.name, "data": metric.WhichOneof("data"), "value": getattr(point, "as_int", None)}
            for resource in self._resources("Metrics", "resource_metrics")
            for scope in resource.scope_metrics
            for metric in scope.metrics
            for point in getattr(metric, metric.WhichOneof("data")).data_points
        ]
        return [point for point in points if wanted.items() <= point.items()]

    def _resources(self, service: str, field: str) -> Iterator[Any]:
        for kept in list(self.kept):
            if kept.service == service:
                yield from getattr(kept.request, field)

    def _keeper(self, service: str) -> Callable[[Any, grpc.ServicerContext], bytes]:
        def keep(request: Any, context: grpc.ServicerContext) -> bytes:
            with self._arrival:
                if self.refusals > 0:
                    self.refusals -= 1
                    context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
                metadata = {key: str(value) for key, value in context.invocation_metadata()}
                self.kept.append(Kept(service, request, metadata))
                self._arrival.notify_all()
            return b""

        return keep


def texts(attributes: Any) -> Attributes:
    """Attributes whose values are text, as a mapping."""
    return {attribute.key: attribute.value.string_value for attribute in attributes}
