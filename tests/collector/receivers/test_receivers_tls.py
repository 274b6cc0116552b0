"""TLS and mutual TLS on both receivers, set up in one place."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from meshhub.errors import MeshhubError
from meshhub.model import Signal
from meshhub.testing.collecting import running
from meshhub.testing.otlp_clients import GrpcClient, HttpClient, Reply

UNAVAILABLE = 14


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a directory."""

    directory: Path
    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, directory: Path, name: str) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, name, key, is_authority=True)
        (directory / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        return cls(directory, name, key, certificate)

    @property
    def file(self) -> Path:
        return self.directory / f"{self.name}.pem"

    def issue(self, name: str) -> tuple[Path, Path]:
        """The files of a certificate for 127.0.0.1 and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, self.name, self.key, is_authority=False)
        files = self.directory / f"{name}-cert.pem", self.directory / f"{name}-key.pem"
        files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, *, is_authority: bool
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path, "authority")


def settings(authority: Authority, *, mutual: bool = False) -> dict[str, Any]:
    certificate, key = authority.issue("hub")
    tls = {"cert_file": str(certificate), "key_file": str(key)}
    return tls | ({"client_ca_file": str(authority.file)} if mutual else {})


def grpc_credentials(authority: Authority, client: tuple[Path, Path] | None) -> grpc.ChannelCredentials:
    certificate, key = (path.read_bytes() for path in client) if client else (None, None)
    return grpc.ssl_channel_credentials(authority.file.read_bytes(), key, certificate)


def https_context(authority: Authority, client: tuple[Path, Path] | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.file)
    if client:
        context.load_cert_chain(*client)
    return context


def over_grpc(hub: Any, authority: Authority, client: tuple[Path, Path] | None = None) -> Reply:
    sender = GrpcClient(hub.grpc_address, grpc_credentials(authority, client))
    try:
        return sender.send(Signal.TRACES, b"")
    finally:
        sender.close()


def over_http(hub: Any, authority: Authority, client: tuple[Path, Path] | None = None) -> Reply:
    url = hub.http_url.replace("http:", "https:")
    sender = HttpClient(url, verify=https_context(authority, client))
    try:
        return sender.send(Signal.TRACES, b"")
    except httpx.TransportError as error:
        return Reply(UNAVAILABLE, str(error))
    finally:
        sender.close()


EACH = pytest.mark.parametrize("send", [over_grpc, over_http], ids=["grpc", "http"])


@EACH
def test_with_a_certificate_the_receivers_speak_tls(tmp_path: Path, authority: Authority, send: Any) -> None:
    with running(tmp_path, tls=settings(authority)) as hub:
        assert send(hub, authority) == Reply(0)


@EACH
def test_a_client_that_does_not_know_the_authority_does_not_trust_the_hub(
    tmp_path: Path, authority: Authority, send: Any
) -> None:
    with running(tmp_path, tls=settings(authority)) as hub:
        assert send(hub, Authority.make(tmp_path, "stranger")).code == UNAVAILABLE


@EACH
def test_with_mutual_tls_only_clients_of_the_authority_are_let_in(
    tmp_path: Path, authority: Authority, send: Any
) -> None:
    stranger = Authority.make(tmp_path, "stranger")
    with running(tmp_path, tls=settings(authority, mutual=True)) as hub:
        assert send(hub, authority, authority.issue("client")) == Reply(0)
        assert send(hub, authority).code == UNAVAILABLE
        assert send(hub, authority, stranger.issue("other")).code == UNAVAILABLE
        assert hub.collector.statistics().signals[Signal.TRACES].refused_requests == 0


@EACH
def test_a_client_without_tls_gets_no_answer_and_harms_nobody(tmp_path: Path, authority: Authority, send: Any) -> None:
    with running(tmp_path, tls=settings(authority)) as hub:
        plain = GrpcClient(hub.grpc_address)
        assert plain.send(Signal.TRACES, b"").code == UNAVAILABLE
        plain.close()
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{hub.http_url}/v1/traces", content=b"")
        assert send(hub, authority) == Reply(0)


@EACH
def test_tokens_are_asked_for_inside_of_tls(tmp_path: Path, authority: Authority, send: Any) -> None:
    with running(tmp_path, tls=settings(authority), auth={"tokens": [{"token": "secret"}]}) as hub:
        assert send(hub, authority).code == 16


@pytest.mark.parametrize("only", ["otlp_grpc", "otlp_http"])
@pytest.mark.parametrize("fault", ["absent", "no certificate", "the key of another"])
def test_certificates_that_cannot_be_used_are_a_clear_error(
    tmp_path: Path, authority: Authority, only: str, fault: str
) -> None:
    tls = settings(authority)
    if fault == "absent":
        Path(tls["cert_file"]).unlink()
    elif fault == "no certificate":
        Path(tls["cert_file"]).write_text("nothing of the kind")
    else:
        tls["key_file"] = str(authority.issue("other")[1])
    endpoints = {"otlp_grpc": None, "otlp_http": None} | {only: "127.0.0.1:0"}

    with pytest.raises(MeshhubError, match=r"could not (listen for OTLP/(gRPC|HTTP)|use the certificates)"):
        running(tmp_path, tls=tls, endpoints=endpoints).__enter__()
