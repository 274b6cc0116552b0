"""Lets in who may come in: finds out who asks, whether they may, and how often; hands on with the principal acting.

Where nobody has to say who they are (a loopback address without tokens or login set up, client certificates, or
`insecure`), everybody is the local administrator.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

import anyio.to_thread
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from meshhub.access.authenticator import Authenticator
from meshhub.access.ledger import AccessLedger
from meshhub.access.login import LOGIN, LOGOUT, SEE_OTHER
from meshhub.access.rates import Rates
from meshhub.access.sessions import COOKIE, Sessions
from meshhub.clock import Clock
from meshhub.principal import LOCAL, Principal, Role, acting_as
from meshhub.web.problems import problem

OPEN_PATHS = frozenset({"/healthz", "/readyz", LOGIN, LOGOUT})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNAUTHORIZED, FORBIDDEN, TOO_MANY = 401, 403, 429

PAGE_UPDATES = "/ui/_dash-update-component"
"""A POST that reads: what changes something asks for its role itself (meshhub.principal.require)."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What the decision takes. `required` is whether everybody has to say who they are."""

    required: bool
    authenticator: Authenticator
    sessions: Sessions
    ledger: AccessLedger
    requests: Rates
    failures: Rates
    clock: Clock


class AccessControl:
    """The gate before the application."""

    def __init__(self, app: ASGIApp, gate: Gate, tenants: Callable[[str], ASGIApp] | None = None) -> None:
        """`tenants` makes the application of one tenant; without it, there is one for all."""
        self._app = app
        self._gate = gate
        self._tenants = tenants

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._gate.required or _is_open(scope["path"]):
            with acting_as(LOCAL):
                await self._app(scope, receive, send)
            return
        principal, refusal = await self._admitted(scope)
        if principal is None:
            await (refusal or self._who_are_you(scope))(scope, receive, send)
            return
        refusal = await self._forbidden(scope, principal)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        app = self._app
        if principal.tenant is not None and self._tenants is not None:
            app = await anyio.to_thread.run_sync(self._tenants, principal.tenant)
        with acting_as(principal):
            await app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> tuple[Principal | None, Response | None]:
        """Who asks, by a bearer token or a session; nobody, with the refusal if it is not just that nothing was "
        "said."""
        headers = _headers(scope)
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            address = _address(scope)
            wait = self._gate.failures.is_spent(address)
            if wait:
                return None, _slow_down(wait, "too many wrong tokens came from your address")
            principal = await anyio.to_thread.run_sync(self._gate.authenticator.principal, credentials.strip())
            if principal is None:
                self._gate.failures.take(address)
            return principal, None
        cookie = _cookie(headers.get("cookie", ""))
        if not cookie:
            return None, None
        principal = self._gate.sessions.open(cookie)
        if principal is not None and scope["method"] not in SAFE_METHODS and not _says_where_from(headers):
            # OriginCheck refuses what says that it comes from elsewhere. Every browser that has the cookie says it.
            return None, problem(FORBIDDEN, "could not do this: a session takes requests of a browser's own page only")
        return principal, None

    async def _forbidden(self, scope: Scope, principal: Principal) -> Response | None:
        """Why a principal may not do it; None if they may."""
        wait = self._gate.requests.take(principal.name)
        if wait:
            return _slow_down(wait, "more requests than access.requests_per_second")
        path, method = scope["path"], scope["method"]
        needed = needed_role(method, path)
        if not principal.role.covers(needed):
            detail = (
                f"could not do this: {method} {path} takes the role {needed}, and {principal.name} has {principal.role}"
            )
            return problem(FORBIDDEN, detail)
        if principal.tenant is not None and path == "/metrics":
            return problem(FORBIDDEN, "could not do this: the hub's own metrics are of all tenants")
        if method not in SAFE_METHODS and path != PAGE_UPDATES:
            now = self._gate.clock.now()
            note = self._gate.ledger.note
            await anyio.to_thread.run_sync(note, principal.name, method, path, _address(scope), now)
        return None

    def _who_are_you(self, scope: Scope) -> Response:
        """Browsers are led to the login; everything else is told to authenticate."""
        accepts = _headers(scope).get("accept", "")
        if scope["method"] == "GET" and "text/html" in accepts:
            query = scope["query_string"].decode("latin-1")
            target = scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(f"{LOGIN}?next={quote(target, safe='')}", SEE_OTHER)
        detail = 'could not answer: say who you are by the header "Authorization: Bearer <token>", or log in at /login'
        return problem(UNAUTHORIZED, detail, headers={"WWW-Authenticate": 'Bearer realm="meshhub"'})


def needed_role(method: str, path: str) -> Role:
    """The least role for a request."""
    if path.startswith("/api/v1/access") or (method, path) in ADMINISTRATION:
        return Role.ADMIN
    if method in SAFE_METHODS or path == PAGE_UPDATES or path in QUERIES:
        return Role.VIEWER
    return Role.OPERATOR


ADMINISTRATION = frozenset({("POST", "/api/v1/hub/backups")})
"""What takes an administrator outside of /api/v1/access."""

QUERIES = frozenset(
    {
        "/api/v1/silences/preview",
        "/api/v1/slos/preview",
        "/api/v1/traces/inspect",
        "/api/v1/wiring/check",
        *(
            f"{jaeger}/api/{asked}"
            for jaeger in ("", "/jaeger")
            for asked in ("transform", "v3/traces", "v3/trace-summaries")
        ),
    }
)
"""Paths whose POST only asks."""


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith(f"{LOGIN}/")


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _says_where_from(headers: dict[str, str]) -> bool:
    return "origin" in headers or "sec-fetch-site" in headers


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _slow_down(seconds: float, reason: str) -> Response:
    return problem(TOO_MANY, f"could not answer: {reason}", headers={"Retry-After": str(int(seconds) + 1)})
