"""Exporters to the OTLP endpoint of the settings. Imported only where there is one: they bring gRPC or requests."""

import grpc
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.sdk.metrics.export import MetricExporter
from opentelemetry.sdk.trace.export import SpanExporter

from meshhub.errors import ConfigurationError, Fault
from meshhub.telemetry.settings import OtlpExportSettings

EXPORT_SECONDS = 3.0
"""How long an export is tried, retries included: an endpoint that is gone must not hold up the end of the hub."""


def metric_exporter(settings: OtlpExportSettings) -> MetricExporter:
    """The exporter of metrics.

    Raises:
        ConfigurationError: the file with the authorities cannot be read.
    """
    if settings.protocol == "http":
        return HttpMetricExporter(
            _url(settings, "metrics"), _ca_file(settings), headers=_headers(settings), timeout=EXPORT_SECONDS
        )
    return GrpcMetricExporter(
        settings.endpoint,
        insecure=_plain(settings),
        credentials=_credentials(settings),
        headers=_headers(settings),
        timeout=EXPORT_SECONDS,
    )


def span_exporter(settings: OtlpExportSettings) -> SpanExporter:
    """The exporter of spans; see `metric_exporter`."""
    if settings.protocol == "http":
        return HttpSpanExporter(
            _url(settings, "traces"), _ca_file(settings), headers=_headers(settings), timeout=EXPORT_SECONDS
        )
    return GrpcSpanExporter(
        settings.endpoint,
        insecure=_plain(settings),
        credentials=_credentials(settings),
        headers=_headers(settings),
        timeout=EXPORT_SECONDS,
    )


def _url(settings: OtlpExportSettings, signal: str) -> str:
    return f"{settings.endpoint.rstrip('/')}/v1/{signal}"


def _headers(settings: OtlpExportSettings) -> dict[str, str]:
    return {"authorization": f"Bearer {settings.token.reveal()}"} if settings.token else {}


def _plain(settings: OtlpExportSettings) -> bool:
    return settings.endpoint.startswith("http://")


def _ca_file(settings: OtlpExportSettings) -> str | None:
    _read_ca(settings)
    return str(settings.ca_file) if settings.ca_file else None


def _credentials(settings: OtlpExportSettings) -> grpc.ChannelCredentials | None:
    return None if _plain(settings) else grpc.ssl_channel_credentials(_read_ca(settings))


def _read_ca(settings: OtlpExportSettings) -> bytes | None:
    try:
        return settings.ca_file.read_bytes() if settings.ca_file else None
    except OSError as error:
        fault = Fault("telemetry.otlp.ca_file", None, f"could not read {settings.ca_file}: {error.strerror}")
        raise ConfigurationError("the settings", [fault]) from error
