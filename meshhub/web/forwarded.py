"""Believes X-Forwarded-For, -Proto and -Host of the proxies that the settings trust, and of nobody else."""

import ipaddress
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"})


class TrustedProxies:
    """Puts the client that a trusted proxy names in the place of the proxy."""

    def __init__(self, app: ASGIApp, networks: Sequence[str]) -> None:
        self._app = app
        self._networks = tuple(ipaddress.ip_network(text, strict=False) for text in networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._networks:
            scope = self._told(scope)
        await self._app(scope, receive, send)

    def _told(self, scope: Scope) -> Scope:
        client = scope.get("client")
        if not client or not self._trusts(client[0]):
            return scope
        said = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _FORWARDED}
        changed = dict(scope)
        if b"x-forwarded-for" in said:
            changed["client"] = (self._first_untrusted(said[b"x-forwarded-for"], client[0]), 0)
        if said.get(b"x-forwarded-proto") in ("http", "https"):
            changed["scheme"] = said[b"x-forwarded-proto"]
        if b"x-forwarded-host" in said:
            host = said[b"x-forwarded-host"].split(",")[0].strip().encode("latin-1")
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            changed["headers"] = [*others, (b"host", host)]
        return changed

    def _first_untrusted(self, chain: str, nearest: str) -> str:
        """Read from the right: every proxy adds who it saw. The first that is no trusted proxy is the client."""
        for part in reversed(chain.split(",")):
            address = part.strip()
            if not _is_address(address):
                return nearest
            if not self._trusts(address):
                return address
            nearest = address
        return nearest

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        number = ipaddress.ip_address(address)
        return any(number.version == network.version and number in network for network in self._networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
