"""Where the proxies get their configuration from, if not from a file."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from envoy_config.intent.hub import Endpoint
from envoy_config.intent.part import Part


class Variant(StrEnum):
    """The variants of the xDS protocol: what changed, or always the state of the world."""

    DELTA = "delta"
    SOTW = "sotw"


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str | Endpoint) else value


class ControlPlane(Part):
    """The hub's ADS server."""

    ads: Annotated[tuple[Endpoint, ...], BeforeValidator(_listed), Field(min_length=1, max_length=32)]
    """Its address, `host:port`, or several of the same hub."""
    identity: Annotated[str, Field(pattern=r"^spiffe://[a-z0-9._-]+/[A-Za-z0-9._/-]+$", max_length=2048)] | None = None
    """The SPIFFE id in the server's certificate. With it, proxies and server prove to each other who they are by the
    mesh's certificates; without it, nothing is encrypted."""
    variant: Variant = Variant.DELTA
    """`delta`: only what changed is sent; `sotw`: the state of the world, as older proxies want it."""
