"""Only a trusted proxy is believed about who its client is."""

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from meshhub.web.forwarded import TrustedProxies


def told(client: str, headers: dict[str, str], trusted: tuple[str, ...] = ("10.0.0.0/8", "::1")) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.update(scope)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (client, 1), "scheme": "http", "headers": raw}
    asyncio.run(TrustedProxies(app, trusted)(scope, None, None))  # type: ignore[arg-type]
    return seen


def test_the_client_of_a_trusted_proxy_is_the_one_it_names() -> None:
    headers = {"x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https", "x-forwarded-host": "hub.example.org"}
    seen = told("10.1.2.3", headers | {"host": "internal"})
    assert (seen["client"][0], seen["scheme"]) == ("203.0.113.7", "https")
    assert [value for name, value in seen["headers"] if name == b"host"] == [b"hub.example.org"]


def test_anybody_else_is_not_believed() -> None:
    headers = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": "evil"}
    seen = told("192.0.2.1", headers)
    assert (seen["client"][0], seen["scheme"]) == ("192.0.2.1", "http")


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("1.2.3.4, 203.0.113.7, 10.9.9.9", "203.0.113.7"),
        ("spoofed, 203.0.113.7", "203.0.113.7"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("<script>", "10.1.2.3"),
        ("", "10.1.2.3"),
    ],
)
def test_the_last_that_is_no_proxy_is_the_client(chain: str, client: str) -> None:
    assert told("10.1.2.3", {"x-forwarded-for": chain})["client"][0] == client


def test_without_trusted_proxies_nothing_is_read() -> None:
    assert told("10.1.2.3", {"x-forwarded-for": "203.0.113.7"}, ())["client"][0] == "10.1.2.3"
