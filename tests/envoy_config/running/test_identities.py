"""Who may talk to whom: the inbound listener lets in only certificates of the mesh, the outbound cluster trusts only
the destination's identity."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh
from envoy_config.plan import Mutual
from meshhub.demo.pki import Authority
from meshhub.testing.envoys import free_ports, running_envoy
from meshhub.testing.otlp_receiver import LOOPBACK

pytestmark = pytest.mark.envoy


def ask(lab: Any, context: ssl.SSLContext) -> bytes:
    """Ask the catalog's proxy directly."""
    port = lab.proxies["catalog"].inbound.port
    with (
        socket.create_connection((LOOPBACK, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="catalog.shop") as connection,
    ):
        connection.sendall(b"GET /200/direct HTTP/1.1\r\nhost: catalog\r\nconnection: close\r\n\r\n")
        if answer := connection.recv(12):
            return answer
        raise ConnectionError("closed without an answer")


def client(directory: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if (directory / "cert.pem").exists():
        context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    return context


def stranger(directory: Path) -> None:
    """The right name, signed by an authority that the mesh does not trust."""
    Authority("other", now=datetime.now(UTC)).issue("x", uris=["spiffe://lab.example/ns/shop/sa/x"]).write(directory)


def nobody(directory: Path) -> None:
    """No certificate at all."""


def test_a_certificate_of_the_mesh_is_let_in(lab: Any) -> None:
    directory = Path(lab.proxies["frontend"].certificate_directory)
    assert ask(lab, client(directory)) == b"HTTP/1.1 200"


@pytest.mark.parametrize("credentials", [stranger, nobody])
def test_any_other_is_not(lab: Any, tmp_path: Path, credentials: Callable[[Path], None]) -> None:
    credentials(tmp_path)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(lab, client(tmp_path))


def test_plain_http_is_not_let_in(lab: Any) -> None:
    port = lab.proxies["catalog"].inbound.port
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        connection.sendall(b"GET /200/plain HTTP/1.1\r\nhost: catalog\r\n\r\n")
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
    assert "/200/plain" not in lab.headers_of


def test_a_destination_with_another_identity_is_not_trusted(lab: Any, lab_mesh: Mesh, tmp_path: Path) -> None:
    """The catalog answers where the frontend expects the pricing service."""
    frontend = next(proxy for proxy in proxies(lab_mesh) if proxy.service == "frontend")
    outbound, admin = free_ports(2)
    impostor = tuple(
        replace(d, tls=Mutual(lab_mesh.spiffe_id("shop", "pricing"), "catalog.shop"))
        for d in frontend.destinations
        if d.cluster == "catalog.shop"
    )
    proxy = replace(
        frontend, instance="mistaken", inbound=None, outbound_port=outbound, admin_port=admin, destinations=impostor
    )
    with running_envoy(proxy, bootstrap(lab_mesh, proxy), tmp_path):
        assert lab.get(outbound, "catalog", "/200/impostor", {"x-request-id": "impostor"}).status == 503
        record = lab.hub.wait_for(lambda: lab.hub.access_logs({"request_id": "impostor"}))[0]
    assert set(record["response_flags"].split(",")) <= {"UF", "URX"}
    assert "CERTIFICATE_VERIFY_FAILED" in record["upstream_transport_failure_reason"]
    assert "/200/impostor" not in lab.headers_of
