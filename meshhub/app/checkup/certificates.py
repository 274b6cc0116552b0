"""The certificates that the settings name, and when they expire."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509

from meshhub.app.checkup.facts import CertificateFact
from meshhub.settings import Settings


def read_certificates(settings: Settings) -> tuple[CertificateFact, ...]:
    """Each file that a listener shows or trusts; of several certificates in one, the first to expire counts."""
    return tuple(_read(purpose, path) for purpose, path in _named(settings))


def _named(settings: Settings) -> Iterator[tuple[str, Path]]:
    sections = {
        "receivers": settings.collector.tls,
        "pages and API": settings.web.tls,
        "Jaeger's API": settings.jaeger_grpc.tls,
        "ADS": settings.ads.tls,
    }
    for purpose, tls in sections.items():
        if tls is None:
            continue
        yield purpose, tls.cert_file
        if tls.client_ca_file is not None:
            yield f"clients' authority of {purpose}", tls.client_ca_file


def _read(purpose: str, path: Path) -> CertificateFact:
    try:
        expires: list[datetime] = [
            each.not_valid_after_utc for each in x509.load_pem_x509_certificates(path.read_bytes())
        ]
    except OSError as error:
        return CertificateFact(purpose, str(path), None, error.strerror or str(error))
    except ValueError:
        return CertificateFact(purpose, str(path), None, "has no certificate in PEM")
    return CertificateFact(purpose, str(path), min(expires))
