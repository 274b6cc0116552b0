"""A stand-in for the hub: an OTLP/gRPC receiver that keeps what it gets."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

SERVICES: dict[str, tuple[Any, Any]] = {
    "logs": (ExportLogsServiceRequest, ExportLogsServiceResponse),
    "metrics": (ExportMetricsServiceRequest, ExportMetricsServiceResponse),
    "trace": (ExportTraceServiceRequest, ExportTraceServiceResponse),
}


class OtlpReceiver:
    """Keeps requests by signal and lets a test wait for what it needs."""

    def __init__(self) -> None:
        self._requests: dict[str, list[Any]] = {signal: [] for signal in SERVICES}
        self._changed = Condition()
        self._server = grpc.server(ThreadPoolExecutor(4))
        for signal, (request, response) in SERVICES.items():
            name = f"opentelemetry.proto.collector.{signal}.v1.{signal.title()}Service"
            handler = grpc.unary_unary_rpc_method_handler(
                self._keeper(signal, response),
                request_deserializer=request.FromString,
                response_serializer=response.SerializeToString,
            )
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": handler}),))
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = 30.0) -> None:
        """Wait until a condition on what arrived holds; looked at again whenever something arrives."""
        with self._changed:
            assert self._changed.wait_for(condition, seconds), "what the test waits for did not arrive"

    def logs(self) -> list[tuple[dict[str, str], Any]]:
        """Each log record with its resource's attributes."""
        return [
            (texts(resource.resource.attributes), record)
            for request in self._requests["logs"]
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def spans(self) -> list[tuple[dict[str, str], Any]]:
        """Each span with its resource's attributes."""
        return [
            (texts(resource.resource.attributes), span)
            for request in self._requests["trace"]
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def metric_senders(self) -> set[str]:
        """The service.name of each resource that sent metrics."""
        return {
            texts(resource.resource.attributes).get("service.name", "")
            for request in self._requests["metrics"]
            for resource in request.resource_metrics
        }

    def stop(self) -> None:
        self._server.stop(grace=None).wait(10)

    def _keeper(self, signal: str, response: Any) -> Callable[[Any, grpc.ServicerContext], Any]:
        def keep(request: Any, context: grpc.ServicerContext) -> Any:
            with self._changed:
                self._requests[signal].append(request)
                self._changed.notify_all()
            return response()

        return keep


def texts(attributes: list[KeyValue]) -> dict[str, str]:
    """The attributes whose values are strings."""
    return {attribute.key: attribute.value.string_value for attribute in attributes}


@pytest.fixture
def otlp() -> Iterator[OtlpReceiver]:
    receiver = OtlpReceiver()
    yield receiver
    receiver.stop()
