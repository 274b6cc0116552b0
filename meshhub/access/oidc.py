"""Login by OpenID Connect: authorization code flow (OpenID Connect Core 1.0, section 3.1) with PKCE (RFC 7636).

The provider's answers are limited in size and time, its keys are fetched anew when it signs with one that is not
known, and
an id token counts only if its signature, issuer, audience, expiry and nonce are right. Only asymmetric algorithms are
taken: neither "none" nor one keyed by the client's secret.
"""

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from meshhub.access.authenticator import read_secret
from meshhub.access.settings import OidcSettings
from meshhub.errors import ConfigurationError, Fault, MeshhubError
from meshhub.principal import Principal, Role
from meshhub.secret import Secret

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
MAX_ANSWER_BYTES = 1024 * 1024
SECONDS = 10.0
ATTEMPT_SECONDS = 600.0
MAX_ATTEMPTS = 10_000
LEEWAY_SECONDS = 60
KEYS_NOT_SOONER_SECONDS = 30.0


class LoginFailed(MeshhubError):
    """Somebody could not be logged in. The message is fit for them."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login under way: what the provider's answer must fit to. `next` is the path to go to afterwards."""

    nonce: str
    verifier: str
    next: str
    redirect: str
    began: float


class Oidc:
    """Logs in at one provider. Thread-safe; every method blocks."""

    def __init__(self, settings: OidcSettings) -> None:
        """Does not reach out yet.

        Raises:
            ConfigurationError: the secret's file cannot be read.
        """
        faults: list[Fault] = []
        self._settings = settings
        self._secret = settings.client_secret or Secret("")
        if settings.client_secret_file is not None:
            self._secret = read_secret(settings.client_secret_file, str(settings.client_secret_file), faults)
        if faults:
            raise ConfigurationError("the login over access.oidc", faults)
        verify: Any = True if settings.ca_file is None else str(settings.ca_file)
        self._http = httpx.Client(timeout=SECONDS, verify=verify, follow_redirects=False, trust_env=False)
        self._lock = threading.Lock()
        self._attempts: OrderedDict[str, Attempt] = OrderedDict()
        self._provider: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None
        self._keys_at = float("-inf")

    def close(self) -> None:
        self._http.close()

    def begin(self, redirect: str, next_path: str) -> tuple[str, str]:
        """Where to send the browser, and the state that it must come back with.

        Args:
            redirect: the address of this hub that the provider sends the browser back to.
            next_path: where to go after the login.

        Raises:
            LoginFailed: the provider does not answer.
        """
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        attempt = Attempt(secrets.token_urlsafe(24), verifier, next_path, redirect, time.monotonic())
        with self._lock:
            self._attempts[state] = attempt
            while len(self._attempts) > MAX_ATTEMPTS:
                self._attempts.popitem(last=False)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(self._discovered()["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}", state

    def finish(self, state: str, code: str) -> tuple[Principal, str]:
        """Who came back from the provider, and where they go.

        Raises:
            LoginFailed: the state is not one of ours or too old, the provider does not confirm the code, its token is
            not
                right, or who it names has no role here.
        """
        with self._lock:
            attempt = self._attempts.pop(state, None)
        if attempt is None or time.monotonic() - attempt.began > ATTEMPT_SECONDS:
            raise LoginFailed(
                "could not log in: this login was not begun here, or more than 10 minutes ago. Begin again."
            )
        claims = self._claims(self._id_token(code, attempt), attempt.nonce)
        return self._principal(claims), attempt.next

    def _id_token(self, code: str, attempt: Attempt) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect,
            "client_id": self._settings.client_id,
            "code_verifier": attempt.verifier,
        }
        if self._secret:
            form["client_secret"] = self._secret.reveal()
        answer = self._ask("POST", str(self._discovered()["token_endpoint"]), data=form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise LoginFailed(
                "could not log in: the provider answered without an id token. Is the scope openid allowed?"
            )
        return token

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            decoded = self._decoded(token)
            rules = jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": str(self._discovered()["issuer"])},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            rules.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise LoginFailed(f"could not log in: the provider's id token is not right: {error}") from error
        claims: Mapping[str, Any] = decoded.claims
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self._settings.client_id not in audiences:
            raise LoginFailed("could not log in: the provider's id token is for another client")
        if len(audiences) > 1 and claims.get("azp") != self._settings.client_id:
            raise LoginFailed("could not log in: the provider's id token was issued to another client")
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        """With the keys that are known; if none of them made it, with those that the provider has now."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self._keys_at < KEYS_NOT_SOONER_SECONDS:
                raise
            return jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS)

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        settings = self._settings
        name = str(claims.get(settings.name_claim) or claims.get("sub") or "")[:200]
        said = claims.get(settings.role_claim)
        values = [str(each) for each in said] if isinstance(said, list) else [str(said)] if said is not None else []
        roles = [settings.roles[value] for value in values if value in settings.roles]
        role = max(roles, key=list(Role).index, default=settings.default_role)
        if role is None:
            raise LoginFailed(
                f"could not let {name} in: the claim {settings.role_claim!r} has no value that access.oidc.roles knows"
            )
        tenant = None
        if settings.tenant_claim is not None:
            tenant = claims.get(settings.tenant_claim)
            if not isinstance(tenant, str) or not tenant:
                raise LoginFailed(f"could not let {name} in: the id token has no claim {settings.tenant_claim!r}")
        return Principal(name, role, tenant, "oidc")

    def _discovered(self) -> Mapping[str, Any]:
        if self._provider is None:
            issuer = self._settings.issuer
            found = self._ask("GET", f"{issuer}/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != issuer:
                raise LoginFailed(f"could not log in: the provider at {issuer} calls itself {found.get('issuer')!r}")
            missing = [name for name in ("authorization_endpoint", "token_endpoint", "jwks_uri") if not found.get(name)]
            if missing:
                raise LoginFailed(
                    f"could not log in: the provider at {issuer} does not say its {' and '.join(missing)}"
                )
            self._provider = found
        return self._provider

    def _key_set(self, *, anew: bool = False) -> KeySet:
        if self._keys is None or anew:
            found = self._ask("GET", str(self._discovered()["jwks_uri"]))
            self._keys_at = time.monotonic()
            self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]  # checked as it is read
        return self._keys

    def _ask(self, method: str, url: str, **arguments: Any) -> dict[str, Any]:
        try:
            with self._http.stream(method, url, headers={"Accept": "application/json"}, **arguments) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > MAX_ANSWER_BYTES:
                        raise LoginFailed("could not log in: the provider's answer is too large")
                status = answer.status_code
            content = httpx.Response(status, content=body).json() if body else {}
        except (httpx.HTTPError, ValueError) as error:
            raise LoginFailed(f"could not log in: the provider does not answer: {error}") from error
        if status != httpx.codes.OK or not isinstance(content, dict):
            reason = content.get("error", "") if isinstance(content, dict) else ""
            raise LoginFailed(f"could not log in: the provider answered {status} {str(reason)[:100]}".rstrip())
        return content
