"""Who may send: bearer tokens (RFC 6750), and the tenant that each stands for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from collector.refusal import Reason, Refused
from collector.settings import AuthSettings, TokenSettings
from meshhub.errors import ConfigurationError, Fault
from meshhub.secret import Secret

ANONYMOUS_TENANT = ""

MadeTokens = Callable[[str], str | None]
"""The tenant of a token that was made while the hub runs; None if it is none that may send."""


class Authentication:
    """Decides by the header `authorization`. Unless a token is required, everybody is let in."""

    def __init__(
        self, tokens: Sequence[tuple[Secret, str]], *, required: bool = False, made: MadeTokens | None = None
    ) -> None:
        """`tokens` are pairs of a token and its tenant; `made` knows those that were made while the hub runs."""
        self._tokens = tuple(tokens)
        self._closed = required or bool(tokens)
        self._made = made

    @classmethod
    def from_settings(cls, settings: AuthSettings, made: MadeTokens | None = None) -> Self:
        """Read the tokens.

        Raises:
            ConfigurationError: a token's file cannot be read, or a token is empty.
        """
        known = [(_read(token), token.tenant) for token in settings.tokens]
        return cls(known, required=settings.required, made=made)

    def tenant_of(self, authorization: str | None) -> str:
        """The tenant of a client.

        Raises:
            Refused: the header has none of the tokens.
        """
        if not self._closed and not authorization:
            return ANONYMOUS_TENANT
        scheme, _, credentials = (authorization or "").partition(" ")
        if scheme.lower() == "bearer":
            candidate = credentials.strip()
            matching = [tenant for token, tenant in self._tokens if token.matches(candidate)]
            if matching:
                return matching[0]
            tenant = self._made(candidate) if self._made is not None else None
            if tenant is not None:
                return tenant
        if not self._closed:
            return ANONYMOUS_TENANT
        raise Refused(
            Reason.UNAUTHENTICATED,
            'could not authenticate the client: send the header "authorization: Bearer <token>" with a valid token',
        )


def _read(token: TokenSettings) -> Secret:
    path = token.token_file
    secret = token.token if token.token is not None else _read_file(path) if path is not None else Secret("")
    if not secret:
        origin = str(path) if path is not None else "collector.auth.tokens"
        raise ConfigurationError("the receivers' tokens", [Fault(origin, None, "the token is empty")])
    return secret


def _read_file(path: Path) -> Secret:
    try:
        return Secret.from_file(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        raise ConfigurationError("the receivers' tokens", [Fault(str(path), None, reason)]) from error
