"""Telemetry that a service sends itself, beside its proxy's: a span and a log line per request (opentelemetry-sdk)."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

SCOPE = "meshhub.demo"
FLUSH_MILLISECONDS = 1000
EXPORT_SECONDS = 2


@dataclass(slots=True)
class Story:
    """One request being told: the headers its upstream calls carry, and the status it ended with."""

    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0


class Narrator:
    """Sends a service's own spans and logs to an OTLP/gRPC receiver. The caller's sampling decision is kept."""

    def __init__(self, otlp_port: int, resource: Mapping[str, str]) -> None:
        endpoint = f"http://127.0.0.1:{otlp_port}"
        attributes = Resource(resource)
        self._spans = TracerProvider(sampler=ParentBased(ALWAYS_OFF), resource=attributes, shutdown_on_exit=False)
        self._spans.add_span_processor(
            BatchSpanProcessor(
                OTLPSpanExporter(endpoint, insecure=True, timeout=EXPORT_SECONDS),
                schedule_delay_millis=FLUSH_MILLISECONDS,
            )
        )
        self._logs = LoggerProvider(attributes, shutdown_on_exit=False)
        self._logs.add_log_record_processor(
            BatchLogRecordProcessor(
                OTLPLogExporter(endpoint, insecure=True, timeout=EXPORT_SECONDS),
                schedule_delay_millis=FLUSH_MILLISECONDS,
            )
        )
        self._tracer = self._spans.get_tracer(SCOPE)
        self._logger = self._logs.get_logger(SCOPE)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def tell(self, name: str, headers: Mapping[str, str]) -> Iterator[Story]:
        """Make a SERVER span of the block and log how it ended; set the story's status inside."""
        story = Story(dict(headers))
        attributes = {"http.request.method": name.partition(" ")[0], "request_id": headers.get("x-request-id", "")}
        with self._tracer.start_as_current_span(
            name, self._propagator.extract(headers), SpanKind.SERVER, attributes
        ) as span:
            self._propagator.inject(story.headers)
            yield story
            span.set_attribute("http.response.status_code", story.status)
            if story.status >= 500:
                span.set_status(Status(StatusCode.ERROR))
            self._log(f"{name} answered {story.status}", story.status, attributes)

    def close(self) -> None:
        """Send what is left. Blocks for a few seconds if the receiver does not answer."""
        self._spans.shutdown()
        self._logs.shutdown()

    def _log(self, text: str, status: int, attributes: Mapping[str, str]) -> None:
        severity = SeverityNumber.ERROR if status >= 500 else SeverityNumber.INFO
        self._logger.emit(
            LogRecord(
                timestamp=time.time_ns(),
                context=trace.set_span_in_context(trace.get_current_span()),
                severity_number=severity,
                severity_text=severity.name,
                body=text,
                attributes=dict(attributes),
            )
        )
