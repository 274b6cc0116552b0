"""`meshhub request` and `meshhub graph` against a running hub, and against none."""

import json
import time
import uuid

import httpx
import pytest

from meshhub.cli import main
from meshhub.testing.hub import RunningHub, until
from meshhub.testing.otlp import Proxy, access_log, inbound, logs_request, outbound

STOREFRONT, CATALOG = Proxy("storefront", namespace="cli"), Proxy("catalog", namespace="cli")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code if isinstance(ended.value.code, int) else 0


@pytest.fixture(scope="module")
def request_id(hub: RunningHub) -> str:
    """A request that both proxies reported and that the hub shows."""
    identity = str(uuid.uuid4())
    now = time.time_ns()
    for proxy, named in ((STOREFRONT, outbound), (CATALOG, inbound)):
        record = access_log(now, named(STOREFRONT, CATALOG, request_id=identity, path="/details/7"))
        answer = httpx.post(
            f"{hub.otlp_http}/v1/logs",
            content=logs_request(proxy, [record]).SerializeToString(),
            headers={"Content-Type": "application/x-protobuf"},
            trust_env=False,
        )
        assert answer.status_code == 200
    until(lambda: hub.get(f"/api/v1/requests/{identity}").json().get("found", {}).get("access_logs") == 2)
    return identity


def test_a_request_is_shown_hop_by_hop(hub: RunningHub, request_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("request", request_id, "--url", hub.url) == 0
    output = capsys.readouterr().out
    assert request_id in output
    assert "storefront:v1 → catalog:v1  GET /details/7" in output
    assert "client + server" in output


def test_a_request_as_json_is_what_the_api_says(
    hub: RunningHub, request_id: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHHUB_URL", hub.url)
    assert run("request", request_id, "--json") == 0
    assert json.loads(capsys.readouterr().out) == hub.get(f"/api/v1/requests/{request_id}").json()


def test_the_graph_shows_the_edge(hub: RunningHub, request_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--url", hub.url, "--window", "5m") == 0
    output = capsys.readouterr().out
    assert "storefront.cli" in output
    assert "catalog.cli" in output
    assert run("graph", "--url", hub.url, "--json") == 0
    assert json.loads(capsys.readouterr().out)["edges"] != []


def test_an_unknown_request_is_code_1(hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("request", "no/such?id", "--url", hub.url) == 1
    assert capsys.readouterr().err.startswith("meshhub: could not find the request no/such?id: ")


def test_a_wrong_window_is_code_1_and_said(hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--url", hub.url, "--window", "soon") == 1
    assert capsys.readouterr().err.startswith("meshhub: could not read window=soon: ")


def test_no_hub_is_code_1_and_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--url", "http://127.0.0.1:1") == 1
    message = capsys.readouterr().err
    assert message.startswith("meshhub: could not ask the hub at http://127.0.0.1:1: ")
    assert "--url or MESHHUB_URL" in message


@pytest.mark.parametrize("url", ["nonsense", "http://[", "ftp://127.0.0.1"])
def test_a_url_that_is_none_is_code_1(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--url", url) == 1
    assert "Traceback" not in capsys.readouterr().err
