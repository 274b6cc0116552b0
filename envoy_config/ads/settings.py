"""The `ads` section of the settings: where proxies get their configuration from, and of which mesh."""

from pathlib import Path
from typing import Self

from pydantic import ByteSize, Field, model_validator

from meshhub.address import Address
from meshhub.configuration import Section

MIB = 1024 * 1024


class AdsTlsSettings(Section):
    """Mutual TLS of the ADS server. All three files are read again when they change."""

    cert_file: Path = Field(description="The server's certificate chain, PEM.")
    key_file: Path = Field(description="The private key of the certificate, PEM.")
    client_ca_file: Path = Field(
        description="Authorities that the proxies' certificates must come from, PEM. The SPIFFE id in a certificate "
        "must be that of the node id that the proxy says it has."
    )


class AdsLimitSettings(Section):
    """What proxies may ask for."""

    streams: int = Field(default=10_000, gt=0, description="Open streams of all proxies.")
    streams_per_node: int = Field(default=4, gt=0, description="Open streams of one proxy.")
    streams_per_node_per_second: float = Field(default=0.5, gt=0, description="New streams of one proxy.")
    streams_per_node_burst: int = Field(default=20, gt=0, description="New streams of one proxy at once.")
    messages_per_node_per_second: float = Field(
        default=100, gt=0, description="Messages of one proxy; more are read later."
    )
    messages_per_node_burst: int = Field(default=2_000, gt=0, description="Messages of one proxy at once.")
    message_bytes: ByteSize = Field(default=ByteSize(4 * MIB), ge=65536, description="Largest message of a proxy.")


class AdsSettings(Section):
    """The xDS server that configures plain Envoy proxies, live."""

    address: Address | None = Field(default=None, description="Address of the server (ADS); null turns it off.")
    mesh_file: Path | None = Field(
        default=None, description="The mesh file whose proxies are served; it is read again when it changes."
    )
    certificates: Path | None = Field(
        default=None,
        description="Directory of the proxies' certificates on the hub's machine, laid out as the mesh file says; "
        "absent, it is the mesh file's own `certificates.directory`. They are served over SDS.",
    )
    reload_seconds: float = Field(
        default=1.0, gt=0, le=3600, description="How often the mesh file and the certificates are looked at."
    )
    tls: AdsTlsSettings | None = None
    limits: AdsLimitSettings = AdsLimitSettings()

    @property
    def authenticates(self) -> bool:
        """Whether proxies have to prove who they are."""
        return self.tls is not None

    @model_validator(mode="after")
    def _mesh_to_serve(self) -> Self:
        if self.address is not None and self.mesh_file is None:
            raise ValueError("mesh_file is needed where an address is given")
        return self
