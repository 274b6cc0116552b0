"""The settings of the collector: where it listens, whom it lets in, what it takes, and how it keeps it.

One place for all protocols: TLS, authentication and limits hold for each alike.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import ByteSize, Field, model_validator

from collector.scrape.settings import ScrapeSettings
from meshhub.address import Address
from meshhub.configuration import Section
from meshhub.secret import Secret

MIB = 1024 * 1024


class EndpointSettings(Section):
    """Where the receivers listen. Loopback by default: to be reached from other machines is a decision to take."""

    otlp_grpc: Address | None = Field(
        default="127.0.0.1:4317",
        description="OTLP/gRPC address, also of Envoy's access log and metrics services; null turns it off.",
    )
    otlp_http: Address | None = Field(default="127.0.0.1:4318", description="OTLP/HTTP address; null turns it off.")
    zipkin: Address | None = Field(default="127.0.0.1:9411", description="Zipkin address; null turns it off.")


class TlsSettings(Section):
    """TLS of the receivers. With `client_ca_file`, clients must show a certificate of that authority (mTLS)."""

    cert_file: Path = Field(description="The server's certificate chain, PEM.")
    key_file: Path = Field(description="The private key of the certificate, PEM.")
    client_ca_file: Path | None = Field(
        default=None, description="Authorities that client certificates must come from, PEM."
    )


class TokenSettings(Section):
    """One bearer token that lets a client in, and the tenant that whatever it sends belongs to."""

    token: Secret | None = Field(default=None, description="The token itself; give this or `token_file`.")
    token_file: Path | None = Field(default=None, description="A file that holds the token; read when the hub starts.")
    tenant: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,64}$", description="Tenant of the data sent with it.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.token is None) == (self.token_file is None):
            raise ValueError("give exactly one of token and token_file")
        return self


class AuthSettings(Section):
    """Who may send. Unless a token is required, everybody who reaches the port may."""

    tokens: tuple[TokenSettings, ...] = Field(
        default=(), description="Bearer tokens; any one of them lets a client in."
    )
    required: bool = Field(
        default=False,
        description="Let nobody in without a token: one of these, or one of `meshhub token create --scope ingest`.",
    )

    anonymous: bool = Field(
        default=False,
        description="Let everybody send who reaches the receivers, from other machines too: the network decides.",
    )

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.anonymous and self.closed:
            raise ValueError("anonymous contradicts tokens and required: leave one out")
        return self

    @property
    def closed(self) -> bool:
        """Whether a client needs a token."""
        return self.required or bool(self.tokens)


class LimitSettings(Section):
    """What a client may ask for. A request over a limit is refused by itself and harms no other."""

    request_bytes: ByteSize = Field(
        default=ByteSize(64 * MIB), gt=0, description="Largest request after decompression."
    )
    compressed_bytes: ByteSize = Field(default=ByteSize(64 * MIB), gt=0, description="Largest request as sent (HTTP).")
    json_bytes: ByteSize = Field(
        default=ByteSize(16 * MIB),
        gt=0,
        description="Largest JSON request after decompression; JSON takes 30 times its size.",
    )
    records: int = Field(default=250_000, gt=0, description="Spans, log records or data points in one request.")
    record_bytes: ByteSize = Field(default=ByteSize(MIB), gt=0, description="Largest span, log record or metric.")
    resource_bytes: ByteSize = Field(default=ByteSize(64 * 1024), gt=0, description="Largest resource or scope.")
    attributes: int = Field(default=1024, gt=0, description="Attributes of one span, log record or data point.")
    in_flight_bytes: ByteSize = Field(
        default=ByteSize(256 * MIB), gt=0, description="Bytes of all requests received and not yet answered."
    )
    connections: int = Field(default=4096, gt=0, description="Open HTTP connections, of each address.")
    concurrent_streams: int = Field(default=100, gt=0, description="Open requests of one OTLP/gRPC connection.")
    streams: int = Field(default=8192, gt=0, description="Open streams of Envoy's access log and metrics services.")
    stream_idle_seconds: float = Field(
        default=3600, gt=0, description="Time such a stream may stay open without a message."
    )
    connection_age_seconds: float = Field(
        default=3600, gt=0, description="Age at which a connection is closed gracefully."
    )
    header_bytes: ByteSize = Field(
        default=ByteSize(16 * 1024), ge=1024, description="Headers (gRPC: metadata) of one request."
    )
    header_seconds: float = Field(
        default=10, gt=0, description="Time to send the headers of a request (HTTP), or to connect."
    )
    body_seconds: float = Field(default=30, gt=0, description="Time to send the body of a request (HTTP).")
    idle_seconds: float = Field(
        default=75, gt=0, description="Time an HTTP connection may stay open without a request."
    )

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.in_flight_bytes < self.request_bytes:
            raise ValueError("in_flight_bytes must be at least request_bytes, or the largest request never gets in")
        if self.request_bytes < max(self.json_bytes, self.record_bytes):
            raise ValueError("request_bytes must be at least json_bytes and record_bytes")
        return self


class JournalSettings(Section):
    """How requests are kept between the acknowledgement and the engine."""

    durability: Literal["fsync", "os"] = Field(
        default="fsync",
        description="fsync: an acknowledged request survives a power cut. os: it survives kill -9, and a power cut "
        "may lose the last seconds.",
    )
    segment_bytes: ByteSize = Field(
        default=ByteSize(32 * MIB), ge=4096, description="Size at which a segment is loaded."
    )
    segment_age_seconds: float = Field(
        default=1.0, gt=0, description="Age at which a segment is loaded, if the loader is idle."
    )
    max_bytes: ByteSize = Field(
        default=ByteSize(16 * 1024 * MIB),
        ge=4096,
        description="Disk use of all segments; past it the receivers refuse.",
    )
    min_free_bytes: ByteSize = Field(
        default=ByteSize(512 * MIB),
        ge=0,
        description="Space left free on the file system; below it the receivers refuse.",
    )


class LoaderSettings(Section):
    """How segments go to the engine."""

    retry_initial_seconds: float = Field(default=0.5, gt=0, description="First delay after the engine failed.")
    retry_max_seconds: float = Field(
        default=30, gt=0, description="Largest delay; each delay is about twice the one before."
    )
    drain_seconds: float = Field(default=10, ge=0, description="Time to load what is journaled when the hub stops.")


class QuarantineSettings(Section):
    """Where requests go that the engine refuses for good."""

    max_bytes: ByteSize = Field(
        default=ByteSize(256 * MIB), ge=0, description="Disk use; past it the oldest entries are dropped and counted."
    )


class CollectorSettings(Section):
    """The section `collector` of the settings file."""

    endpoints: EndpointSettings = EndpointSettings()
    tls: TlsSettings | None = None
    auth: AuthSettings = AuthSettings()
    limits: LimitSettings = LimitSettings()
    journal: JournalSettings = JournalSettings()
    loader: LoaderSettings = LoaderSettings()
    quarantine: QuarantineSettings = QuarantineSettings()
    scrape: ScrapeSettings = ScrapeSettings()
