"""A hub that other machines reach: nobody comes in without a token, and a tenant sees its own data only."""

import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import httpx
import pytest

from meshhub.access.ledger import FILE, AccessLedger
from meshhub.cli import main
from meshhub.jaeger_grpc.idl import jaeger_api_v2_pb2 as v2
from meshhub.testing.hub import FREE, RunningHub, running_hub, until
from meshhub.testing.otlp import Proxy, access_log, inbound, logs_request, outbound

TENANTS = ("acme", "umbrella")


class Guarded:
    """The hub, the token that it printed, and tokens made by the command line while it runs."""

    def __init__(self, hub: RunningHub, printed: str, capsys: Any) -> None:
        self.hub = hub
        self.url = f"http://127.0.0.1:{urlsplit(hub.url).port}"
        (self.admin,) = re.findall(r"mht_\S+", printed)
        self._capsys = capsys

    def get(self, path: str, token: str = "", **parameters: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.get(f"{self.url}{path}", params=parameters, headers=headers, trust_env=False, timeout=30)

    def token(self, *arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["token", "create", *arguments, "--data-dir", str(self.hub.data_dir)])
        assert not ended.value.code
        return str(self._capsys.readouterr().out).strip()

    def send(self, token: str, service: str, request_id: str) -> int:
        caller, callee = Proxy("front", namespace="shared"), Proxy(service, namespace="shared")
        now = time.time_ns()
        said = {"request_id": request_id, "path": f"/path-of-{service}"}
        bodies = (
            logs_request(caller, [access_log(now, outbound(caller, callee, **said))]),
            logs_request(callee, [access_log(now, inbound(caller, callee, **said))]),
        )
        for body in bodies:
            answer = httpx.post(
                f"{self.hub.otlp_http}/v1/logs",
                content=body.SerializeToString(),
                headers={"Content-Type": "application/x-protobuf", "authorization": f"Bearer {token}"},
                trust_env=False,
            )
        return answer.status_code


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHub, Path]]:
    folder = tmp_path_factory.mktemp("guarded")
    printed = folder / "printed"
    settings = {
        "web.address": "0.0.0.0:0",
        "jaeger_grpc.address": "0.0.0.0:0",
        "collector.auth.required": "true",
        "collector.endpoints.otlp_http": FREE,
    }
    with running_hub(folder / "data", settings=settings, printed=printed) as hub:
        yield hub, printed


@pytest.fixture
def guarded(started: tuple[RunningHub, Path], capsys: pytest.CaptureFixture[str]) -> Guarded:
    hub, printed = started
    return Guarded(hub, printed.read_text(encoding="utf-8"), capsys)


def test_the_first_administrator_is_printed_once_and_is_in_no_log(guarded: Guarded, started: Any) -> None:
    hub, _ = started
    assert guarded.get("/api/v1/me", guarded.admin).json()["role"] == "admin"
    assert guarded.admin not in "".join(map(str, hub.log))
    ledger = AccessLedger(hub.data_dir / FILE)
    assert [each.name for each in ledger.tokens()][-1:] == ["first administrator"]
    ledger.close()


def test_nobody_comes_in_without_a_token(guarded: Guarded) -> None:
    assert guarded.get("/healthz").status_code == 200
    for path in (
        "/api/v1/graph",
        "/ui/",
        "/metrics",
        "/api/docs",
        "/api/traces",
        "/jaeger/api/services",
        "/api/v2/alerts",
    ):
        assert guarded.get(path).status_code == 401
        assert guarded.get(path, "mht_made-up").status_code == 401
        assert guarded.get(path, guarded.admin).status_code in (200, 307, 400)


def test_nobody_sends_without_a_token_and_readers_do_not_send(guarded: Guarded) -> None:
    assert guarded.send("mht_made-up", "ghost", "x") == 401
    assert guarded.send(guarded.token("reader"), "ghost", "x") == 401


