"""The gate: every endpoint, listed from the code, is closed without a login, and open as far as a role goes."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from opentelemetry.metrics import NoOpMeter
from opentelemetry.trace import NoOpTracer
from starlette.types import ASGIApp

from dashboard.api.compat.alertmanager import create_router as create_alertmanager_router
from dashboard.api.compat.router import create_compat_router
from dashboard.api.router import create_router
from dashboard.reads.compat import CompatReads
from dashboard.settings import WebSettings
from meshhub.access.authenticator import Authenticator
from meshhub.access.control import ADMINISTRATION, AccessControl, Gate, needed_role
from meshhub.access.ledger import AccessLedger
from meshhub.access.login import Door, create_login_router, create_me_router
from meshhub.access.rates import Rates
from meshhub.access.sessions import COOKIE, Sessions
from meshhub.access.tokens import Scope
from meshhub.clock import SystemClock
from meshhub.principal import Principal, Role
from meshhub.telemetry.provider import Exposition
from meshhub.testing.fake_compat import EmptyStore
from meshhub.testing.fake_reads import FakeReads
from meshhub.web.application import Pages, Parts, create_application, create_core

OPEN = {"/healthz", "/readyz", "/login", "/login/style.css", "/login/oidc", "/login/callback", "/logout"}
CHANGES = {
    ("POST", "/api/v1/alerts/{fingerprint}/acknowledge"),
    ("POST", "/api/v1/silences"),
    ("POST", "/api/v1/silences/{silence_id}/expire"),
    ("POST", "/api/v1/receivers/{receiver}/test"),
    ("POST", "/api/v2/alerts"),
    ("POST", "/api/v2/silences"),
    ("DELETE", "/api/v2/silence/{silence_id}"),
    ("POST", "/api/archive/{trace_id}"),
    ("POST", "/jaeger/api/archive/{trace_id}"),
    ("POST", "/api/v1/wiring/sampling"),
    ("POST", "/api/v1/wiring/faults"),
    ("POST", "/api/v1/wiring/bundles/{mesh}/apply"),
    ("POST", "/api/v1/wiring/history/{version}/rollback"),
    ("POST", "/api/v1/hub/backups"),
}
"""What takes an operator, or an administrator. Everything else only asks."""

EXPOSED = Exposition(b"", "text/plain")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CLOCK = SystemClock()


def page(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"the page"]


class Hub:
    """An application with every route that a hub has, behind the gate."""

    def __init__(self, folder: Path, *, required: bool = True, logins: float = 1000, requests: float = 10_000) -> None:
        self.ledger = AccessLedger(folder / "access.sqlite")
        self.sessions = Sessions(b"k" * 32, 1)
        authenticator = Authenticator((), self.ledger, CLOCK)
        failures = Rates(logins / 60, logins, CLOCK)
        door = Door(authenticator, self.sessions, self.ledger, failures, CLOCK, None)
        reads = FakeReads()
        routers = [
            create_router(reads, CLOCK),
            create_compat_router(CompatReads(EmptyStore(), CLOCK)),
            create_alertmanager_router(reads.alerts, CLOCK),
            create_login_router(door),
            create_me_router(),
        ]
        pages = Pages(page, "default-src 'self'")
        parts = Parts(routers, pages, [], lambda _accept: EXPOSED, NoOpMeter("t"), NoOpTracer(), "1")
        gate = Gate(
            required, authenticator, self.sessions, self.ledger, Rates(requests, requests, CLOCK), failures, CLOCK
        )
        settings = WebSettings(address="0.0.0.0:0")
        self.routes = create_core(settings, parts).app.routes
        self.tenants: list[str] = []
        self.app = create_application(settings, parts, lambda app: AccessControl(app, gate, self._tenant(app)))

    def _tenant(self, app: ASGIApp) -> Callable[[str], ASGIApp]:
        def of(tenant: str) -> ASGIApp:
            self.tenants.append(tenant)
            return app

        return of

    def token(self, scope: Scope, tenant: str | None = None) -> str:
        return self.ledger.create(scope.value, scope, tenant, NOW)[1].reveal()

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **further: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.request(method, path, headers=dict(headers or {}), **further)

        return asyncio.run(asked())

    def endpoints(self) -> Iterator[tuple[str, str]]:
        """Every method and path of every route, and of what is mounted."""
        yield from _endpoints(self.routes, "")
        yield from (("GET", "/ui/"), ("GET", "/ui/topology"), ("POST", "/ui/_dash-update-component"))
        yield from (("GET", "/ui/_dash-layout"), ("GET", "/ui/assets/base.css"))


def _endpoints(routes: Sequence[Any], prefix: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield from ((method, prefix + route.path) for method in sorted(route.methods))
        elif hasattr(route, "original_router"):  # FastAPI includes routers lazily
            yield from _endpoints(route.original_router.routes, prefix + route.include_context.prefix)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return Hub(tmp_path_factory.mktemp("access"))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_every_endpoint_is_closed_to_who_does_not_say_who_they_are(hub: Hub) -> None:
    asked = [(method, path) for method, path in hub.endpoints() if path not in OPEN]
    assert len(asked) > 60
    for method, path in asked:
        for headers in ({}, bearer("mht_wrong"), {"cookie": f"{COOKIE}=wrong"}, {"authorization": "Basic YTpi"}):
            answer = hub.ask(method, path, headers)
            assert answer.status_code == 401, (method, path, headers)
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_encoded_and_doubled_paths_are_no_way_around(hub: Hub) -> None:
    graph = "api/v1/graph"
    for path in (f"/x/../{graph}", f"/login/../{graph}", f"//{graph}", f"/healthz/../{graph}", "/%61pi/v1/graph"):
        assert hub.ask("GET", path).status_code in (401, 404), path


def test_what_orchestrators_ask_is_open(hub: Hub) -> None:
    assert hub.ask("GET", "/healthz").status_code == 200
    assert hub.ask("GET", "/login").status_code == 200


def test_a_viewer_may_ask_everything_and_change_nothing(hub: Hub) -> None:
    viewer = bearer(hub.token(Scope.READ))
    for method, path in hub.endpoints():
        if path in OPEN:
            continue
        assert (needed_role(method, path) is not Role.VIEWER) == ((method, path) in CHANGES), (method, path)
        if method != "GET":  # of those that are streams an answer has no end
            answer = hub.ask(method, path, viewer)
            assert (answer.status_code == 403) == ((method, path) in CHANGES), (method, path, answer.text)


def test_each_change_takes_an_operator(hub: Hub) -> None:
    operator = bearer(hub.token(Scope.OPERATE))
    administrator = bearer(hub.token(Scope.ADMIN))
    for method, path in sorted(ADMINISTRATION):
        assert hub.ask(method, path, operator).status_code == 403
        assert hub.ask(method, path, administrator).status_code not in (401, 403)
    for method, path in sorted(CHANGES - ADMINISTRATION):
        assert hub.ask(method, path, operator).status_code not in (401, 403), (method, path)
    assert set(hub.endpoints()) >= CHANGES


def test_a_token_to_send_reads_nothing(hub: Hub) -> None:
    assert hub.ask("GET", "/api/v1/graph", bearer(hub.token(Scope.INGEST))).status_code == 401


def test_who_one_is_can_be_asked(hub: Hub) -> None:
    body = hub.ask("GET", "/api/v1/me", bearer(hub.token(Scope.OPERATE, "shop"))).json()
    assert (body["name"], body["role"], body["tenant"]) == ("operate", "operator", "shop")
    assert hub.tenants[-1] == "shop"


def test_metrics_of_the_hub_are_not_for_a_tenant(hub: Hub) -> None:
    assert hub.ask("GET", "/metrics", bearer(hub.token(Scope.READ, "shop"))).status_code == 403
    assert hub.ask("GET", "/metrics", bearer(hub.token(Scope.READ))).status_code == 200


def test_changes_are_in_the_audit_log(hub: Hub) -> None:
    hub.ask("POST", "/api/v1/silences", bearer(hub.token(Scope.OPERATE)), json={})
    entry = hub.ledger.audit()[0]
    assert (entry.who, entry.what, entry.subject) == ("operate", "POST", "/api/v1/silences")


def test_a_browser_is_led_to_the_login_and_back(hub: Hub) -> None:
    asked = hub.ask("GET", "/ui/topology?ns=shop", {"accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=%2Fui%2Ftopology%3Fns%3Dshop")
    form = hub.ask("GET", asked.headers["location"])
    assert 'value="/ui/topology?ns=shop"' in form.text
    assert "script" not in form.headers["content-security-policy"]
    token = hub.token(Scope.READ)
    logged = hub.ask("POST", "/login", data={"token": token, "next": "/ui/topology?ns=shop"})
    assert (logged.status_code, logged.headers["location"]) == (303, "/ui/topology?ns=shop")
    cookie = logged.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.replace("; ", ";").split(";"))
    session = {"cookie": cookie.partition(";")[0]}
    assert hub.ask("GET", "/ui/", session).text == "the page"
    left = hub.ask("POST", "/logout", session | {"origin": "http://hub"})
    assert left.status_code == 303
    assert hub.ask("GET", "/ui/", session).status_code == 401


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", '"><script>']
)
def test_a_login_leads_nowhere_else(hub: Hub, target: str) -> None:
    form = hub.ask("GET", "/login", params={"next": target})
    assert "<script>" not in form.text
    logged = hub.ask("POST", "/login", data={"token": hub.token(Scope.READ), "next": target})
    assert logged.headers["location"] == "/ui/"


def test_a_session_is_no_good_for_pages_of_other_sites(hub: Hub) -> None:
    session = {"cookie": f"{COOKIE}={hub.sessions.seal(Principal('ada', Role.ADMIN))}"}
    post = ("POST", "/api/v1/silences/x/expire")
    assert hub.ask(*post, session).status_code == 403
    assert hub.ask(*post, session | {"origin": "https://evil.test"}).status_code == 403
    assert hub.ask(*post, session | {"sec-fetch-site": "cross-site"}).status_code == 403
    assert hub.ask(*post, session | {"origin": "http://hub", "sec-fetch-site": "same-origin"}).status_code == 422


def test_logins_that_fail_are_bounded_and_noted(tmp_path: Path) -> None:
    hub = Hub(tmp_path, logins=3)
    answers = [hub.ask("POST", "/login", data={"token": f"guess-{number}"}).status_code for number in range(5)]
    assert answers == [401, 401, 401, 429, 429]
    assert hub.ask("GET", "/api/v1/graph", bearer("guess")).status_code == 429
    assert "guess" not in "".join(str(entry) for entry in hub.ledger.audit())
    assert [entry.what for entry in hub.ledger.audit()] == ["login failed"] * 3


def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    hub = Hub(tmp_path, requests=2)
    viewer = bearer(hub.token(Scope.READ))
    answers = [hub.ask("GET", "/api/v1/me", viewer) for _ in range(4)]
    assert 429 in [answer.status_code for answer in answers]
    assert int(answers[-1].headers.get("retry-after", "1")) >= 1


def test_where_nobody_has_to_say_who_they_are_everybody_is_the_local_administrator(tmp_path: Path) -> None:
    hub = Hub(tmp_path, required=False)
    assert hub.ask("GET", "/api/v1/me").json()["role"] == "admin"


def test_a_large_form_is_no_login(hub: Hub) -> None:
    assert hub.ask("POST", "/login", content=b"token=" + b"x" * 100_000).status_code == 401


def test_roles_cover_those_before_them() -> None:
    assert Role.ADMIN.covers(Role.OPERATOR)
    assert not Role.VIEWER.covers(Role.OPERATOR)
    assert needed_role("GET", "/api/v1/access/tokens") is Role.ADMIN
    assert needed_role("DELETE", "/anything") is Role.OPERATOR
