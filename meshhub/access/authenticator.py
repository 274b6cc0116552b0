"""Finds out who a token stands for: tokens of the settings, and those made while the hub runs."""

from collections.abc import Sequence
from pathlib import Path

from meshhub.access.ledger import AccessLedger
from meshhub.access.settings import AccessSettings, AccessTokenSettings
from meshhub.access.tokens import Scope
from meshhub.clock import Clock
from meshhub.errors import ConfigurationError, Fault
from meshhub.principal import Principal
from meshhub.secret import Secret

LEAST_CHARACTERS = 16
"""A token of the settings that is shorter could be guessed."""


class Authenticator:
    """Knows tokens. Thread-safe."""

    def __init__(self, known: Sequence[tuple[Secret, Principal]], ledger: AccessLedger, clock: Clock) -> None:
        self._known = tuple(known)
        self._ledger = ledger
        self._clock = clock

    @classmethod
    def from_settings(cls, settings: AccessSettings, ledger: AccessLedger, clock: Clock) -> "Authenticator":
        """Read the tokens of the settings.

        Raises:
            ConfigurationError: a file cannot be read, or a token is too short.
        """
        faults: list[Fault] = []
        known = []
        for number, each in enumerate(settings.tokens):
            secret = _secret(each, number, faults)
            known.append((secret, Principal(each.name, each.role, each.tenant, "token of the settings")))
        if faults:
            raise ConfigurationError("the tokens of access.tokens", faults)
        return cls(known, ledger, clock)

    def principal(self, token: str) -> Principal | None:
        """Who a token stands for on the web; None if nobody."""
        for secret, principal in self._known:
            if secret.matches(token):
                return principal
        record = self._ledger.find(token, self._clock.now())
        if record is None or record.scope.role is None:
            return None
        return Principal(record.name, record.scope.role, record.tenant, f"token {record.id}")

    def ingest_tenant(self, token: str) -> str | None:
        """The tenant of whoever may send telemetry with a token; None if it does not let in."""
        record = self._ledger.find(token, self._clock.now())
        if record is None or record.scope is not Scope.INGEST:
            return None
        return record.tenant or ""


def _secret(settings: AccessTokenSettings, number: int, faults: list[Fault]) -> Secret:
    origin = f"access.tokens.{number}"
    secret = Secret("")
    if settings.token is not None:
        secret = settings.token
    elif settings.token_file is not None:
        origin = str(settings.token_file)
        secret = read_secret(settings.token_file, origin, faults)
        if faults and faults[-1].origin == origin:
            return secret
    if len(secret.reveal()) < LEAST_CHARACTERS:
        faults.append(
            Fault(origin, None, f"the token of {settings.name!r} has less than {LEAST_CHARACTERS} characters")
        )
    return secret


def read_secret(path: Path, origin: str, faults: list[Fault]) -> Secret:
    """The content of a file; a fault if it cannot be read."""
    try:
        return Secret.from_file(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        faults.append(Fault(origin, None, reason))
        return Secret("")
