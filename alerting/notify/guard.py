"""Where messages may go: a guard against requests that reach what the hub can reach and others cannot (SSRF).

A host name is resolved once, every address is judged, and the connection goes to the very address that was judged, so
that a name which resolves to another address the next time changes nothing (OWASP SSRF Prevention Cheat Sheet).
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from meshhub.errors import MeshhubError

Resolve = Callable[[str, int], Sequence[str]]

_SHARED = ipaddress.ip_network("100.64.0.0/10")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(MeshhubError):
    """A message may not go there. The message names the host, never the whole URL."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: an address that was judged, for a host."""

    scheme: str
    host: str
    port: int
    address: str


def addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which to try them.

    Raises:
        OSError: it cannot be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """`private_allowed`: private, loopback and link-local addresses may be reached."""

    private_allowed: bool = False
    resolve: Resolve = addresses

    def target(self, url: str) -> Target:
        """Where a URL leads.

        Raises:
            Forbidden: it is no http(s) URL, has a user name in it, or leads to an address that may not be reached.
            OSError: its host cannot be resolved.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise Forbidden("could not use the URL: it must be http:// or https:// with a host and without a user name")
        return self.place(parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))

    def place(self, scheme: str, host: str, port: int) -> Target:
        """Where a host leads; see `target`."""
        found = self.resolve(host, port)
        if not found:
            raise OSError(f"the host {host} has no address")
        for address in found:
            if not self.private_allowed and not is_public(address):
                raise Forbidden(
                    f"could not send to {host}: {address} is not a public address. If it is meant, set "
                    "allow_private_addresses in the notifications file"
                )
        return Target(scheme, host, port, found[0])


def is_public(address: str) -> bool:
    """Whether an address is of the public internet, also where it is written as another form of an IPv4 address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(ip.packed[-4:])
        if inner is not None:
            return is_public(str(inner))
    shared = isinstance(ip, ipaddress.IPv4Address) and ip in _SHARED
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or shared)
