"""A process under load that is killed, or whose disk fails: what it acknowledged is stored exactly once afterwards."""

import json
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import httpx
import psutil
import pytest
from google.rpc import code_pb2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.idl.zipkin_pb2 import ListOfSpans, Span
from meshhub.model import Signal
from meshhub.testing.collecting import messages_in
from meshhub.testing.other_clients import ZipkinClient
from meshhub.testing.otlp_clients import Client, GrpcClient, HttpClient

KILLS = 20
POISONED = 40
"""One request in so many is one that the sink refuses."""


class Senders:
    """Clients that send requests, each with a name of its own, and note which were acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self.refused = 0
        self._lock = threading.Lock()
        self._count = 0

    @contextmanager
    def sending(self, ports: dict[str, int]) -> Iterator[None]:
        over = threading.Event()
        clients: list[Client | ZipkinClient] = [
            ZipkinClient(f"http://127.0.0.1:{ports['zipkin']}", "application/x-protobuf"),
            *(GrpcClient(f"127.0.0.1:{ports['otlp_grpc']}") for _ in range(2)),
            *(HttpClient(f"http://127.0.0.1:{ports['otlp_http']}") for _ in range(2)),
        ]
        threads = [threading.Thread(target=self._send, args=(client, over)) for client in clients]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread, client in zip(threads, clients, strict=True):
                thread.join(30)
                client.close()

    def _send(self, client: Client | ZipkinClient, over: threading.Event) -> None:
        while not over.is_set():
            name = self._next()
            signal, body = _request(name, is_zipkin=isinstance(client, ZipkinClient))
            try:
                reply = client.send(signal, body)
            except (httpx.TransportError, grpc.RpcError):
                return
            if reply.code == 0:
                with self._lock:
                    self.acknowledged.add(name)
            elif reply.retry_after is not None:
                self.refused += 1
            else:  # the process is gone
                assert reply.code == code_pb2.UNAVAILABLE
                return

    def _next(self) -> str:
        with self._lock:
            self._count += 1
            return f"request-{self._count}-{'poison' if self._count % POISONED == 0 else 'good'};"


def _request(name: str, *, is_zipkin: bool) -> tuple[Signal, bytes]:
    if is_zipkin:
        return Signal.ZIPKIN, ListOfSpans(spans=[Span(name=name)]).SerializeToString()
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name=name)
    return Signal.TRACES, request.SerializeToString()


@contextmanager
def hub(data_dir: Path, sink_dir: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    program = Path(__file__).with_name("hub_to_kill.py")
    process = subprocess.Popen(
        [sys.executable, program, data_dir, sink_dir], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=30)


def drain(data_dir: Path, sink_dir: Path) -> None:
    """Start and stop a hub until it has loaded everything; it leaves what its sink fails on too often in a row."""
    for _ in range(10):
        with hub(data_dir, sink_dir) as (process, _):
            process.terminate()
            assert process.wait(60) == 0
        if not list(data_dir.glob("journal/*/*/*.segment")):
            return
    raise AssertionError("it did not load everything")


def stored(files: Iterator[Path]) -> Counter[str]:
    """How often each request is there."""
    names: Counter[str] = Counter()
    for path in files:
        for message in messages_in(path.read_bytes()):
            names.update(re.findall(r"request-\d+-(?:good|poison);", message.decode("latin-1")))
    return names


@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9(tmp_path: Path) -> None:
    data_dir, sink_dir = tmp_path / "data", tmp_path / "sink"
    sink_dir.mkdir()
    senders = Senders()
    moments = random.Random(20)
    for _ in range(KILLS):
        with hub(data_dir, sink_dir) as (process, ports), senders.sending(ports):
            time.sleep(moments.uniform(0.02, 0.5))
            process.kill()
    drain(data_dir, sink_dir)

    loaded = stored(path for path in sink_dir.iterdir() if not path.name.endswith(".unfinished"))
    aside = stored(data_dir.glob("quarantine/*/*.pb"))
    assert max((loaded + aside).values()) == 1
    assert not any("poison" in name for name in loaded)
    assert all("poison" in name for name in aside)
    assert senders.acknowledged - set(loaded) - set(aside) == set()
    assert len(senders.acknowledged) > 20 * KILLS
    assert len(aside) > 0


@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_or_doubled_by_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    """A bound on the size of files makes writes fail in the middle of a record, as a full disk does."""
    data_dir, sink_dir = tmp_path / "data", tmp_path / "sink"
    sink_dir.mkdir()
    senders = Senders()
    with hub(data_dir, sink_dir) as (process, ports), senders.sending(ports):
        for limit in (700, 1500, 333, 2000, 1111) * 2:
            psutil.Process(process.pid).rlimit(psutil.RLIMIT_FSIZE, (limit, psutil.RLIM_INFINITY))
            time.sleep(0.2)
            psutil.Process(process.pid).rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
            time.sleep(0.1)
        process.kill()
    drain(data_dir, sink_dir)

    loaded = stored(path for path in sink_dir.iterdir() if not path.name.endswith(".unfinished"))
    aside = stored(data_dir.glob("quarantine/*/*.pb"))
    assert senders.refused > 0
    assert max((loaded + aside).values()) == 1
    assert senders.acknowledged - set(loaded) - set(aside) == set()
    assert len(senders.acknowledged) > 100
