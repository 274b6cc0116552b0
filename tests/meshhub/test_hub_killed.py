"""The whole hub on its real engine, killed again and again under load: each acknowledged span is there exactly once."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from meshhub.testing.hub import clean_environment, running_hub
from meshhub.testing.otlp import Proxy, span, traces_request

KILLS = 20
SPANS_PER_REQUEST = 5
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PROXY = Proxy("killed-load")
COUNT_SPANS = """
import sys
from collections import Counter
from pathlib import Path
from storage.client import Store
from storage.engine import Address, Engine
from storage.settings import StorageSettings

settings = StorageSettings()
engine = Engine(Address.parse("embedded", Path(sys.argv[1])), settings)
with engine.client() as client:
    for span_id, copies in client.query("SELECT hex(span_id), count() FROM spans GROUP BY span_id").result_rows:
        print(span_id.lower(), copies)
engine.close()
"""


class Sender(threading.Thread):
    """Sends new spans one request after the other until told to stop; notes those that were acknowledged."""

    def __init__(self, target: str) -> None:
        super().__init__(daemon=True)
        self._target = target
        self._stopped = threading.Event()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        with grpc.insecure_channel(self._target) as channel:
            export = channel.unary_unary(EXPORT)
            while not self._stopped.is_set():
                request, ids = new_request()
                try:
                    export(request.SerializeToString(), timeout=5)
                except grpc.RpcError:
                    self._stopped.wait(0.05)
                else:
                    self.acknowledged += ids

    def stop(self) -> list[str]:
        self._stopped.set()
        self.join(30)
        assert not self.is_alive()
        return self.acknowledged


def new_request() -> tuple[ExportTraceServiceRequest, list[str]]:
    ids = [random.randbytes(8).hex() for _ in range(SPANS_PER_REQUEST)]
    trace_id, start = random.randbytes(16).hex(), time.time_ns()
    spans = [
        span("call", Span.SPAN_KIND_CLIENT, trace_id=trace_id, span_id=span_id, start=start, duration=1000)
        for span_id in ids
    ]
    return traces_request(PROXY, spans), ids


def stored_spans(data_dir: Path) -> Counter[str]:
    """How often each span is stored, read by a process of its own: this one's engine is another."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT_SPANS, str(data_dir)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Counter({span_id: int(copies) for span_id, copies in map(str.split, done.stdout.splitlines())})


@pytest.mark.timeout(600)
def test_each_acknowledged_span_is_stored_exactly_once_though_the_hub_is_killed_20_times(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for _ in range(KILLS):
        with running_hub(tmp_path) as hub:
            senders = [Sender(hub.otlp_grpc) for _ in range(2)]
            for sender in senders:
                sender.start()
            threading.Event().wait(random.uniform(0.2, 1.8))
            hub.process.kill()
            for sender in senders:
                acknowledged += sender.stop()
    with running_hub(tmp_path) as hub:
        assert hub.terminate() == 0
    stored = stored_spans(tmp_path)
    assert len(acknowledged) > KILLS * SPANS_PER_REQUEST
    assert [span_id for span_id in acknowledged if stored[span_id] != 1] == []
    assert set(stored.values()) == {1}