def test_a_tenant_sees_its_own_data_and_nothing_of_others(guarded: Guarded) -> None:
    requests = {tenant: str(uuid.uuid4()) for tenant in TENANTS}
    services = {tenant: f"secret-of-{tenant}" for tenant in TENANTS}
    for tenant in TENANTS:
        sender = guarded.token(f"sends-{tenant}", "--scope", "ingest", "--tenant", tenant)
        assert guarded.send(sender, services[tenant], requests[tenant]) == 200
    readers = {tenant: guarded.token(f"reads-{tenant}", "--tenant", tenant) for tenant in TENANTS}
    for tenant in TENANTS:
        own = f"/api/v1/requests/{requests[tenant]}"
        until(lambda: guarded.get(own, readers[tenant]).status_code == 200)  # noqa: B023
        other = next(each for each in TENANTS if each != tenant)
        assert guarded.get(own, readers[other]).status_code == 404
        assert guarded.get(own, guarded.admin).status_code == 200
    own, other = TENANTS
    assert services[own] in guarded.get("/api/v1/graph", readers[own]).text
    assert f"/path-of-{services[other]}" in guarded.get("/api/v1/logs", guarded.admin).text
    everything = guarded.get("/api/openapi.json", guarded.admin).json()["paths"]
    asked = [path for path, methods in everything.items() if "get" in methods and not _is_stream(path)]
    assert len(asked) > 20
    for path in asked:
        filled = path
        for name, value in _filling(services[other], requests[other]).items():
            filled = filled.replace(f"{{{name}}}", value)
        answer = guarded.get(filled, readers[own])
        assert answer.status_code < 500, (path, answer.text)
        assert f"/path-of-{services[other]}" not in answer.text, path
        if answer.status_code != 404:  # which says what was asked for
            assert services[other] not in answer.text, path


def _filling(service: str, request_id: str) -> dict[str, str]:
    return {
        "request_id": request_id,
        "service_id": f"lab:shared:{service}",
        "edge_id": f"lab:shared:front~lab:shared:{service}~http",
        "trace_id": "0" * 32,
    }


def _is_stream(path: str) -> bool:
    return path.endswith(("/events", "/tail"))


def test_tenants_have_no_alerts_of_the_hub(guarded: Guarded) -> None:
    reader = guarded.token("alerts", "--tenant", "acme")
    assert guarded.get("/api/v1/alerts", reader).status_code == 404
    assert guarded.get("/api/v1/alerts", guarded.admin).status_code == 200


def test_a_revoked_token_lets_nobody_in(guarded: Guarded, capsys: pytest.CaptureFixture[str]) -> None:
    token = guarded.token("short-lived")
    assert guarded.get("/api/v1/me", token).status_code == 200
    ledger = AccessLedger(guarded.hub.data_dir / FILE)
    (record,) = [each for each in ledger.tokens() if each.name == "short-lived"]
    ledger.close()
    with pytest.raises(SystemExit):
        main(["token", "revoke", record.id, "--data-dir", str(guarded.hub.data_dir)])
    assert guarded.get("/api/v1/me", token).status_code == 401


def test_jaegers_services_over_grpc_take_a_token_too(guarded: Guarded) -> None:
    port = next(entry["jaeger_grpc"] for entry in guarded.hub.log if "jaeger_grpc" in entry)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        services = channel.unary_unary(
            "/jaeger.api_v2.QueryService/GetServices",
            request_serializer=v2.GetServicesRequest.SerializeToString,
            response_deserializer=v2.GetServicesResponse.FromString,
        )
        wrong = ("mht_wrong", guarded.token("of-a-tenant", "--tenant", "acme"))
        for metadata in ((), *(_bearer(token) for token in wrong)):
            with pytest.raises(grpc.RpcError) as raised:
                services(v2.GetServicesRequest(), metadata=metadata, timeout=20)
            assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
        services(v2.GetServicesRequest(), metadata=_bearer(guarded.admin), timeout=20)


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)
