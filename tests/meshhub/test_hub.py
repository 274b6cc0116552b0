"""The hub as a process: it starts whole or not at all, says why, and drains when it is told to stop."""

import resource
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from meshhub.app.serving import allow_descriptors
from meshhub.testing.front import running_front
from meshhub.testing.hub import FREE, RunningHub, clean_environment, running_hub, start_hub, until
from meshhub.testing.otlp import Proxy, access_log, logs_request, outbound


def unused_port() -> int:
    """A port that nothing listens on at present."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send_logs(hub: RunningHub, request: ExportLogsServiceRequest) -> None:
    answer = httpx.post(
        f"{hub.otlp_http}/v1/logs",
        content=request.SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
        trust_env=False,
    )
    assert answer.status_code == 200


def output_of(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, output = process.communicate(timeout=60)
    return process.returncode, output


def test_a_started_hub_is_ready(hub: RunningHub) -> None:
    assert hub.get("/readyz").json()["ready"] is True


def test_a_hub_takes_telemetry_on_both_protocols_and_counts_it(hub: RunningHub) -> None:
    headers = {"Content-Type": "application/x-protobuf"}
    body = ExportMetricsServiceRequest().SerializeToString()
    answer = httpx.post(f"{hub.otlp_http}/v1/metrics", content=body, headers=headers, trust_env=False)
    assert answer.status_code == 200
    assert "meshhub_receiver_accepted_total" in hub.get("/metrics").text


def test_a_hub_may_open_as_many_connections_as_the_machine_lets_it() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))
    try:
        allow_descriptors()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_second_hub_on_the_data_directory_is_told_so(hub: RunningHub) -> None:
    code, output = output_of(start_hub(hub.data_dir))
    assert code == 1
    assert f"meshhub: could not open the data directory {hub.data_dir}: another meshhub process uses it." in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "setting", ["web.address", *(f"collector.endpoints.{name}" for name in ("otlp_grpc", "otlp_http", "zipkin"))]
)
def test_a_taken_address_is_named(hub: RunningHub, tmp_path: Path, setting: str) -> None:
    taken = {
        "web.address": hub.url,
        "collector.endpoints.otlp_grpc": hub.otlp_grpc,
        "collector.endpoints.otlp_http": hub.otlp_http,
        "collector.endpoints.zipkin": hub.zipkin,
    }[setting].removeprefix("http://")
    code, output = output_of(start_hub(tmp_path, settings={setting: taken}))
    assert code == 1
    message = output.strip().splitlines()[-1]
    assert message.startswith("meshhub: could not listen ")
    assert taken in message
    assert "Traceback" not in output


def test_wrong_settings_end_the_start_with_code_2(tmp_path: Path) -> None:
    code, output = output_of(start_hub(tmp_path, environment={"MESHHUB_WEB__ADRESS": FREE}))
    assert code == 2
    assert "MESHHUB_WEB__ADRESS: unknown variable (did you mean MESHHUB_WEB__ADDRESS?)" in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_what_was_accepted_is_in_the_store(tmp_path: Path, number: signal.Signals) -> None:
    settings = {"collector.journal.segment_age_seconds": "60", "telemetry.history_seconds": "60"}
    with running_hub(tmp_path, settings=settings) as hub:
        hub.process.send_signal(number)
        hub.process.send_signal(number)  # as `timeout` and some shells do: to the process, then to its group
        assert hub.wait() == 0
        assert hub.lines == []
        assert hub.log[-1]["message"] == "stopped"
    # The last export of the hub's own metrics went through journal and loader while it drained.
    assert own_metrics_in(tmp_path) > 0


def own_metrics_in(data_dir: Path) -> int:
    """How many points of the hub's own metrics its store has, read by another process: an engine belongs to one."""
    command = [sys.executable, "-c", COUNT_OWN_METRICS, str(data_dir)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=True)
    return int(done.stdout)


COUNT_OWN_METRICS = """
import sys
from pathlib import Path
from storage.client import Store
from storage.settings import StorageSettings

store = Store.open("embedded", Path(sys.argv[1]), StorageSettings())
parameters = {"metrics": ["process.memory.usage"], "start": 0.0, "end": 4e9, "limit": 10}
print(len(store.query("hub_metrics", parameters, dict)))
"""


def test_a_server_that_does_not_answer_is_waited_for_while_telemetry_is_taken(tmp_path: Path) -> None:
    with running_hub(tmp_path, environment={"MESHHUB_STORE": "clickhouse://127.0.0.1:1"}) as hub:
        answer = hub.get("/readyz")
        assert answer.status_code == 503
        checks = {check["name"]: check for check in answer.json()["checks"]}
        assert checks["receivers"]["ok"] is True
        assert checks["engine"]["reason"].startswith("the schema is not in place: could not")
        assert hub.get("/healthz").status_code == 200
        body = ExportMetricsServiceRequest().SerializeToString()
        headers = {"Content-Type": "application/x-protobuf"}
        assert httpx.post(f"{hub.otlp_http}/v1/metrics", content=body, headers=headers).status_code == 200
        assert "meshhub_store_up 0" in hub.get("/metrics").text
        assert hub.terminate() == 0


def test_telemetry_that_came_before_the_server_did_is_loaded_when_it_comes(tmp_path: Path) -> None:
    address = f"127.0.0.1:{unused_port()}"
    identity = str(uuid.uuid4())
    with running_hub(tmp_path / "data", environment={"MESHHUB_STORE": f"clickhouse://{address}"}) as hub:
        proxy = Proxy("early", namespace="late-server")
        record = access_log(time.time_ns(), outbound(proxy, Proxy("callee"), request_id=identity))
        send_logs(hub, logs_request(proxy, [record]))
        assert hub.get("/readyz").status_code == 503
        assert hub.get(f"/api/v1/requests/{identity}").status_code == 503
        with running_front(tmp_path / "server", "--port", address.rpartition(":")[2]):
            until(lambda: hub.get("/readyz").status_code == 200)
            until(lambda: hub.get(f"/api/v1/requests/{identity}").status_code == 200)
            hub.terminate()


def test_an_open_address_is_warned_of(tmp_path: Path) -> None:
    settings = {"web.address": "0.0.0.0:0", "insecure": "true"}
    with running_hub(tmp_path, settings=settings) as hub:
        warnings = [entry["message"] for entry in hub.log if entry["level"] == "warning"]
    assert [message for message in warnings if message.startswith("insecure")] == [
        "insecure: web.address: 0.0.0.0:0 can be reached from other machines and nothing authenticates them"
    ]


def test_an_embedded_store_that_cannot_be_opened_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("this is no directory", encoding="utf-8")
    code, output = output_of(start_hub(tmp_path))
    assert code == 1
    assert output.strip().splitlines()[-1].startswith("meshhub: could not")
    assert "Traceback" not in output
