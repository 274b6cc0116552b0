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
        """Write cert.pem and key.pem into a directory that only the user may enter, each whole or not at all."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in (("key.pem", self.key), ("cert.pem", self.certificate)):
            draft = directory / f".{name}"
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            draft.replace(directory / name)


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
        self,
        name: str,
        *,
        uris: Sequence[str] = (),
        dns: Sequence[str] = (),
        addresses: Sequence[str] = (),
        now: datetime | None = None,
    ) -> Credentials:
        """Sign a leaf certificate for clients and servers, valid for LIFETIME from now or, without it, from when the
        authority was made."""
        key = ec.generate_private_key(ec.SECP256R1())
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = (
            _builder(_common_name(name), self._name, key.public_key(), now or self._now)
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
) -> Authority:
    """Make one authority for a trust domain, write what its proxies need, and return the authority.

    Args:
        directory: receives ca.pem and, per service, <service>/{cert.pem,key.pem}.
        identities: the SPIFFE id of each service.
        trust_domain: the name in the authority's own SPIFFE id.
        now: start of the certificates' validity.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = Authority(f"{trust_domain} mesh", now=now, uri=f"spiffe://{trust_domain}")
    (directory / "ca.pem").write_bytes(authority.certificate)
    renew_mesh_certificates(authority, directory, identities, now=now)
    return authority


def renew_mesh_certificates(
    authority: Authority, directory: Path, identities: Mapping[str, str], *, now: datetime
) -> None:
    """Write a new certificate and key for each service; see `write_mesh_certificates`."""
    for service, spiffe_id in sorted(identities.items()):
        authority.issue(service, uris=[spiffe_id], now=now).write(directory / service)


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
