"""Tokens and the audit log: shown once, kept as hashes, gone when revoked."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meshhub.access.authenticator import Authenticator
from meshhub.access.ledger import MAX_AUDIT, AccessLedger
from meshhub.access.settings import AccessSettings, AccessTokenSettings
from meshhub.access.tokens import PREFIX, Scope
from meshhub.clock import SystemClock
from meshhub.errors import ConfigurationError, NotFound
from meshhub.principal import Role
from meshhub.secret import Secret

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> AccessLedger:
    return AccessLedger(tmp_path / "access.sqlite")


def test_a_token_is_known_by_its_hash_alone(ledger: AccessLedger, tmp_path: Path) -> None:
    record, token = ledger.create("ci", Scope.READ, "shop", NOW)
    assert token.reveal().startswith(PREFIX)
    assert len(token.reveal()) > 40
    found = ledger.find(token.reveal(), NOW)
    assert found is not None
    assert (found.id, found.name, found.scope, found.tenant) == (record.id, "ci", Scope.READ, "shop")
    assert ledger.find(token.reveal() + "x", NOW) is None
    assert ledger.find("", NOW) is None
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.reveal().encode() not in stored
    assert stat.S_IMODE((tmp_path / "access.sqlite").stat().st_mode) == 0o600


def test_another_process_sees_a_new_token_at_once_and_a_revoked_one_no_more(
    ledger: AccessLedger, tmp_path: Path
) -> None:
    other = AccessLedger(tmp_path / "access.sqlite")
    record, token = other.create("ops", Scope.ADMIN, None, NOW)
    assert ledger.find(token.reveal(), NOW) is not None
    other.revoke(record.id)
    assert ledger.find(token.reveal(), NOW) is None
    with pytest.raises(NotFound):
        other.revoke(record.id)


def test_a_token_ends_when_it_expires(ledger: AccessLedger) -> None:
    _, token = ledger.create("ci", Scope.READ, None, NOW, NOW + timedelta(days=1))
    assert ledger.find(token.reveal(), NOW + timedelta(hours=23)) is not None
    assert ledger.find(token.reveal(), NOW + timedelta(days=1)) is None


def test_the_audit_log_is_bounded_and_newest_first(ledger: AccessLedger) -> None:
    for number in range(3):
        ledger.note("ops", "POST", f"/api/v1/{number}" + "x" * 1000, "10.0.0.1", NOW)
    entries = ledger.audit()
    assert [entry.subject[:9] for entry in entries] == ["/api/v1/2", "/api/v1/1", "/api/v1/0"]
    assert len(entries[0].subject) == 500
    assert MAX_AUDIT >= 10_000


def test_what_a_token_is_good_for_decides_where_it_lets_in(ledger: AccessLedger) -> None:
    authenticator = Authenticator.from_settings(AccessSettings(), ledger, SystemClock())
    roles = {}
    for scope in Scope:
        _, token = ledger.create(scope, scope, "a", NOW)
        principal = authenticator.principal(token.reveal())
        roles[scope] = None if principal is None else principal.role
        assert authenticator.ingest_tenant(token.reveal()) == ("a" if scope is Scope.INGEST else None)
    assert roles == {
        Scope.INGEST: None,
        Scope.READ: Role.VIEWER,
        Scope.OPERATE: Role.OPERATOR,
        Scope.ADMIN: Role.ADMIN,
    }


def test_tokens_of_the_settings_are_read_with_all_faults(ledger: AccessLedger, tmp_path: Path) -> None:
    good = tmp_path / "token"
    good.write_text("a-token-of-a-good-length\n", encoding="utf-8")
    settings = AccessSettings(tokens=(AccessTokenSettings(name="ci", token_file=good, role=Role.OPERATOR, tenant="a"),))
    principal = Authenticator.from_settings(settings, ledger, SystemClock()).principal("a-token-of-a-good-length")
    assert principal is not None
    assert (principal.name, principal.role, principal.tenant) == ("ci", Role.OPERATOR, "a")
    wrong = AccessSettings(
        tokens=(
            AccessTokenSettings(name="short", token=Secret("hunter2")),
            AccessTokenSettings(name="gone", token_file=tmp_path / "gone"),
        )
    )
    with pytest.raises(ConfigurationError) as raised:
        Authenticator.from_settings(wrong, ledger, SystemClock())
    assert len(raised.value.faults) == 2
    assert "hunter2" not in str(raised.value)
