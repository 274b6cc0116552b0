"""A segment is loaded exactly once for its token: in every table, through every view, whatever is done twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from meshhub.errors import StorageError
from meshhub.model import Signal
from meshhub.testing.engine import run
from meshhub.testing.everything import SegmentFile, contents, segments, written
from meshhub.testing.exchange import Exchange
from meshhub.testing.front import running_front
from meshhub.testing.otlp import segment
from meshhub.testing.prometheus import write_request
from storage.client import Store
from storage.settings import StorageSettings


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - before[table] for table in after}


def remote_write(folder: Path, sent: Exchange) -> SegmentFile:
    """A counter of Istio's with what it means: in the tables of sums, of edges by stats, and of metadata."""
    labels = {
        "__name__": "istio_requests_total",
        "reporter": "source",
        "source_canonical_service": sent.caller.service,
        "source_workload_namespace": sent.caller.namespace,
        "destination_canonical_service": sent.callee.service,
        "destination_service_namespace": sent.callee.namespace,
        "request_protocol": "http",
        "response_code": "200",
    }
    request = write_request([(labels, [(7.0, sent.start // 10**6)])])
    request.metadata.add(type=1, metric_family_name=f"requests_{sent.caller.service}", help="Requests.")
    content = segment([request], received=sent.start)
    return written(folder, Signal.REMOTE_WRITE, content, f"remote-write-{sent.trace}")


def test_a_repeated_segment_changes_no_table(store: Store, folder: Path, sent: Exchange) -> None:
    files = [*segments(folder, sent), remote_write(folder, sent)]
    before = contents(store)
    for file in files:
        file.load(store)
    once = contents(store)
    assert grown(before, once) == {
        "access_logs": 2,
        "attribute_catalogue": 5,
        "edges": 3,
        "edges_counters": 1,
        "edges_rollup": 15,
        "edges_stats": 1,
        "hub_reports": 0,
        "logs": 1,
        "metrics_exponential_histogram": 1,
        "metrics_gauge": 1,
        "metrics_histogram": 1,
        "metrics_metadata": 1,
        "metrics_sum": 2,
        "metrics_summary": 1,
        "request_index": 1,
        "request_minutes": 2,
        "shared_log": 0,
        "shared_snapshots": 0,
        "span_operations": 1,
        "spans": 1,
        "trace_index": 1,
    }
    for file in [*files, *reversed(files)]:
        file.load(store)
    assert contents(store) == once


def test_another_token_is_another_segment(store: Store, folder: Path, sent: Exchange) -> None:
    logs = segments(folder, sent)[1]
    before = contents(store)
    for token in ("a", "b", "a"):
        SegmentFile(logs.signal, logs.path, f"{logs.token}-{token}").load(store)
    assert grown(before, contents(store))["access_logs"] == 4


@pytest.mark.parametrize("view", ["edges_from_access_logs", "request_index_from_access_logs", "logs_from_log_records"])
def test_an_insert_that_stopped_half_way_is_completed_by_its_repetition(
    store: Store, folder: Path, sent: Exchange, view: str
) -> None:
    logs = segments(folder, sent)[1]
    before = contents(store)
    run(store, f"DETACH TABLE {view}")
    try:
        logs.load(store)
    finally:
        run(store, f"ATTACH TABLE {view}")
    logs.load(store)
    logs.load(store)
    after = grown(before, contents(store))
    assert (after["access_logs"], after["logs"], after["edges"], after["request_index"]) == (2, 1, 2, 1)


def test_many_threads_load_and_read_one_store(store: Store, folder: Path) -> None:
    files = [file for _ in range(2) for file in segments(folder, Exchange.recent(), copies=5)]
    before = contents(store)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda file: file.load(store), files + files))
    after = grown(before, contents(store))
    assert (after["spans"], after["access_logs"], after["metrics_sum"]) == (10, 20, 10)


def test_the_token_outlives_the_engine_and_a_crash(tmp_path: Path, sent: Exchange) -> None:
    files = segments(tmp_path, sent, copies=2000)
    for crash_after in (None, 0.05, 0.2):
        with running_front(tmp_path / "store") as front:
            store = Store.open(front.url, tmp_path, StorageSettings())
            store.migrations.apply()
            if crash_after is not None:
                threading.Timer(crash_after, front.kill).start()
            load_until_it_fails(store, files)
            store.close()
    with running_front(tmp_path / "store") as front:
        store = Store.open(front.url, tmp_path, StorageSettings())
        for file in files:
            file.load(store)
        after = contents(store)
        store.close()
    expected = {"spans": 2000, "access_logs": 4000, "logs": 2000, "edges": 6000, "metrics_sum": 2000, "trace_index": 1}
    assert {table: after[table] for table in expected} == expected


def load_until_it_fails(store: Store, files: list[SegmentFile]) -> None:
    try:
        for file in files:
            file.load(store)
    except StorageError as error:
        if not error.retryable:
            raise


def test_a_segment_goes_in_whole_or_not_at_all(store: Store, folder: Path, sent: Exchange) -> None:
    traces = segments(folder, sent, copies=5000)[0]
    assert traces.signal is Signal.TRACES
    traces.path.write_bytes(traces.path.read_bytes()[:-5])
    before = contents(store)
    with pytest.raises(StorageError) as refused:
        traces.load(store)
    assert not refused.value.retryable
    assert contents(store) == before
