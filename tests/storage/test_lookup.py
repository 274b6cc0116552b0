"""Where the rows of ids are, as the indexes tell it."""

from pathlib import Path

import pytest

from meshhub.model import Signal
from meshhub.testing.engine import run
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import access_log, load, logs_request
from storage.client import Store
from storage.lookup import IndexRow, Places, locate
from storage.records.access_logs import AccessLog

SECOND = 10**9
FIVE_MINUTES = 1_796_000_100


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([FIVE_MINUTES + 7], (FIVE_MINUTES + 7, FIVE_MINUTES + 8)),
        ([FIVE_MINUTES + 7, FIVE_MINUTES + 9], (FIVE_MINUTES + 7, FIVE_MINUTES + 10)),
        ([FIVE_MINUTES], (FIVE_MINUTES, FIVE_MINUTES + 300)),
        ([FIVE_MINUTES - 1, FIVE_MINUTES], (FIVE_MINUTES - 1, FIVE_MINUTES + 300)),
    ],
    ids=["a second", "some seconds", "five minutes", "both"],
)
def test_rows_without_a_trace_are_looked_for_in_their_seconds(moments: list[int], expected: tuple[int, int]) -> None:
    asked = Places(["r"], [IndexRow("", moment) for moment in moments]).parameters
    assert (asked["untraced_start"], asked["untraced_end"]) == tuple(second * SECOND for second in expected)
    assert asked["buckets"] == sorted({moment // 300 * 300 for moment in moments})


def test_rows_with_a_trace_need_no_seconds() -> None:
    asked = Places([], [IndexRow("aa" * 16, FIVE_MINUTES), IndexRow("aa" * 16, FIVE_MINUTES + 300)]).parameters
    assert (asked["traces"], asked["buckets"]) == (["aa" * 16], [FIVE_MINUTES, FIVE_MINUTES + 300])


def test_nothing_is_nowhere(store: Store) -> None:
    assert locate(store, ["of nobody"], ["", "no hex", "ab" * 40]) is None
    assert locate(store, (), ()) is None


def test_a_request_without_a_trace_is_placed_to_the_second(store: Store, folder: Path, sent: Exchange) -> None:
    moments = (sent.start, sent.start + 3 * SECOND)
    logs = [access_log(moment, {"request_id": sent.request}) for moment in moments]
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, logs)])
    places = locate(store, [sent.request], ())
    assert places is not None
    assert sorted(row.bucket for row in places.rows) == [moment // SECOND for moment in moments]
    found = store.query("access_logs_by_ids", {**places.parameters, "limit": 10}, AccessLog)
    assert [log.time_unix_nano for log in found] == list(moments)


def test_what_was_indexed_by_five_minutes_is_still_found(store: Store, folder: Path, sent: Exchange) -> None:
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [access_log(sent.start, {"request_id": "x"})])])
    other = f"older-{sent.request}"
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [access_log(sent.start, {"request_id": other})])])
    run(store, "DELETE FROM request_index WHERE request_hash = sipHash64({id:String})", id=other)
    bucket = sent.start // SECOND // 300 * 300
    kept = "INSERT INTO request_index (request_hash, bucket) SELECT sipHash64({id:String}), {bucket:UInt32}"
    run(store, kept, id=other, bucket=bucket)
    places = locate(store, [other], ())
    assert places is not None
    [found] = store.query("access_logs_by_ids", {**places.parameters, "limit": 10}, AccessLog)
    assert found.request_id == other
