"""The `telemetry` section of the settings: what the hub says of itself, and to whom."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from meshhub.configuration import Section
from meshhub.secret import Secret

OtlpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+(/[^\s@]*)?$")]


class LogSettings(Section):
    """The hub's own log, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity that is logged."
    )
    format: Literal["text", "json"] = Field(
        default="text", description="One line of text, or one JSON object per line."
    )


class OtlpExportSettings(Section):
    """An OTLP endpoint that gets the hub's own metrics and traces, besides its own store."""

    endpoint: OtlpUrl = Field(description="For example http://127.0.0.1:4317 (gRPC) or https://collector:4318 (HTTP).")
    protocol: Literal["grpc", "http"] = Field("grpc", description="OTLP/gRPC, or OTLP/HTTP with protobuf bodies.")
    token: Secret | None = Field(default=None, description="Bearer token for the endpoint.")
    ca_file: Path | None = Field(
        default=None, description="Authorities that the endpoint's certificate must come from, PEM."
    )
    interval_seconds: float = Field(default=30, ge=1, description="Time between two exports of metrics.")
    trace_ratio: float = Field(default=0.05, ge=0, le=1, description="Share of the hub's own requests that are traced.")


class TelemetrySettings(Section):
    """The section `telemetry` of the settings file."""

    log: LogSettings = LogSettings()
    history_seconds: float = Field(
        default=10,
        ge=0,
        description="Time between two entries of the hub's own metrics in its own store; 0 keeps none.",
    )
    otlp: OtlpExportSettings | None = None
