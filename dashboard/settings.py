"""The `web` section of the settings: where the API and the pages are served, and to whom."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from meshhub.address import Address
from meshhub.configuration import Section

_HOST = re.compile(r"^(\*|(\*\.)?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$")


def _checked_host(text: str) -> str:
    if not _HOST.match(text):
        raise ValueError('expected a host name without port, "*.example.org" for all names below one, or "*" for any')
    return text.lower()


Host = Annotated[str, AfterValidator(_checked_host)]


def _checked_network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


Network = Annotated[str, AfterValidator(_checked_network)]


class WebTlsSettings(Section):
    """TLS of the API and the pages. With `client_ca_file`, browsers and scripts must show a certificate (mTLS)."""

    cert_file: Path = Field(description="The server's certificate chain, PEM.")
    key_file: Path = Field(description="The private key of the certificate, PEM.")
    client_ca_file: Path | None = Field(
        default=None, description="Authorities that client certificates must come from, PEM."
    )


class WebSettings(Section):
    """The section `web` of the settings file."""

    address: Address = Field(default="127.0.0.1:8080", description="Address of the pages, the API and /metrics.")
    tls: WebTlsSettings | None = None
    allowed_hosts: tuple[Host, ...] = Field(
        default=(),
        description="Host names that requests may be addressed to. Empty: on a loopback address the names of this "
        "machine's loopback only (a page elsewhere cannot reach the hub through a name it controls), on any "
        "other address every name.",
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(),
        description="Addresses or networks (CIDR) of proxies in front of the hub, whose X-Forwarded-For, -Proto and "
        "-Host are believed.",
    )
    page_threads: int = Field(default=8, ge=1, le=256, description="Page updates (Dash callbacks) worked on at a time.")
    api_threads: int = Field(default=16, ge=1, le=256, description="API requests worked on at a time.")
    stop_seconds: float = Field(default=5, ge=0, description="Time that open requests have to end when the hub stops.")
