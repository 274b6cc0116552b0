"""A segment is refused for good when its bytes are at fault, and only then: everything else may be tried again."""

import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.journal.record import encode
from meshhub.errors import StorageError
from meshhub.model import Signal
from meshhub.testing.engine import rows, run
from meshhub.testing.everything import SegmentFile, contents, segments, written
from meshhub.testing.exchange import Exchange
from meshhub.testing.front import running_front
from meshhub.testing.otlp import segment
from storage.client import Store
from storage.faults import UNLOADABLE
from storage.settings import StorageSettings


def refusal(store: Store, file: SegmentFile) -> StorageError:
    with pytest.raises(StorageError) as refused:
        file.load(store)
    return refused.value


def record(body: bytes) -> bytes:
    return b"".join(encode(body, 0, b""))


def field(number: int, wire_type: int, value: bytes) -> bytes:
    return bytes([number << 3 | wire_type]) + (bytes([len(value)]) + value if wire_type == 2 else value)


def span_with(content: bytes) -> bytes:
    """A traces request whose one span is these bytes."""
    return record(field(1, 2, field(2, 2, field(2, 2, content))))


def attribute_with(content: bytes) -> bytes:
    """A traces request whose one attribute has these bytes as its value."""
    return span_with(field(9, 2, field(1, 2, b"key") + field(2, 2, content)))


GOOD = segment([ExportTraceServiceRequest()], received=0)
BROKEN = {
    "a record cut short": (span_with(field(5, 2, b"name"))[:-3], 32),
    "a number cut short": (span_with(field(7, 1, b"\x01\x02")), 444),
    "a length and nothing after it": (b"\x7f", 32),
    "a value of another wire type": (span_with(field(5, 0, b"\x07")), 444),
    "no protobuf at all": (record(bytes(range(1, 256))), 444),
    "an unknown group": (span_with(field(5, 3, b"\x08\x01\x2c")), 444),
    "two values in one oneof": (attribute_with(field(1, 2, b"text") + field(3, 0, b"\x07")), 36),
    "a bool of two": (attribute_with(field(2, 0, b"\x02")), 436),
    "a kind of 40 bits": (span_with(field(6, 0, b"\xff\xff\xff\xff\xff\x07")), 436),
}


@pytest.mark.parametrize(("content", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_damage_is_refused_for_good(store: Store, folder: Path, sent: Exchange, content: bytes, code: int) -> None:
    error = refusal(store, written(folder, Signal.TRACES, GOOD + content, f"damaged-{sent.trace}"))
    assert not error.retryable
    assert getattr(error.__cause__, "code", None) == code
    assert str(error).startswith("could not run a statement: ")
    assert "Exception" not in str(error)


def test_every_code_that_is_for_good_is_one_the_engine_gives() -> None:
    seen = {code for _, code in BROKEN.values()}
    assert seen <= UNLOADABLE


def test_nothing_is_loaded_from_nothing(store: Store, folder: Path, sent: Exchange) -> None:
    before = contents(store)
    for signal in Signal:
        for name, content in {"empty": b"", "bare": GOOD, "zeros": bytes(20)}.items():
            written(folder, signal, content, f"{name}-{signal}-{sent.trace}").load(store)
    assert contents(store) == before


def test_a_segment_that_is_gone_may_come_back(store: Store, folder: Path) -> None:
    assert refusal(store, SegmentFile(Signal.LOGS, folder / "gone.segment", "gone")).retryable


def test_a_store_without_its_schema_is_not_the_segments_fault(fresh: Store, folder: Path, sent: Exchange) -> None:
    assert refusal(fresh, segments(folder, sent)[0]).retryable


def test_a_closed_store_is_not_the_segments_fault(
    open_store: Callable[[StorageSettings], Store], folder: Path, sent: Exchange
) -> None:
    store = open_store(StorageSettings())
    store.close()
    assert refusal(store, segments(folder, sent)[0]).retryable


def test_a_full_disk_may_be_emptied(store: Store, folder: Path, sent: Exchange) -> None:
    logs = segments(folder, sent)[1]
    run(store, "ALTER TABLE access_logs MODIFY SETTING min_free_disk_bytes_to_perform_insert = 1000000000000000")
    try:
        full = refusal(store, logs)
    finally:
        run(store, "ALTER TABLE access_logs RESET SETTING min_free_disk_bytes_to_perform_insert")
    assert full.retryable
    assert "NOT_ENOUGH_SPACE" in str(full)
    logs.load(store)
    assert len(rows(store, "SELECT 1 FROM access_logs WHERE request_id = {id:String}", id=sent.request)) == 2


def test_a_disk_that_takes_no_more_may_do_so_later(tmp_path: Path, sent: Exchange) -> None:
    files = segments(tmp_path, sent, copies=500)
    with running_front(tmp_path / "store") as front:
        store = Store.open(front.url, tmp_path, StorageSettings())
        store.migrations.apply()
        unlimited = resource.prlimit(front.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(front.process.pid, resource.RLIMIT_FSIZE, (4096, unlimited[1]))
        assert [refusal(store, file).retryable for file in files] == [True] * len(files)
        resource.prlimit(front.process.pid, resource.RLIMIT_FSIZE, unlimited)
        for file in files:
            file.load(store)
        after = contents(store)
        store.close()
    assert (after["spans"], after["access_logs"], after["metrics_sum"]) == (500, 1000, 500)


def test_an_engine_that_is_down_may_come_back(tmp_path: Path, sent: Exchange) -> None:
    logs = segments(tmp_path, sent)[1]
    with running_front(tmp_path / "store") as front:
        store = Store.open(front.url, tmp_path, StorageSettings())
        store.migrations.apply()
        front.kill()
        down = refusal(store, logs)
        with pytest.raises(StorageError):
            store.ping()
    assert down.retryable
    assert str(down) == (
        f"could not reach the ClickHouse server at http://127.0.0.1:{front.port}: [Errno 111] Connection refused. "
        "Is it running, and is the setting store right?"
    )
    with running_front(tmp_path / "store", "--port", str(front.port)):
        store.ping()
        logs.load(store)
        assert contents(store)["access_logs"] == 2
        store.close()
