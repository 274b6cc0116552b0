"""The hub's own metrics: for scrapers, for its own store, to an OTLP endpoint, and never without bound."""

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from meshhub.errors import ConfigurationError
from meshhub.secret import Secret
from meshhub.telemetry.provider import MAX_SERIES, Telemetry
from meshhub.telemetry.settings import OtlpExportSettings, TelemetrySettings

NO_HISTORY = TelemetrySettings(history_seconds=0)


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry(NO_HISTORY, version="1.2.3")
    yield telemetry
    telemetry.stop()


def test_the_process_is_measured(telemetry: Telemetry) -> None:
    text = telemetry.exposition("").body.decode()
    values = {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if not line.startswith("#")}
    assert values["process_memory_usage_bytes"] > 10_000_000
    assert values["process_thread_count"] >= 1
    assert values["process_unix_file_descriptor_count"] >= 3
    assert values['process_cpu_time_seconds_total{cpu_mode="user"}'] > 0


def test_durations_have_bounds_in_seconds(telemetry: Telemetry) -> None:
    telemetry.meter.create_histogram("meshhub.loader.insert.duration", "s", "x").record(0.02)
    text = telemetry.exposition("").body.decode()
    assert 'meshhub_loader_insert_duration_seconds_bucket{le="0.01"} 0.0' in text
    assert 'meshhub_loader_insert_duration_seconds_bucket{le="0.025"} 1.0' in text


def test_attribute_sets_past_the_limit_are_counted_together(telemetry: Telemetry) -> None:
    counter = telemetry.meter.create_counter("meshhub.test", "1", "x")
    for number in range(MAX_SERIES + 100):
        counter.add(1, {"number": str(number)})
    lines = [line for line in telemetry.exposition("").body.decode().splitlines() if line.startswith("meshhub_test")]
    assert len(lines) <= MAX_SERIES + 1
    assert sum(float(line.split()[-1]) for line in lines) == MAX_SERIES + 100


def test_history_is_delivered_as_otlp_requests_of_the_service_meshhub() -> None:
    telemetry = Telemetry(TelemetrySettings(history_seconds=60), version="1.2.3")
    delivered: queue.Queue[bytes] = queue.Queue()
    telemetry.history.connect(delivered.put)
    telemetry.flush(5)
    telemetry.stop()
    request = ExportMetricsServiceRequest.FromString(delivered.get(timeout=5))
    resource = {pair.key: pair.value.string_value for pair in request.resource_metrics[0].resource.attributes}
    assert resource["service.name"] == "meshhub"
    assert resource["service.version"] == "1.2.3"
    names = {metric.name for metric in request.resource_metrics[0].scope_metrics[0].metrics}
    assert "process.memory.usage" in names


def test_history_that_cannot_be_delivered_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    telemetry = Telemetry(TelemetrySettings(history_seconds=60), version="1.2.3")

    def refuse(_request: bytes) -> None:
        raise RuntimeError("the journal is full")

    telemetry.history.connect(refuse)
    telemetry.flush(5)
    telemetry.flush(5)
    telemetry.history.connect(None)
    telemetry.stop()
    assert [record.getMessage() for record in caplog.records if record.name == "meshhub.telemetry.history"] == [
        "could not keep the hub's own metrics: the journal is full"
    ]


class Endpoint:
    """An OTLP/HTTP endpoint that notes what it gets."""

    def __init__(self) -> None:
        self.requests: queue.Queue[tuple[str, str]] = queue.Queue()
        noted = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                noted.put((self.path, self.headers.get("Authorization", "")))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


def test_metrics_and_traces_are_exported_to_the_endpoint_with_its_token(endpoint: Endpoint) -> None:
    otlp = OtlpExportSettings(endpoint=endpoint.url, protocol="http", token=Secret("t0ken"), trace_ratio=1)
    telemetry = Telemetry(TelemetrySettings(history_seconds=0, otlp=otlp), version="1.2.3")
    with telemetry.tracer.start_as_current_span("GET /api/v1/graph"):
        pass
    telemetry.stop()
    exported = {endpoint.requests.get(timeout=5) for _ in range(2)}
    assert exported == {("/v1/metrics", "Bearer t0ken"), ("/v1/traces", "Bearer t0ken")}


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_authorities_that_cannot_be_read_are_a_fault_of_the_settings(tmp_path: Path, protocol: str) -> None:
    otlp = OtlpExportSettings.model_validate(
        {"endpoint": "https://127.0.0.1:1", "protocol": protocol, "ca_file": tmp_path / "none"}
    )
    with pytest.raises(ConfigurationError, match=r"telemetry\.otlp\.ca_file: could not read .*/none: No such file"):
        Telemetry(TelemetrySettings(history_seconds=0, otlp=otlp), version="1.2.3")
