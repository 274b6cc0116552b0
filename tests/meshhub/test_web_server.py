"""The web server: its address, its certificates, its end."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dashboard.settings import WebSettings, WebTlsSettings
from meshhub.demo.pki import Authority
from meshhub.errors import MeshhubError
from meshhub.web.server import WebServer


@contextmanager
def serving(settings: WebSettings) -> Iterator[WebServer]:
    app = FastAPI()

    @app.get("/")
    def root() -> str:
        return "here"

    server = WebServer(settings)
    server.bind()
    try:
        server.start(app)
        yield server
    finally:
        server.stop()


@dataclass(frozen=True, slots=True)
class Certificates:
    """A server's and a client's, of one authority."""

    server: WebTlsSettings
    authority: Path
    client: tuple[str, str]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    directory = tmp_path_factory.mktemp("certificates")
    authority = Authority("test", now=datetime.now(UTC))
    (directory / "ca.pem").write_bytes(authority.certificate)
    authority.issue("hub", addresses=["127.0.0.1"]).write(directory / "hub")
    authority.issue("visitor", dns=["visitor"]).write(directory / "visitor")
    return Certificates(
        WebTlsSettings(
            cert_file=directory / "hub/cert.pem",
            key_file=directory / "hub/key.pem",
            client_ca_file=directory / "ca.pem",
        ),
        directory / "ca.pem",
        (str(directory / "visitor/cert.pem"), str(directory / "visitor/key.pem")),
    )


def test_a_taken_address_is_said() -> None:
    with serving(WebSettings(address="127.0.0.1:0")) as first:
        address = first.url.removeprefix("http://")
        message = f"could not listen on {address} \\(web.address\\): Address already in use. Stop what uses it"
        with pytest.raises(MeshhubError, match=message):
            WebServer(WebSettings(address=address)).bind()


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(MeshhubError, match=r"could not listen on 192\.0\.2\.1:0 \(web\.address\): Cannot assign"):
        WebServer(WebSettings(address="192.0.2.1:0")).bind()


def test_it_listens_on_ipv6() -> None:
    with serving(WebSettings(address="[::1]:0")) as server:
        assert server.url.startswith("http://[::1]:")
        assert httpx.get(server.url, trust_env=False).json() == "here"


def test_after_the_stop_the_address_is_free_and_stopping_again_does_nothing() -> None:
    with serving(WebSettings(address="127.0.0.1:0")) as server:
        address = server.url.removeprefix("http://")
    server.stop()
    again = WebServer(WebSettings(address=address))
    again.bind()
    again.stop()


def test_clients_with_a_certificate_of_the_authority_are_let_in_and_others_are_not(certificates: Certificates) -> None:
    trust = ssl.create_default_context(cafile=certificates.authority)
    with serving(WebSettings(address="127.0.0.1:0", tls=certificates.server)) as server:
        assert server.url.startswith("https://")
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url, verify=trust, trust_env=False)
        trust.load_cert_chain(*certificates.client)
        assert httpx.get(server.url, verify=trust, trust_env=False).json() == "here"


def test_certificates_that_cannot_be_used_are_said(certificates: Certificates, tmp_path: Path) -> None:
    missing = certificates.server.model_copy(update={"key_file": tmp_path / "none"})
    with (
        pytest.raises(MeshhubError, match=r"could not use the certificates of web\.tls: .*No such file"),
        serving(WebSettings(address="127.0.0.1:0", tls=missing)),
    ):
        pass
