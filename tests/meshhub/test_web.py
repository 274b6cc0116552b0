"""What holds for every path of the web application: health, errors, hosts, headers, documentation, measurement."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from fastapi import APIRouter, Query
from httpx import Client
from opentelemetry.trace import NoOpTracer

from dashboard.settings import WebSettings
from meshhub.errors import MeshhubError, NotFound, StorageError
from meshhub.telemetry.provider import Telemetry
from meshhub.telemetry.settings import TelemetrySettings
from meshhub.web.application import Pages, Parts, create_application
from meshhub.web.health import Check
from meshhub.web.server import WebServer

PAGE_POLICY = "default-src 'self'"


def page(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}|{threading.current_thread().name}".encode()]


def api() -> APIRouter:
    router = APIRouter(prefix="/api/v1")
    errors: dict[str, Exception] = {
        "missing": NotFound("could not find request 1: nothing is stored for it"),
        "later": StorageError("could not reach the engine: refused", retryable=True),
        "never": StorageError("could not run a statement: wrong", retryable=False),
        "bug": RuntimeError("a detail for the log only"),
    }

    @router.get("/numbers/{number}", summary="One number")
    def number(number: int, factor: int = Query(1, description="What the `number` is multiplied by.")) -> int:
        return number * factor

    @router.get("/errors/{name}")
    def error(name: str) -> None:
        raise errors[name]

    return router


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry(TelemetrySettings(history_seconds=0), version="1.2.3")
    yield telemetry
    telemetry.stop()


@pytest.fixture
def checks() -> dict[str, Callable[[], None]]:
    return {"receivers": lambda: None, "engine": lambda: None}


@pytest.fixture
def client(telemetry: Telemetry, checks: dict[str, Callable[[], None]]) -> Iterator[Client]:
    parts = Parts(
        routers=[api()],
        pages=Pages(page, PAGE_POLICY),
        checks=[Check(name, lambda name=name: checks[name]()) for name in checks],  # type: ignore[misc]
        expose=telemetry.exposition,
        meter=telemetry.meter,
        tracer=NoOpTracer(),
        version="1.2.3",
        roles=["web"],
    )
    settings = WebSettings(address="127.0.0.1:0")
    server = WebServer(settings)
    server.bind()
    try:
        server.start(create_application(settings, parts))
        with Client(base_url=server.url, trust_env=False, timeout=10) as client:
            yield client
    finally:
        server.stop()


def test_the_process_says_that_it_lives(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "version": "1.2.3", "roles": ["web"]}


def test_the_hub_is_ready_when_every_check_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "roles": ["web"],
        "checks": [{"name": "receivers", "ok": True, "reason": ""}, {"name": "engine", "ok": True, "reason": ""}],
    }


def test_a_failed_check_says_why_the_hub_is_not_ready(client: Client, checks: dict[str, Callable[[], None]]) -> None:
    def engine() -> None:
        raise MeshhubError("could not reach the engine: connection refused")

    checks["engine"] = engine
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][1] == {
        "name": "engine",
        "ok": False,
        "reason": "could not reach the engine: connection refused",
    }


def test_a_check_that_hangs_holds_one_thread_however_often_it_is_asked(
    client: Client, checks: dict[str, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshhub.web.health.PROBE_SECONDS", 0.05)
    release, asked = threading.Event(), []

    def engine() -> None:
        asked.append(1)
        release.wait(10)

    checks["engine"] = engine
    answers = [client.get("/readyz") for _ in range(4)]
    release.set()
    assert [answer.status_code for answer in answers] == [503] * 4
    assert answers[0].json()["checks"][1]["reason"] == "did not answer within 0.05 s"
    assert len(asked) == 1


def test_the_root_leads_to_the_pages(client: Client) -> None:
    assert client.get("/").headers["location"] == "/ui/"
    assert client.get("/ui").headers["location"].endswith("/ui/")


def test_pages_run_on_threads_of_their_own(client: Client) -> None:
    script, path, thread = client.get("/ui/topology").text.split("|")
    assert (script, path) == ("/ui", "/topology")
    assert thread.startswith("WSGI")


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/api/v1/nothing", 404, "could not find /api/v1/nothing: there is nothing at this path"),
        ("/api", 404, "could not find /api: there is nothing at this path"),
        ("/nothing", 404, "could not find /nothing: there is nothing at this path"),
        ("/api/v1/errors/missing", 404, "could not find request 1: nothing is stored for it"),
        ("/api/v1/errors/later", 503, "could not reach the engine: refused"),
        ("/api/v1/errors/never", 500, "could not run a statement: wrong"),
        ("/api/v1/errors/bug", 500, "could not answer: an error of the hub, see its log"),
    ],
)
def test_errors_are_problem_details(client: Client, path: str, status: int, detail: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == detail
    assert answer.json()["status"] == status
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_wrong_parameters_are_named(client: Client) -> None:
    answer = client.get("/api/v1/numbers/x", params={"factor": "y"})
    assert answer.status_code == 422
    assert [fault["at"] for fault in answer.json()["faults"]] == ["path.number", "query.factor"]


def test_a_wrong_method_is_a_problem_that_says_which_are_right(client: Client) -> None:
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_host_names_are_refused_on_loopback(client: Client) -> None:
    answer = client.get("/api/v1/numbers/1", headers={"Host": "evil.example.org"})
    assert answer.status_code == 421
    assert "web.allowed_hosts" in answer.json()["detail"]
    assert client.get("/api/v1/numbers/1", headers={"Host": "localhost:8080"}).status_code == 200


def test_every_answer_has_the_security_headers(client: Client) -> None:
    for path in ("/healthz", "/ui/", "/api/docs", "/nothing", "/metrics"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in headers
    assert client.get("/ui/").headers["content-security-policy"] == PAGE_POLICY
    assert "default-src 'none'" in client.get("/healthz").headers["content-security-policy"]


def test_the_documentation_shows_every_operation_and_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/api/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "<code>/api/v1/numbers/{number}</code>" in answer.text
    assert "What the <code>number</code> is multiplied by." in answer.text
    assert "<script" not in answer.text
    assert "https://" not in answer.text
    assert "http://" not in answer.text
    assert client.get("/api/docs/style.css").headers["content-type"].startswith("text/css")
    assert "/api/v1/numbers/{number}" in client.get("/api/openapi.json").json()["paths"]


def test_metrics_come_as_the_scraper_asks(client: Client) -> None:
    plain = client.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain")
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    open_metrics = client.get("/metrics", headers=accept)
    assert open_metrics.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert open_metrics.text.endswith("# EOF\n")


def test_requests_are_measured_by_route_not_by_path(client: Client) -> None:
    for number in range(3):
        client.get(f"/api/v1/numbers/{number}")
        client.get(f"/ui/page-{number}")
        client.get(f"/no-such-{number}")
    lines = [line for line in client.get("/metrics").text.splitlines() if "request_duration_seconds_count" in line]
    counts = {line.split('http_route="')[1].split('"')[0]: float(line.split()[-1]) for line in lines if "route" in line}
    assert counts["/api/v1/numbers/{number}"] == 3
    assert counts["/ui"] == 3
    assert counts["unmatched"] == 3
