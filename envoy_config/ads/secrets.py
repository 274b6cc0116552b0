"""The certificates of proxies as SDS secrets: read from the hub's disk, each proxy gets only its own."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from envoy_config.emit.messages import Message
from meshhub.secret import Secret

IDENTITY = "identity"
TRUST = "trust"
MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate chain with its key, and when the certificate ends."""

    chain: str
    key: Secret
    ends: datetime

    def message(self) -> Message:
        """envoy.extensions.transport_sockets.tls.v3.Secret with a certificate."""
        pair = {"certificate_chain": {"inline_string": self.chain}, "private_key": {"inline_string": self.key}}
        return {"name": IDENTITY, "tls_certificate": pair}


def read_identity(directory: Path, spiffe_id: str) -> Identity:
    """Read cert.pem and key.pem and see that they belong together and to whom.

    Raises:
        ValueError: they cannot be used; the message says why and never has the key.
    """
    chain, key_text = _text(directory / "cert.pem"), _text(directory / "key.pem")
    try:
        certificate = x509.load_pem_x509_certificates(chain.encode())[0]
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (ValueError, x509.ExtensionNotFound) as error:
        raise ValueError(f"{directory / 'cert.pem'} is no certificate of a proxy: {error}") from error
    if spiffe_id not in uris:
        raise ValueError(f"{directory / 'cert.pem'} is for {', '.join(uris) or 'nobody'}, not for {spiffe_id}")
    try:
        public = load_pem_private_key(key_text.encode(), None).public_key()
    except (ValueError, TypeError):
        raise ValueError(f"{directory / 'key.pem'} is no private key without a password") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public.public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise ValueError(f"{directory / 'key.pem'} is not the key of cert.pem beside it")
    return Identity(chain, Secret(key_text), certificate.not_valid_after_utc)


def read_trust(ca_file: Path) -> Message:
    """The trust bundle as a Secret with a validation context.

    Raises:
        ValueError: it cannot be used.
    """
    text = _text(ca_file)
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise ValueError(f"{ca_file} has no certificate: {error}") from error
    return {"name": TRUST, "validation_context": {"trusted_ca": {"inline_string": text}}}


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{path} is larger than {MAX_BYTES} bytes")
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise ValueError(f"could not read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no PEM text") from error
