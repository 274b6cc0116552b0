import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from meshhub.demo.pki import CLOCK_SKEW, LIFETIME, Authority, write_mesh_certificates

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CART = "spiffe://demo.meshhub/ns/shop/sa/cart"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_mesh_certificates(tmp_path / "certs", {"cart": CART}, trust_domain="demo.meshhub", now=NOW)
    return tmp_path / "certs"


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def uris(certificate: x509.Certificate) -> list[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def test_a_leaf_carries_its_spiffe_id_and_nothing_else(directory: Path) -> None:
    leaf = read(directory / "cart" / "cert.pem")
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert uris(leaf) == [CART]
    assert len(list(names)) == 1


def test_a_leaf_is_signed_by_the_authority_and_cannot_sign(directory: Path) -> None:
    leaf, authority = read(directory / "cart" / "cert.pem"), read(directory / "ca.pem")
    leaf.verify_directly_issued_by(authority)
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is True
    assert authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign is True
    assert uris(authority) == ["spiffe://demo.meshhub"]


def test_a_leaf_serves_both_ends_of_a_connection(directory: Path) -> None:
    usages = read(directory / "cart" / "cert.pem").extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(usages) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}


def test_certificates_are_short_lived_and_tolerate_a_skewed_clock(directory: Path) -> None:
    for certificate in (read(directory / "cart" / "cert.pem"), read(directory / "ca.pem")):
        assert certificate.not_valid_before_utc == NOW - CLOCK_SKEW
        assert certificate.not_valid_after_utc == NOW + LIFETIME


def test_the_key_belongs_to_the_certificate_and_only_to_the_user(directory: Path) -> None:
    key_file = directory / "cart" / "key.pem"
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    expected = read(directory / "cart" / "cert.pem").public_key().public_bytes(serialization.Encoding.PEM, public)
    assert key.public_key().public_bytes(serialization.Encoding.PEM, public) == expected
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.parent.stat().st_mode & 0o777 == 0o700


def test_the_authoritys_key_is_never_written(directory: Path) -> None:
    keys = [path for path in directory.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert keys == [directory / "cart" / "key.pem"]


def test_a_tls_stack_accepts_a_server_certificate_by_name(tmp_path: Path) -> None:
    authority = Authority("Public", now=datetime.now(UTC))
    authority.issue("bank", dns=["bank.example"], addresses=["127.0.0.1"]).write(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    client = ssl.create_default_context(cadata=authority.certificate.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="bank.example"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ends[0].version() == "TLSv1.3"
