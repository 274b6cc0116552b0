"""The demo's certificates: a mesh authority with SPIFFE identities, and a public-like one for the external service.

Follows the X.509-SVID specification (spiffe.io): one URI SAN that is the SPIFFE id, leaf certificates that are not
authorities, key usage digitalSignature, both extended key usages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=7)
"""Long enough for a demo that is left running, short enough to be worthless when it leaks."""

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A certificate chain and its private key, both PEM."""

    certificate: bytes
    key: bytes

    def write(self, directory: Path) -> None:
        """Write cert.pem and key.pem into a directory that only the user may enter."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        (directory / "cert.pem").write_bytes(self.certificate)
        key_file = directory / "key.pem"
        key_file.touch(mode=0o600)
        key_file.write_bytes(self.key)


class Authority:
    """A certificate authority that lives in memory: its private key is never written."""

    def __init__(self, name: str, *, now: datetime, uri: str | None = None) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _common_name(name)
        builder = (
            _builder(self._name, self._name, self._key.public_key(), now)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
        )
        if uri is not None:
            builder = builder.add_extension(_alternative_names([uri], [], []), critical=False)
        self._certificate = builder.sign(self._key, hashes.SHA256())

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, PEM."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self, name: str, *, uris: Sequence[str] = (), dns: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> Credentials:
        """Sign a leaf certificate for clients and servers, valid from now for LIFETIME."""
        key = ec.generate_private_key(ec.SECP256R1())
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = (
            _builder(_common_name(name), self._name, key.public_key(), self._now)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(usages, critical=False)
            .add_extension(_alternative_names(uris, dns, addresses), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return Credentials(
            certificate.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )


def write_mesh_certificates(
    directory: Path, identities: Mapping[str, str], *, trust_domain: str, now: datetime
) -> None:
    """Make one authority for a trust domain and write what its proxies need.

    Args:
        directory: receives ca.pem and, per service, <service>/{cert.pem,key.pem}.
        identities: the SPIFFE id of each service.
        trust_domain: the name in the authority's own SPIFFE id.
        now: start of the certificates' validity.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = Authority(f"{trust_domain} mesh", now=now, uri=f"spiffe://{trust_domain}")
    (directory / "ca.pem").write_bytes(authority.certificate)
    for service, spiffe_id in sorted(identities.items()):
        authority.issue(service, uris=[spiffe_id]).write(directory / service)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + LIFETIME)
    )


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative_names(
    uris: Sequence[str], dns: Sequence[str], addresses: Sequence[str]
) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [
            *(x509.UniformResourceIdentifier(uri) for uri in uris),
            *(x509.DNSName(name) for name in dns),
            *(x509.IPAddress(IPv4Address(address)) for address in addresses),
        ]
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
