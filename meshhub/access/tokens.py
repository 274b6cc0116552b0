"""Tokens: how they look, and what is kept of them. Of a token only its hash is kept: it is shown once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from meshhub.principal import Role
from meshhub.secret import Secret

PREFIX = "mht_"
"""Makes a token that was leaked recognizable to scanners."""


class Scope(StrEnum):
    """What a token is good for."""

    INGEST = "ingest"
    """To send telemetry; it reads nothing."""
    READ = "read"
    OPERATE = "operate"
    ADMIN = "admin"

    @property
    def role(self) -> Role | None:
        """The role on the web; None if it has none."""
        return {Scope.READ: Role.VIEWER, Scope.OPERATE: Role.OPERATOR, Scope.ADMIN: Role.ADMIN}.get(self)


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is kept of a token. `tenant` is None for all; `expires` and `used` are None for never."""

    id: str
    name: str
    scope: Scope
    tenant: str | None
    created: datetime
    expires: datetime | None = None
    used: datetime | None = None


def new_token() -> Secret:
    """256 bits from the system's generator."""
    return Secret(PREFIX + secrets.token_urlsafe(32))


def digest(token: str) -> str:
    """What is kept of a token: SHA-256. It needs no salt and no slow function: nobody guesses 256 bits."""
    return hashlib.sha256(token.encode()).hexdigest()
