"""The exporters that people use: OpenTelemetry's own, over both protocols, and Envoy's way of sending HTTP."""

from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk._logs.export import LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from meshhub.testing.collecting import MemorySink, RunningCollector, running


def grpc_exporter(hub: RunningCollector) -> SpanExporter:
    return GrpcSpanExporter(endpoint=f"http://{hub.grpc_address}", insecure=True, headers={"authorization": "Bearer t"})


def http_exporter(hub: RunningCollector) -> SpanExporter:
    return HttpSpanExporter(
        endpoint=f"{hub.http_url}/v1/traces", compression=Compression.Gzip, headers={"authorization": "Bearer t"}
    )


@pytest.mark.parametrize("make", [grpc_exporter, http_exporter])
def test_spans_of_the_sdk_arrive(tmp_path: Path, make: object) -> None:
    sink = MemorySink()
    with running(tmp_path, sink, auth={"tokens": [{"token": "t"}]}) as hub:
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(make(hub)))  # type: ignore[operator]
        tracer = provider.get_tracer("test")
        for number in range(1000):
            with tracer.start_as_current_span(f"span-{number}", attributes={"number": number}):
                pass
        assert provider.force_flush()
        provider.shutdown()

    names = [
        span.name
        for message in sink.messages
        for resource in ExportTraceServiceRequest.FromString(message).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert sorted(names) == sorted(f"span-{number}" for number in range(1000))


def test_metrics_of_the_sdk_arrive(tmp_path: Path) -> None:
    sink = MemorySink()
    with running(tmp_path, sink) as hub:
        exporter = OTLPMetricExporter(endpoint=f"{hub.http_url}/v1/metrics")
        provider = MeterProvider([PeriodicExportingMetricReader(exporter, export_interval_millis=60_000)])
        provider.get_meter("test").create_counter("calls").add(3)
        provider.force_flush()
        provider.shutdown()

    metrics = [
        metric
        for message in sink.messages
        for resource in ExportMetricsServiceRequest.FromString(message).resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == "calls"
    ]
    assert metrics[0].sum.data_points[0].as_int == 3


def test_logs_exporter_finds_its_path(tmp_path: Path) -> None:
    with running(tmp_path) as hub:
        exporter: LogRecordExporter = OTLPLogExporter(endpoint=f"{hub.http_url}/v1/logs")
        assert exporter.export([]).name == "SUCCESS"
        exporter.shutdown()  # type: ignore[no-untyped-call]
