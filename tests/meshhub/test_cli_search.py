"""`meshhub traces` and `meshhub logs` against a running hub; new access logs as they come."""

import json
import threading
import time
import uuid

import httpx
import pytest

from meshhub.cli import main
from meshhub.cli.event_stream import follow
from meshhub.errors import MeshhubError
from meshhub.testing.hub import RunningHub, until
from meshhub.testing.otlp import Proxy, access_log, logs_request, outbound

CALLER, CALLEE = Proxy("finder", namespace="cli"), Proxy("found", namespace="cli")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code if isinstance(ended.value.code, int) else 0


def send(hub: RunningHub, request_id: str) -> None:
    record = access_log(
        time.time_ns(), outbound(CALLER, CALLEE, request_id=request_id, path="/details/7", x_tier="<b>free</b>")
    )
    answer = httpx.post(
        f"{hub.otlp_http}/v1/logs",
        content=logs_request(CALLER, [record]).SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
        trust_env=False,
    )
    assert answer.status_code == 200


@pytest.fixture(scope="module")
def request_id(hub: RunningHub) -> str:
    identity = str(uuid.uuid4())
    send(hub, identity)
    until(lambda: hub.get(f"/api/v1/requests/{identity}").status_code == 200)
    return identity


def test_requests_and_rows_are_found(hub: RunningHub, request_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = "source = finder and path = /details/7"
    for command in ("traces", "logs"):
        assert run(command, wanted, "--window", "5m", "--url", hub.url) == 0
        output = capsys.readouterr().out
        assert request_id in output
        assert "/details/7" in output
        assert run(command, wanted, "--url", hub.url, "--json") == 0
        assert request_id in json.dumps(json.loads(capsys.readouterr().out))
        assert run(command, "source = nobody", "--url", hub.url) == 0
        assert "matches" in capsys.readouterr().out


def test_a_wrong_expression_is_told(hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("traces", "logs"):
        assert run(command, "sourse = a", "--url", hub.url) == 1
        assert "Did you mean source?" in capsys.readouterr().err


def test_new_rows_are_followed_and_each_is_shown_once(hub: RunningHub) -> None:
    sent = [str(uuid.uuid4()) for _ in range(3)]

    def send_them() -> None:
        for identity in sent:
            send(hub, identity)

    seen: list[str] = []
    wanted = f"source = finder and request_id in ({', '.join(sent)})"
    thread = threading.Thread(target=send_them)
    thread.start()
    for event, body in follow(hub.url, "/api/v1/logs/tail", {"q": wanted}):
        assert event == "rows"
        seen += [row["request_id"] for row in body["rows"]]
        if len(seen) >= len(sent):
            break
    thread.join()
    assert sorted(seen) == sorted(sent)


def test_following_nothing_is_an_error(hub: RunningHub) -> None:
    with pytest.raises(MeshhubError, match="no field"):
        list(follow(hub.url, "/api/v1/logs/tail", {"q": "nope = 1"}))
    with pytest.raises(MeshhubError, match="could not follow"):
        list(follow("http://127.0.0.1:1", "/api/v1/logs/tail", {}))
