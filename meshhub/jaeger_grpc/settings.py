"""The `jaeger_grpc` section of the settings: where Jaeger's query services are served over gRPC."""

from pathlib import Path

from pydantic import Field

from meshhub.address import Address
from meshhub.configuration import Section


class JaegerTlsSettings(Section):
    """TLS of these services. With `client_ca_file`, clients must show a certificate of that authority (mTLS)."""

    cert_file: Path = Field(description="The server's certificate chain, PEM.")
    key_file: Path = Field(description="The private key of the certificate, PEM.")
    client_ca_file: Path | None = Field(
        default=None, description="Authorities that client certificates must come from, PEM."
    )


class JaegerGrpcSettings(Section):
    """Jaeger's query services over gRPC, for Kiali and other clients of Jaeger."""

    address: Address | None = Field(
        default="127.0.0.1:16685",
        description="Address of jaeger.api_v2 and api_v3.QueryService, and Tempo's search; null turns them off.",
    )
    tls: JaegerTlsSettings | None = None
    threads: int = Field(default=4, ge=1, le=64, description="Calls worked on at a time.")
