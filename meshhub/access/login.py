"""The pages of logging in and out: GET and POST /login, /login/oidc, /login/callback, POST /logout, GET /api/v1/me."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated
from urllib.parse import parse_qs, quote, urlsplit

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment
from typing_extensions import TypedDict

from meshhub.access.authenticator import Authenticator
from meshhub.access.ledger import AccessLedger
from meshhub.access.oidc import LoginFailed, Oidc
from meshhub.access.rates import Rates
from meshhub.access.sessions import COOKIE, Sessions
from meshhub.clock import Clock
from meshhub.principal import Principal, acting

LOGIN = "/login"
STYLE = "/login/style.css"
OIDC = "/login/oidc"
CALLBACK = "/login/callback"
LOGOUT = "/logout"
STATE_COOKIE = "meshhub_login"
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
SEE_OTHER = 303
UNAUTHORIZED, TOO_MANY = 401, 429
HOME = "/ui/"
MAX_FORM_BYTES = 16 * 1024


class MeBody(TypedDict):
    """Who asks."""

    name: str
    role: str
    tenant: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Door:
    """What the pages work with. `failures` are the failed logins that an address may have."""

    authenticator: Authenticator
    sessions: Sessions
    ledger: AccessLedger
    failures: Rates
    clock: Clock
    oidc: Oidc | None


_ASSETS = files("meshhub.access").joinpath("assets")
_TEMPLATE = Environment(autoescape=True).from_string(_ASSETS.joinpath("login.html").read_text(encoding="utf-8"))


def create_login_router(door: Door) -> APIRouter:
    """The routes. None of them needs a session."""
    router = APIRouter(include_in_schema=False)
    style = _ASSETS.joinpath("login.css").read_text(encoding="utf-8")

    @router.get(STYLE)
    async def stylesheet() -> Response:
        return Response(style, media_type="text/css")

    @router.get(LOGIN)
    async def page(next: Annotated[str, Query()] = HOME) -> HTMLResponse:  # noqa: A002 - the name in the URL
        return _page(door, next)

    @router.post(LOGIN)
    async def log_in(request: Request) -> Response:
        form = await _form(request)
        return await anyio.to_thread.run_sync(by_token, request, form.get("token", ""), form.get("next", HOME))

    def by_token(request: Request, token: str, path: str) -> Response:
        address = _address(request)
        if door.failures.is_spent(address):
            return _page(door, path, "Too many failed logins from your address. Try again in a minute.", TOO_MANY)
        principal = door.authenticator.principal(token.strip())
        if principal is None:
            door.failures.take(address)
            door.ledger.note("", "login failed", "token", address, door.clock.now())
            return _page(door, path, "This token is not known, or has expired.", UNAUTHORIZED)
        return _let_in(door, principal, path, request)

    @router.get(OIDC)
    def to_provider(request: Request, next: Annotated[str, Query(max_length=4096)] = HOME) -> Response:  # noqa: A002
        if door.oidc is None:
            return _page(door, next, "Login by a provider is not set up here.", UNAUTHORIZED)
        try:
            target, state = door.oidc.begin(str(request.base_url.replace(path=CALLBACK, query="")), _own(next))
        except LoginFailed as error:
            return _page(door, next, _sentence(error), UNAUTHORIZED)
        answer = RedirectResponse(target, SEE_OTHER)
        _set_cookie(answer, request, STATE_COOKIE, state, 600)
        return answer

    @router.get(CALLBACK)
    def from_provider(
        request: Request,
        state: Annotated[str, Query(max_length=512)] = "",
        code: Annotated[str, Query(max_length=4096)] = "",
        error: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        if door.oidc is None or not state or request.cookies.get(STATE_COOKIE) != state:
            # The browser that comes back must be the one that was sent: else somebody logs it in as themselves.
            return _page(door, HOME, "This login was not begun in this browser. Begin again.", UNAUTHORIZED)
        if error:
            return _page(door, HOME, f"The provider did not let you in: {error}.", UNAUTHORIZED)
        try:
            principal, path = door.oidc.finish(state, code)
        except LoginFailed as failure:
            door.ledger.note("", "login failed", _sentence(failure), _address(request), door.clock.now())
            return _page(door, HOME, _sentence(failure), UNAUTHORIZED)
        answer = _let_in(door, principal, path, request)
        answer.delete_cookie(STATE_COOKIE)
        return answer

    @router.post(LOGOUT)
    def log_out(request: Request) -> Response:
        cookie = request.cookies.get(COOKIE, "")
        principal = door.sessions.open(cookie)
        if principal is not None:
            door.sessions.end(cookie)
            door.ledger.note(principal.name, "logout", "", _address(request), door.clock.now())
        answer = RedirectResponse(LOGIN, SEE_OTHER)
        answer.delete_cookie(COOKIE)
        return answer

    return router


def create_me_router() -> APIRouter:
    """Who the API thinks that asks."""
    router = APIRouter(prefix="/api/v1", tags=["v1"])

    @router.get("/me", summary="Who you are here, and what you may do")
    def me() -> MeBody:
        who = acting()
        return {"name": who.name, "role": who.role.value, "tenant": who.tenant, "how": who.how}

    return router


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form (application/x-www-form-urlencoded); nothing of one that is too large or no form."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM_BYTES:
            return {}
    try:
        given = parse_qs(body.decode("ascii"), max_num_fields=16)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in given.items()}


def _let_in(door: Door, principal: Principal, path: str, request: Request) -> Response:
    door.ledger.note(principal.name, "login", principal.how, _address(request), door.clock.now())
    answer = RedirectResponse(_own(path), SEE_OTHER)
    _set_cookie(answer, request, COOKIE, door.sessions.seal(principal), door.sessions.seconds)
    return answer


def _set_cookie(answer: Response, request: Request, name: str, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, httponly=True, secure=secure, samesite="lax", path="/")


def _own(path: str) -> str:
    """A path of this hub; anything else (another site, "//host") leads home."""
    parts = urlsplit(path)
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if safe and "\n" not in path and "\r" not in path else HOME


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def _page(door: Door, path: str, said: str = "", status: int = 200) -> HTMLResponse:
    own = _own(path)
    provider = f"{OIDC}?next={quote(own)}" if door.oidc is not None else ""
    body = _TEMPLATE.render(next=own, said=said, provider=provider)
    return HTMLResponse(body, status, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
