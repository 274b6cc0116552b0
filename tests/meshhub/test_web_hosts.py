"""Host names that the hub answers to, so that no page elsewhere reaches it through a name of its own."""

import pytest

from meshhub.web.hosts import allowed_hosts, is_allowed


@pytest.mark.parametrize(
    ("address", "configured", "host", "allowed"),
    [
        ("127.0.0.1:8080", (), "127.0.0.1:8080", True),
        ("127.0.0.1:8080", (), "localhost:8080", True),
        ("127.0.0.1:8080", (), "LOCALHOST", True),
        ("127.0.0.1:8080", (), "hub.localhost:8080", True),
        ("127.0.0.1:8080", (), "[::1]:8080", True),
        ("127.0.0.1:8080", (), "10.1.2.3:8080", True),
        ("127.0.0.1:8080", (), "evil.example.org", False),
        ("127.0.0.1:8080", (), "localhost.evil.example.org", False),
        ("127.0.0.1:8080", (), "127.0.0.1.evil.example.org", False),
        ("127.0.0.1:8080", (), "", False),
        ("127.0.0.1:8080", ("hub.example.org",), "hub.example.org:443", True),
        ("127.0.0.1:8080", ("hub.example.org",), "hub.example.org.", True),
        ("127.0.0.1:8080", ("*.example.org",), "a.b.example.org", True),
        ("127.0.0.1:8080", ("*.example.org",), "example.org", False),
        ("127.0.0.1:8080", ("*",), "anything.example.org", True),
        ("0.0.0.0:8080", (), "anything.example.org", True),
        ("0.0.0.0:8080", ("hub.example.org",), "anything.example.org", False),
        ("hub.example.org:8080", ("x.org",), "hub.example.org:8080", True),
    ],
)
def test_a_host_is_allowed(address: str, configured: tuple[str, ...], host: str, allowed: bool) -> None:
    assert is_allowed(host, allowed_hosts(address, configured)) is allowed
