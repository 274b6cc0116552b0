"""Puts the SDK together: one meter whose numbers go to scrapers, to the hub's own store and to an OTLP endpoint."""

import socket
import threading
from dataclasses import dataclass

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import (
    Counter,
    Histogram,
    MeterProvider,
    ObservableCounter,
    ObservableGauge,
    ObservableUpDownCounter,
    UpDownCounter,
)
from opentelemetry.sdk.metrics.export import (
    CardinalityLimits,
    MetricExporter,
    MetricReader,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import NoOpTracer, Tracer
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from meshhub.telemetry import names
from meshhub.telemetry.history import HistoryExporter
from meshhub.telemetry.process import observe_process
from meshhub.telemetry.settings import OtlpExportSettings, TelemetrySettings

MAX_SERIES = 500
"""Attribute sets of one instrument; what is past it is counted together under `otel.metric.overflow`."""

STOP_SECONDS = 5.0
"""How long the last export may take."""

_LIMITS: CardinalityLimits = {
    Counter: MAX_SERIES,
    Histogram: MAX_SERIES,
    ObservableCounter: MAX_SERIES,
    ObservableGauge: MAX_SERIES,
    ObservableUpDownCounter: MAX_SERIES,
    UpDownCounter: MAX_SERIES,
}


# The SDK's own bounds are meant for milliseconds; every duration of the hub is in seconds.
_DURATIONS = View(
    instrument_type=Histogram,
    instrument_unit="s",
    aggregation=ExplicitBucketHistogramAggregation(
        (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
    ),
)


@dataclass(frozen=True, slots=True)
class Exposition:
    """The answer to a scrape."""

    body: bytes
    content_type: str


class Telemetry:
    """The hub's own metrics and traces. Starts its threads when made; `stop` ends them.

    Raises:
        ConfigurationError: the OTLP endpoint's settings cannot be used.
    """

    def __init__(self, settings: TelemetrySettings, *, version: str) -> None:
        resource = Resource.create(
            {
                "service.name": names.SERVICE,
                "service.version": version,
                "service.instance.id": socket.gethostname(),
            }
        )
        self.history = HistoryExporter()
        self._registry = CollectorRegistry()
        self._scrape = threading.Lock()
        readers: list[MetricReader] = [
            PrometheusMetricReader(scope_info_enabled=False, registry=self._registry, cardinality_limits=_LIMITS)
        ]
        if settings.history_seconds:
            readers.append(_periodic(self.history, settings.history_seconds))
        self._tracers: TracerProvider | None = None
        if settings.otlp:
            from meshhub.telemetry.otlp import metric_exporter

            readers.append(_periodic(metric_exporter(settings.otlp), settings.otlp.interval_seconds))
            self._tracers = _tracer_provider(settings.otlp, resource)
        self._meters = MeterProvider(readers, resource, shutdown_on_exit=False, views=[_DURATIONS])
        self.meter: Meter = self._meters.get_meter(names.SERVICE, version)
        self.tracer: Tracer = self._tracers.get_tracer(names.SERVICE, version) if self._tracers else NoOpTracer()
        observe_process(self.meter)

    def exposition(self, accept: str) -> Exposition:
        """The present numbers in the format that an Accept header asks for: OpenMetrics, or Prometheus text."""
        encode, content_type = choose_encoder(accept)
        with self._scrape:
            return Exposition(encode(self._registry), content_type)

    def flush(self, timeout_seconds: float) -> None:
        """Export now what would be exported at the end of the interval."""
        self._meters.force_flush(timeout_seconds * 1000)

    def stop(self) -> None:
        """Export once more and end the threads. Safe to repeat."""
        meters, self._meters = self._meters, MeterProvider(shutdown_on_exit=False)
        meters.shutdown(STOP_SECONDS * 1000)
        if self._tracers:
            self._tracers.shutdown()


def _periodic(exporter: MetricExporter, seconds: float) -> MetricReader:
    return PeriodicExportingMetricReader(exporter, seconds * 1000, cardinality_limits=_LIMITS)


def _tracer_provider(settings: OtlpExportSettings, resource: Resource) -> TracerProvider:
    from meshhub.telemetry.otlp import span_exporter

    provider = TracerProvider(TraceIdRatioBased(settings.trace_ratio), resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(span_exporter(settings)))
    return provider
