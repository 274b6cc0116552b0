"""The collector as a whole: starting, stopping, what it leaves, what it says of itself."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from collector.journal.directory import DirectoryLock
from meshhub.errors import DataDirectoryInUse, MeshhubError
from meshhub.model import Signal
from meshhub.testing.collecting import BrokenEngine, MemorySink, messages_in, running
from meshhub.testing.otlp_clients import GrpcClient, HttpClient, Reply

SPAN = b"\x0a\x06\x12\x04\x12\x02\x2a\x00"
"""An export request of one span without a name."""


def test_what_was_accepted_is_loaded_when_it_has_stopped(tmp_path: Path) -> None:
    sink = MemorySink()
    with running(tmp_path, sink, journal={"segment_age_seconds": 1000}) as hub:
        client = HttpClient(hub.http_url)
        assert client.send(Signal.TRACES, SPAN) == Reply(0)
        client.close()
        assert sink.messages == []

    assert [message[: len(SPAN)] for message in sink.messages] == [SPAN]


def test_what_could_not_be_loaded_is_loaded_after_the_next_start(tmp_path: Path) -> None:
    down = MemorySink(BrokenEngine(retryable=True))
    with running(tmp_path, down) as hub:
        client = GrpcClient(hub.grpc_address)
        for _ in range(3):
            assert client.send(Signal.TRACES, SPAN) == Reply(0)
        client.close()
        down.wait_for(lambda: down.inserts)
        assert hub.collector.statistics().signals[Signal.TRACES].loader_error

    up = MemorySink()
    with running(tmp_path, up):
        up.wait_for(lambda: len(up.messages) == 3)


def test_it_is_ready_only_while_it_takes_requests(tmp_path: Path) -> None:
    with running(tmp_path) as hub:
        states = [hub.collector.ready]
        hub.stop()
        states.append(hub.collector.ready)
    assert states == [True, False]


def test_a_full_journal_is_not_ready(tmp_path: Path) -> None:
    with running(tmp_path, journal={"max_bytes": 4096}) as hub:
        client = HttpClient(hub.http_url)
        large = SPAN + b"\x0a\xff\x3f" + b"\x1a\xfc\x3f" + b"x" * 8188
        assert client.send(Signal.TRACES, large).retry_after == 10
        client.close()
        assert not hub.collector.ready
        assert hub.collector.statistics().journal_full


def test_a_receiver_can_be_off(tmp_path: Path) -> None:
    with running(tmp_path, endpoints={"otlp_grpc": None, "otlp_http": "127.0.0.1:0"}) as hub:
        assert list(hub.collector.ports) == ["otlp_http"]


def test_a_second_hub_on_the_directory_is_told_so_and_harms_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as hub:
        with pytest.raises(DataDirectoryInUse, match="another meshhub process uses it"):
            running(tmp_path).__enter__()
        client = HttpClient(hub.http_url)
        assert client.send(Signal.TRACES, SPAN) == Reply(0)
        client.close()


def test_a_hub_in_another_process_holds_the_directory_until_it_ends(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from collector.journal.directory import DirectoryLock; "
        "DirectoryLock.acquire(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdin=-1, stdout=-1, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(DataDirectoryInUse):
        DirectoryLock.acquire(tmp_path)
    other.kill()
    other.communicate(timeout=20)

    DirectoryLock.acquire(tmp_path).release()


@pytest.mark.parametrize("place", ["journal is a file", "data is a file"])
def test_a_directory_that_cannot_be_used_is_a_clear_error(tmp_path: Path, place: str) -> None:
    data_dir = tmp_path / "data"
    if place == "data is a file":
        data_dir.touch()
    else:
        data_dir.mkdir()
        (data_dir / "journal").touch()
    with pytest.raises(MeshhubError, match="could not use the data directory"):
        running(data_dir).__enter__()


def test_a_read_only_directory_is_a_clear_error(tmp_path: Path) -> None:
    """In a process without root's rights, which writes everywhere."""
    program = (
        "import os, sys, pathlib\n"
        "from collector.journal.directory import DirectoryLock\n"
        "from meshhub.errors import MeshhubError\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: DirectoryLock.acquire(pathlib.Path(sys.argv[1]))\n"
        "except MeshhubError as error: print(error)\n"
    )
    for directory in (tmp_path.parent, tmp_path.parent.parent):
        directory.chmod(directory.stat().st_mode | stat.S_IXOTH)
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
    command = [sys.executable, "-c", program, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    assert said == (
        f"could not use the data directory {tmp_path}: Permission denied. "
        "Make it writable for this user, or give another --data-dir.\n"
    )


def test_a_start_that_fails_leaves_nothing_running(tmp_path: Path) -> None:
    with running(tmp_path / "one") as hub:
        taken = {"otlp_grpc": "127.0.0.1:0", "otlp_http": f"127.0.0.1:{hub.collector.ports['otlp_http']}"}
        with pytest.raises(MeshhubError, match=r"could not listen for OTLP/HTTP on 127\.0\.0\.1"):
            running(tmp_path / "two", endpoints=taken).__enter__()
    DirectoryLock.acquire(tmp_path / "two").release()


def test_a_directory_that_is_no_journal_of_this_version_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "format").write_text("7\n")
    with pytest.raises(MeshhubError, match='its format is "7"'):
        running(tmp_path).__enter__()


def test_requests_in_quarantine_are_given_another_try(tmp_path: Path) -> None:
    engine = BrokenEngine(retryable=False)
    sink = MemorySink(engine)
    with running(tmp_path, sink) as hub:
        client = HttpClient(hub.http_url)
        client.send(Signal.TRACES, SPAN)
        client.close()
        quarantine = hub.collector._quarantine
        while not quarantine.list():
            sink.wait_for(lambda: sink.inserts)
        (entry,) = quarantine.list()
        assert hub.collector.statistics().quarantined == 1
        engine.is_broken = False
        quarantine.retry(entry.name)
        sink.wait_for(lambda: sink.segments)

    assert [message[: len(SPAN)] for message in messages_in(sink.segments[entry.name])] == [SPAN]


def test_what_it_does_is_measured(tmp_path: Path) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    sink = MemorySink()
    with running(tmp_path, sink, meter=provider.get_meter("meshhub")) as hub:
        client = HttpClient(hub.http_url)
        client.send(Signal.TRACES, SPAN)
        client.send(Signal.TRACES, b"\xff")
        client.close()
        sink.wait_for(lambda: sink.segments)
        data = reader.get_metrics_data()
    provider.shutdown()

    assert data is not None
    measured = {
        metric.name: [(point.attributes, getattr(point, "value", None)) for point in metric.data.data_points]
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert measured["meshhub.receiver.accepted"] == [({"signal": "traces", "transport": "http"}, 1)]
    assert measured["meshhub.receiver.refused"] == [
        ({"signal": "traces", "reason": "malformed", "transport": "http"}, 1)
    ]
    assert {"meshhub.journal.bytes", "meshhub.journal.commit.duration", "meshhub.loader.lag"} <= set(measured)
