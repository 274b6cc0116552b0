"""The hub's checks of itself: each from the facts alone, at its bounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.settings import CollectorSettings, TlsSettings
from dashboard.reads.checkup import CheckState, HubCheck
from meshhub.app.checkup.certificates import read_certificates
from meshhub.app.checkup.checks import CHECKS, judge
from meshhub.app.checkup.facts import CertificateFact, EngineFact, Facts, RetentionFact, SchemaFact
from meshhub.settings import Settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GIB = 1024**3
ENGINE = EngineFact("26.9.2.1", 0.0, 50 * GIB, 100 * GIB, 12)
SCHEMA = SchemaFact(162, 162, 0)
SOUND = Facts(
    now=NOW,
    drift_seconds=0.1,
    lag_seconds={"traces": 0.5, "logs": 0.0},
    loader_errors={},
    journal_bytes=GIB,
    journal_bound=10 * GIB,
    quarantined=0,
    ports={"otlp_grpc": 4317},
    ready=True,
    disk_free=50 * GIB,
    disk_total=100 * GIB,
    engine=ENGINE,
    engine_trouble="",
    schema=SCHEMA,
    retention=RetentionFact(),
    evaluation_trouble="",
    leader="hub-0",
    is_leader=True,
    certificates=(),
    open_files=100,
    open_files_limit=65_536,
    memory_limit=0,
    query_memory=16 * GIB,
    embedded=True,
)
OK, UNKNOWN, WARNING, CRITICAL = CheckState


def check(code: str, **changes: Any) -> HubCheck:
    [found] = [each for each in judge(replace(SOUND, **changes)) if each.code == code]
    return found


def test_a_sound_hub_passes_every_check() -> None:
    checks = judge(SOUND)
    assert [each.state for each in checks] == [OK] * len(CHECKS)
    assert len({each.code for each in checks}) == len(CHECKS)
    assert not any(each.cure for each in checks)


def expiring(**after: float) -> tuple[CertificateFact, ...]:
    return (
        CertificateFact("ADS", "/ads.pem", NOW + timedelta(days=300)),
        CertificateFact("receivers", "/tls.crt", NOW + timedelta(**after)),
    )


@pytest.mark.parametrize(
    ("code", "state", "said", "changes"),
    [
        ("engine", CRITICAL, "refused", {"engine": None, "engine_trouble": "refused"}),
        ("engine", WARNING, "1000 parts", {"engine": replace(ENGINE, parts=1000)}),
        ("engine", CRITICAL, "2500 parts", {"engine": replace(ENGINE, parts=2500)}),
        ("schema", UNKNOWN, "does not answer", {"schema": None}),
        ("schema", CRITICAL, "3 migrations are pending", {"schema": SchemaFact(150, 162, 3)}),
        ("schema", WARNING, "other files: 0007", {"schema": SchemaFact(162, 162, 0, (7,))}),
        ("receivers", CRITICAL, "otlp_grpc :4317", {"ready": False}),
        ("receivers", OK, "none is on", {"ports": {}, "ready": False}),
        ("journal", OK, "(49%)", {"journal_bytes": 4.9 * GIB}),
        ("journal", WARNING, "(50%)", {"journal_bytes": 5 * GIB}),
        ("journal", CRITICAL, "(90%)", {"journal_bytes": 9 * GIB}),
        ("lag", OK, "59 s", {"lag_seconds": {"logs": 59.0}}),
        (
            "lag",
            WARNING,
            "logs waits for 60 s: no room",
            {"lag_seconds": {"logs": 60.0, "traces": 1.0}, "loader_errors": {"logs": "no room"}},
        ),
        ("lag", CRITICAL, "600 s", {"lag_seconds": {"logs": 600.0}}),
        ("quarantine", WARNING, "1,200 requests", {"quarantined": 1200}),
        ("disk", WARNING, "data directory: 10.7 GB of", {"disk_free": 10 * GIB}),
        ("disk", CRITICAL, "engine: 3.22 GB of", {"engine": replace(ENGINE, free_bytes=3 * GIB)}),
        ("disk", OK, "data directory", {"engine": replace(ENGINE, free_bytes=0, total_bytes=0)}),
        ("clock", WARNING, "2.5 s behind", {"engine": replace(ENGINE, ahead_seconds=-2.5)}),
        ("clock", CRITICAL, "moved by 3600.0 s", {"drift_seconds": -3600.0}),
        ("certificates", OK, "receivers (/tls.crt) is the first", {"certificates": expiring(days=22)}),
        ("certificates", WARNING, "2026-03-21", {"certificates": expiring(days=20)}),
        ("certificates", CRITICAL, "2026-03-03", {"certificates": expiring(days=2)}),
        ("certificates", CRITICAL, "2026-02-27", {"certificates": expiring(days=-2)}),
        (
            "certificates",
            CRITICAL,
            "No such file",
            {"certificates": (CertificateFact("ADS", "/x", None, "No such file"),)},
        ),
        ("evaluation", WARNING, "nobody", {"leader": "", "is_leader": False}),
        ("evaluation", CRITICAL, "slow", {"evaluation_trouble": "slow"}),
        ("retention", UNKNOWN, "does not answer", {"retention": None}),
        (
            "retention",
            WARNING,
            "logs: for ever, not 7, spans: 3 days, not 7",
            {"retention": RetentionFact({"spans": (3, 7), "logs": (None, 7)})},
        ),
        ("limits", WARNING, "of 1,024 files", {"open_files_limit": 1024}),
        ("limits", CRITICAL, "60,000 of", {"open_files": 60_000}),
        ("limits", WARNING, "17.2 GB of 4.29 GB", {"memory_limit": 4 * GIB}),
        ("limits", OK, "files open", {"memory_limit": 4 * GIB, "embedded": False}),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    code: str, state: CheckState, said: str, changes: dict[str, Any]
) -> None:
    found = check(code, **changes)
    assert found.state is state, found
    assert said in found.evidence
    assert bool(found.cure) == (state is not OK)


def certificate(days: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(NOW - timedelta(days=400)).not_valid_after(NOW + timedelta(days=days))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_certificates_are_read_from_the_files_of_the_settings(tmp_path: Path) -> None:
    chain, authority = tmp_path / "tls.crt", tmp_path / "ca.crt"
    chain.write_bytes(certificate(90) + certificate(30))
    authority.write_text("nothing")
    tls = TlsSettings(cert_file=chain, key_file=tmp_path / "tls.key", client_ca_file=authority)
    shown, trusted = read_certificates(Settings(collector=CollectorSettings(tls=tls)))
    assert (shown.purpose, shown.path, shown.expires) == ("receivers", str(chain), NOW + timedelta(days=30))
    assert (trusted.purpose, trusted.expires) == ("clients' authority of receivers", None)
    assert "no certificate in PEM" in trusted.trouble
    chain.unlink()
    assert "No such file" in read_certificates(Settings(collector=CollectorSettings(tls=tls)))[0].trouble
