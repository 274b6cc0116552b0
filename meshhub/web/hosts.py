"""Which names the hub may be addressed by.

A page on the web can point a name it controls at 127.0.0.1 and so speak to a hub on the visitor's machine (DNS
rebinding). The Host header then has that name; addresses written as numbers cannot be rebound and are let through.
"""

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send

from meshhub.address import is_loopback, split_address
from meshhub.web.problems import problem

MISDIRECTED = 421  # RFC 9110, section 15.5.20


class HostCheck:
    """Answers 421 to requests for a host that is not this hub's."""

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        """`allowed` as made by `allowed_hosts`."""
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
            if not is_allowed(host, self._allowed):
                detail = "could not answer for this host name: add it to web.allowed_hosts if it is this hub's"
                await problem(MISDIRECTED, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def allowed_hosts(address: str, configured: tuple[str, ...]) -> frozenset[str]:
    """The names that a hub at this address answers to: "*" stands for any, "*.x" for all below x."""
    host, _ = split_address(address)
    if not configured and not is_loopback(host):
        return frozenset({"*"})
    return frozenset({host.lower(), "localhost", "*.localhost", *configured})


def is_allowed(host: str, allowed: frozenset[str]) -> bool:
    """Whether a Host header names one of the allowed hosts, or an address in numbers."""
    name = _without_port(host).lower().rstrip(".")
    if "*" in allowed or name in allowed or _is_number(name):
        return True
    _, _, parent = name.partition(".")
    while parent:
        if f"*.{parent}" in allowed:
            return True
        _, _, parent = parent.partition(".")
    return False


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
