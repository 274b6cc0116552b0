"""The search for requests and the access-log explorer on the real engine."""

import csv
import io
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from dashboard.reads.log_answers import ExportFormat, LogOrder, UnusableCursor
from dashboard.reads.logs import DEFAULT_FACETS, LogReads
from dashboard.reads.search import SearchReads
from meshhub.clock import SystemClock
from meshhub.errors import NotFound
from meshhub.expression import ExpressionFault
from meshhub.model import Signal, TimeRange
from meshhub.outcome import Outcome
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    inbound,
    load,
    logs_request,
    outbound,
    proxy_attributes,
    segment,
    span,
    traces_request,
)
from storage.client import Store
from storage.records.search import LogLine
from traces.search import Sort

SECOND = 10**9
REQUESTS = 24
HUGE = "<b>" + "x" * 1_000_000


class Shop:
    """A caller and a callee that no other test knows: a request every 20 s, some failed, some sampled, one huge."""

    def __init__(self, store: Store, folder: Path) -> None:
        name = f"explored-{secrets.token_hex(5)}"
        self.caller, self.callee = Proxy(name), Proxy(f"{name}-callee")
        self.end = (int(time.time()) - 3) * SECOND
        self.start = self.end - (REQUESTS - 1) * 20 * SECOND
        self.traces = [secrets.token_hex(16) for _ in range(REQUESTS)]
        self.ids = [f"{name}-{number}" for number in range(REQUESTS)]
        logs, spans = [], []
        for number in range(REQUESTS):
            logs += self._logs(number)
            if number % 2 == 0:
                spans += self._spans(number)
        load(store, folder, Signal.LOGS, [logs_request(self.caller, logs)])
        load(store, folder, Signal.TRACES, [traces_request(self.caller, spans)])

    def at(self, number: int) -> int:
        return self.start + number * 20 * SECOND

    def _logs(self, number: int) -> list[LogRecord]:
        said = {"request_id": self.ids[number], "duration_us": str(1_000 * (number + 1)), "path": f"/item/{number}"}
        if number % 6 == 0:
            said |= {"response_code": "503", "response_flags": "UF,URX"}
        if number == 1:
            said |= {"path": HUGE, "x_custom": HUGE}
        trace = self.traces[number] if number % 3 else ""
        at = self.at(number)
        return [
            access_log(at, outbound(self.caller, self.callee, **said), trace_id=trace),
            access_log(at + 1_000, inbound(self.caller, self.callee, **said), trace_id=trace),
            access_log(
                at - 1_000, outbound(self.caller, self.callee, **said, log_type="DownstreamStart"), trace_id=trace
            ),
        ]

    def _spans(self, number: int) -> list[Span]:
        trace, at = self.traces[number], self.at(number)
        attributes = proxy_attributes(self.ids[number], tier="free" if number % 6 == 0 else "paid", tries=str(number))
        if number % 6 == 0:
            attributes |= {"http.status_code": "503", "response_flags": "UF"}
        root = span("egress", Span.SPAN_KIND_CLIENT, trace_id=trace, span_id="01" * 8, start=at, duration=50_000_000,
                    attributes=attributes)  # fmt: skip
        inner = span("work", Span.SPAN_KIND_INTERNAL, trace_id=trace, span_id="02" * 8, parent_span_id="01" * 8,
                     start=at + 1_000_000, duration=(number + 60) * 1_000_000)  # fmt: skip
        return [root, inner]

    @property
    def window(self) -> TimeRange:
        """Neither bound is a whole minute."""
        first = datetime.fromtimestamp(self.start / SECOND, UTC) - timedelta(seconds=7)
        return TimeRange(first, datetime.fromtimestamp(self.end / SECOND, UTC) + timedelta(seconds=1))

    def only(self, more: str = "") -> str:
        return f"source = {self.caller.service}" + (f" and ({more})" if more else "")


@pytest.fixture(scope="module")
def shop(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(embedded_store, tmp_path_factory.mktemp("segments"))


@pytest.fixture
def logs(embedded_store: Store) -> LogReads:
    return LogReads(embedded_store, SystemClock())


@pytest.fixture
def search(embedded_store: Store) -> SearchReads:
    return SearchReads(embedded_store, SystemClock())


def test_rows_come_page_by_page_each_once(logs: LogReads, shop: Shop) -> None:
    for order, newest_first in ((LogOrder.NEWEST, True), (LogOrder.OLDEST, False)):
        found: list[LogLine] = []
        cursor = None
        while cursor is not None or not found:
            page = logs.rows(shop.window, shop.only(), order, cursor, limit=7)
            found += page.rows
            cursor = page.cursor
            if cursor is None:
                break
        assert len({line.id for line in found}) == len(found) == 2 * REQUESTS
        assert [line.time_unix_nano for line in found] == sorted(
            (line.time_unix_nano for line in found), reverse=newest_first
        )


def test_rows_by_duration_and_what_they_say(logs: LogReads, shop: Shop) -> None:
    slowest = logs.rows(shop.window, shop.only("reporter = client"), LogOrder.SLOWEST, limit=3)
    assert [line.duration_us for line in slowest.rows] == [24_000, 23_000, 22_000]
    assert slowest.cursor is None
    huge = logs.rows(shop.window, shop.only("path ~ '<b>'")).rows
    assert len(huge) == 2
    assert all(len(line.path) == 300 for line in huge)


def test_a_row_is_shown_whole_and_in_words(logs: LogReads, shop: Shop) -> None:
    [line] = logs.rows(shop.window, shop.only(f"request_id = {shop.ids[6]} and reporter = client")).rows
    detail = logs.row(line.id)
    assert detail.log.request_id == shop.ids[6]
    assert detail.outcome is Outcome.SERVER_ERROR
    assert [one.code for one in detail.flags] == ["UF", "URX"]
    [huge, _] = logs.rows(shop.window, shop.only("path ~ '<b>'")).rows
    assert logs.row(huge.id).log.path == HUGE
    for unknown in ("", "x", "1-2-3", line.id[:-1] + "z", f"99{line.id}", "0-" + "0" * 32 + "-" + "0" * 16, "é" * 500):
        with pytest.raises(NotFound):
            logs.row(unknown)


@pytest.mark.parametrize("more", ["", "error", "status = 200 and reporter = client", "not flag exists", "flag = UF"])
def test_minutes_and_access_logs_count_the_same(logs: LogReads, shop: Shop, more: str) -> None:
    """`path exists` holds for all of these and can be answered by access logs only."""
    fast, slow = shop.only(more), shop.only(" and ".join(filter(None, [more and f"({more})", "path exists"])))
    assert logs.facets(shop.window, fast) == logs.facets(shop.window, slow)
    assert logs.histogram(shop.window, fast) == logs.histogram(shop.window, slow)
    long = TimeRange(shop.window.end - timedelta(hours=3), shop.window.end)
    assert logs.histogram(long, fast).step == 300
    assert logs.histogram(long, fast) == logs.histogram(long, slow)


def test_facets_count_values(logs: LogReads, shop: Shop) -> None:
    found = logs.facets(shop.window, shop.only("reporter = client"), ("status", "flag", "destination", "path"))
    assert found.total == REQUESTS
    status, flag, destination, path = found.facets
    assert [(one.value, one.requests) for one in status.values] == [("200", 20), ("503", 4)]
    assert flag.values[1].value == "UF,URX"
    assert flag.values[1].words
    assert [one.value for one in destination.values] == [shop.callee.service]
    assert (len(path.values), path.other, path.distinct) == (20, 4, 24)
    assert len(logs.facets(shop.window, shop.only()).facets) == len(DEFAULT_FACETS)
    with pytest.raises(ExpressionFault, match="Did you mean status"):
        logs.facets(shop.window, "", ("statu",))


CROWD = """
INSERT INTO access_logs (time, trace_id, path, attributes, log_type, reporter, destination_kind, transport, service)
SELECT toDateTime64({first:UInt32} + number % 240, 9, 'UTC'), unhex(hex(sipHash128(number))),
    if(number % 3 = 0, '/1', '/2'), if(number % 60000 < 2, map('x.y', '1'), map()), 'DownstreamEnd', 'client',
    'service', 'http', 'crowd'
FROM numbers({rows:UInt32})
"""


@pytest.fixture(scope="module")
def crowd(embedded_store: Store) -> TimeRange:
    """A window of three days ago with 300,000 access logs: path /1 for a third, /2 for two, attribute x.y = 1 for ten.

    In two parts, of 22 and 15 granules.
    """
    first = (int(time.time()) // 3600 - 72) * 3600
    with embedded_store._engine.client() as client:
        for rows in (180_000, 120_000):
            client.command(CROWD, parameters={"first": first, "rows": rows})
    start = datetime.fromtimestamp(first, UTC)
    return TimeRange(start, start + timedelta(minutes=4))


def test_facets_of_very_many_logs_are_of_a_sample_and_say_how_far_off_they_may_be(
    embedded_store: Store, crowd: TimeRange
) -> None:
    sampling = LogReads(embedded_store, SystemClock(), sampled_from=100_000, one_in=4)
    found = sampling.facets(crowd, "", ("path", "transport", "x.y"))
    path, transport, attribute = found.facets
    assert (found.total, transport.sample, transport.values[0].margin) == (300_000, None, 0)
    assert path.sample == pytest.approx(0.25, abs=0.06)
    assert [value.value for value in path.values] == ["/2", "/1"]
    for value, truth in zip(path.values, (200_000, 100_000), strict=True):
        assert abs(value.requests - truth) <= value.margin
        assert 0 < value.margin < 12_000
    assert attribute.sample == path.sample
    exact = LogReads(embedded_store, SystemClock(), sampled_from=300_000).facets(crowd, "", ("path",)).facets[0]
    assert (exact.sample, [(value.requests, value.margin) for value in exact.values]) == (
        None,
        [(200_000, 0), (100_000, 0)],
    )


def test_what_few_rows_of_a_sample_match_is_counted(embedded_store: Store, crowd: TimeRange) -> None:
    sampling = LogReads(embedded_store, SystemClock(), sampled_from=100_000, one_in=4)
    found = sampling.facets(crowd, "x.y = 1", ("path",))
    [path] = found.facets
    assert path.sample is None
    assert found.total == sum(value.requests for value in path.values) == 10


def test_facets_of_counted_minutes_of_logs_and_of_attributes_come_together(logs: LogReads, shop: Shop) -> None:
    asked = ("path", "x.y", "status", "code", "mtls", "status")
    found = logs.facets(shop.window, shop.only("reporter = client"), asked)
    assert [facet.field for facet in found.facets] == ["path", "x.y", "status", "mtls"]
    path, nothing, status, mtls = found.facets
    assert (path.distinct, [(one.value, one.requests) for one in nothing.values]) == (24, [("", REQUESTS)])
    assert [(one.value, one.requests) for one in status.values] == [("200", 20), ("503", 4)]
    assert sum(one.requests for one in mtls.values) == REQUESTS
    assert logs.facets(shop.window, "source = nothing-is-called-so", asked).total == 0


def test_a_histogram_has_no_gaps_and_counts_each_request(logs: LogReads, shop: Shop) -> None:
    found = logs.histogram(shop.window, shop.only("reporter = client"))
    assert found.step == 10
    starts = [one.start for one in found.bins]
    assert starts == list(range(starts[0], starts[-1] + 1, found.step))
    assert sum(one.requests for one in found.bins) == REQUESTS
    assert sum(one.outcomes.get(Outcome.SERVER_ERROR, 0) for one in found.bins) == 4


def test_the_entries_before_the_last_are_shown_when_they_are_asked_for(logs: LogReads, shop: Shop) -> None:
    assert len(logs.rows(shop.window, shop.only("log_type = DownstreamStart")).rows) == REQUESTS


def test_an_export_is_a_file_with_every_row(logs: LogReads, shop: Shop) -> None:
    wanted = shop.only("reporter = client and path ~ '^/item'")
    sheet = b"".join(logs.export(shop.window, wanted, ExportFormat.CSV)).decode()
    table = list(csv.DictReader(io.StringIO(sheet)))
    assert len(table) == REQUESTS - 1
    assert table[0]["request_id"] == shop.ids[-1]
    lines = b"".join(logs.export(shop.window, wanted, ExportFormat.JSON, limit=5)).decode().splitlines()
    assert [json.loads(line)["path"] for line in lines] == [f"/item/{number}" for number in range(23, 18, -1)]
    parquet = b"".join(logs.export(shop.window, wanted, ExportFormat.PARQUET))
    assert parquet[:4] == parquet[-4:] == b"PAR1"


def test_after_an_export_the_engine_still_takes_rows(embedded_store: Store, logs: LogReads, tmp_path: Path) -> None:
    caller, window = Proxy(f"after-{secrets.token_hex(5)}"), TimeRange.last(timedelta(minutes=1), now=datetime.now(UTC))
    assert b"".join(logs.export(window, f"source = {caller.service}", ExportFormat.JSON)) == b""
    entry = access_log(time.time_ns() - SECOND, outbound(caller, Proxy("b")))
    load(embedded_store, tmp_path, Signal.LOGS, [logs_request(caller, [entry])])


def test_a_sheet_holds_no_formulas(embedded_store: Store, logs: LogReads, tmp_path: Path) -> None:
    caller, at = Proxy(f"formula-{secrets.token_hex(5)}"), time.time_ns() - SECOND
    entry = access_log(at, outbound(caller, Proxy("b"), path="=cmd()", user_agent="@x", request_id="-1+2"))
    load(embedded_store, tmp_path, Signal.LOGS, [logs_request(caller, [entry])])
    window = TimeRange.last(timedelta(minutes=1), now=datetime.now(UTC))
    sheet = b"".join(logs.export(window, f"source = {caller.service}", ExportFormat.CSV)).decode()
    [row] = csv.DictReader(io.StringIO(sheet))
    assert (row["path"], row["user_agent"], row["request_id"]) == ("'=cmd()", "'@x", "'-1+2")


def test_a_tail_shows_what_came_since_once(embedded_store: Store, tmp_path: Path) -> None:
    caller, at = Proxy(f"tail-{secrets.token_hex(5)}"), time.time_ns() - SECOND
    entries = [access_log(at + number, outbound(caller, Proxy("b"))) for number in range(5)]
    load(embedded_store, tmp_path, Signal.LOGS, [logs_request(caller, entries)])

    class Later(SystemClock):
        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(seconds=4)

    logs, wanted = LogReads(embedded_store, Later()), f"source = {caller.service}"
    first = logs.tail(wanted, limit=3)
    assert [line.time_unix_nano for line in first.rows] == [at + 2, at + 3, at + 4]
    assert first.skipped == 2
    assert logs.tail(wanted, first.cursor).rows == ()
    for cursor in ("x", "-1", "9" * 30, "²", "1-2", "1" + "-0123456789abcdef" * 502):
        with pytest.raises(UnusableCursor):
            logs.tail(wanted, cursor)


def test_a_tail_tells_what_was_stored_late(embedded_store: Store, tmp_path: Path) -> None:
    """The hub took three rows within a second and stored one of them when a tail had told the others."""
    caller, at = Proxy(f"late-{secrets.token_hex(5)}"), time.time_ns() - 5 * SECOND

    def store_row(number: int) -> None:
        request = logs_request(caller, [access_log(at + number, outbound(caller, Proxy("b")))])
        token = f"late-{secrets.token_hex(8)}"
        path = tmp_path / token
        path.write_bytes(segment([request], received=at))
        embedded_store.insert_segment(Signal.LOGS, path, token)

    logs, wanted = LogReads(embedded_store, SystemClock()), f"source = {caller.service}"
    for number in (0, 2):
        store_row(number)
    first = logs.tail(wanted)
    store_row(1)
    second = logs.tail(wanted, first.cursor)
    assert [line.time_unix_nano - at for line in (*first.rows, *second.rows)] == [0, 2, 1]
    assert logs.tail(wanted, second.cursor).rows == ()


@pytest.mark.parametrize("cursor", ["", "x", "1-2", "é", "9" * 40 + "-" + "0" * 32 + "-" + "0" * 16])
def test_a_made_up_cursor_is_refused(logs: LogReads, search: SearchReads, shop: Shop, cursor: str) -> None:
    if cursor:
        with pytest.raises(UnusableCursor):
            logs.rows(shop.window, "", cursor=cursor)
    if cursor != "1-2":
        with pytest.raises(UnusableCursor):
            search.traces(shop.window, "", cursor=cursor)


def test_a_search_finds_sampled_and_unsampled_requests(search: SearchReads, shop: Shop) -> None:
    page = search.traces(shop.window, shop.only())
    assert page.done
    assert page.cursor is None
    newest = {hit.request_id: hit for hit in page.hits}
    assert list(newest) == shop.ids[::-1]
    sampled, not_sampled, without_trace = newest[shop.ids[4]], newest[shop.ids[5]], newest[shop.ids[9]]
    assert (sampled.spans, sampled.access_logs, sampled.id) == (2, 2, shop.traces[4])
    assert (sampled.root_operation, sampled.duration_us, sampled.failed) == ("egress", 65_000, False)
    assert (not_sampled.spans, not_sampled.access_logs, not_sampled.id) == (0, 2, shop.ids[5])
    assert not_sampled.root_operation == "GET /item/5"
    assert (without_trace.trace_id, without_trace.id) == ("", shop.ids[9])
    assert set(sampled.services) == {shop.caller.service, shop.callee.service}


def test_a_search_goes_on_after_its_last_hit(search: SearchReads, shop: Shop) -> None:
    for sort, ids in ((Sort.NEWEST, shop.ids[::-1]), (Sort.OLDEST, shop.ids)):
        found: list[str] = []
        cursor = None
        for _ in range(10):
            page = search.traces(shop.window, shop.only(), sort, 5, cursor)
            found += [hit.request_id for hit in page.hits]
            cursor = page.cursor
            if cursor is None:
                break
        assert found == ids


def test_searches_are_sorted_over_the_whole_window(search: SearchReads, shop: Shop) -> None:
    long = TimeRange(shop.window.start - timedelta(hours=30), shop.window.end)
    pages = list(search.stream(long, f"service = {shop.caller.service} and operation exists", Sort.SLOWEST, 2))
    assert [hit.request_id for hit in pages[-1].hits] == [shop.ids[22], shop.ids[20]] or [
        hit.trace_id for hit in pages[-1].hits
    ] == [shop.traces[22], shop.traces[20]]
    assert len(pages) > 4
    shares = [page.progress for page in pages]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert pages[-1].done
    worst = search.traces(shop.window, shop.only("error"), Sort.MOST_ERRORS, 50)
    assert len(worst.hits) == 4
    assert all(hit.failed and hit.flags == ("UF", "URX") for hit in worst.hits)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("'tier' = free", [0, 6, 12, 18]),
        ("'tries' >= 18", [18, 20, 22]),
        ("operation = work and duration > 80ms", [22]),
        ("status = 503 and flag = UF and not route exists", [0, 6, 12, 18]),
        ("http.status_code = 503", [0, 6, 12, 18]),
        ("destination ~ '-callee$' and path = /item/7", [7]),
    ],
)
def test_a_search_takes_any_attribute(search: SearchReads, shop: Shop, text: str, numbers: list[int]) -> None:
    narrowed = f"({text}) and (service ~ ^{shop.caller.service} or source = {shop.caller.service})"
    hits = search.traces(shop.window, narrowed).hits
    found = {shop.ids.index(hit.request_id) if hit.request_id else shop.traces.index(hit.trace_id) for hit in hits}
    assert found == set(numbers)


@pytest.mark.parametrize("sort", Sort)
def test_few_and_many_are_found_alike(
    search: SearchReads, shop: Shop, sort: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether they are put in order before or after it is known which match, and whether some or all are asked for."""
    few = search.traces(shop.window, shop.only(), sort, 2 * REQUESTS)
    assert len(few.hits) == REQUESTS
    first = search.traces(shop.window, shop.only(), sort, 3)
    assert first.hits == few.hits[:3]
    monkeypatch.setattr("dashboard.reads.matching.FEW", 0)
    for sampled, candidates in ((1, 10), (1, 1), (10**9, 1)):
        monkeypatch.setattr("dashboard.reads.matching.SAMPLED", sampled)
        monkeypatch.setattr("dashboard.reads.matching.CANDIDATES", candidates)
        assert search.traces(shop.window, shop.only(), sort, 2 * REQUESTS) == few
        assert search.traces(shop.window, shop.only(), sort, 3) == first


@pytest.mark.parametrize("spelled", ["{0}", "{0}".upper(), "TRACE", "DASHED"])
def test_a_search_by_id_reads_its_five_minutes_only(search: SearchReads, shop: Shop, spelled: str) -> None:
    long = TimeRange(shop.window.end - timedelta(days=20), shop.window.end)
    trace = shop.traces[4]
    asked = {
        "TRACE": f"trace_id = {trace.upper()}",
        "DASHED": f"trace_id = {trace[:8]}-{trace[8:]} and service exists",
    }.get(spelled, f"request_id in ({shop.ids[4]}, nothing)")
    pages = list(search.stream(long, asked))
    assert [hit.trace_id for hit in pages[-1].hits] == [trace]
    assert len(pages) <= 3


@pytest.mark.parametrize("text", ["trace_id = zz", "request_id = ''", f"trace_id = {'a' * 900}", "request_id = 'é🙂'"])
def test_ids_that_match_nothing(search: SearchReads, shop: Shop, text: str) -> None:
    page = search.traces(shop.window, text)
    assert (page.hits, page.done, page.progress) == ((), True, 1.0)


def test_facets_and_scatter_are_of_the_same_requests(search: SearchReads, shop: Shop) -> None:
    facets = search.facets(shop.window, shop.only())
    by_field = {facet.field: {one.value: one.requests for one in facet.values} for facet in facets.facets}
    assert facets.requests == REQUESTS
    assert facets.covered == shop.window
    assert by_field["error"] == {"false": 20, "true": 4}
    assert by_field["sampled"] == {"no": 16, "yes": 8}
    assert by_field["service"][shop.caller.service] == REQUESTS
    scatter = search.scatter(shop.window, shop.only(), points=8)
    assert scatter.requests == REQUESTS
    assert len(scatter.points) <= 8
    assert sum(point.failed for point in scatter.points) == 4
    assert [point.start_unix_nano for point in scatter.points] == sorted(
        point.start_unix_nano for point in scatter.points
    )


def test_what_differs_between_failed_requests_and_the_rest(search: SearchReads, shop: Shop) -> None:
    found = search.difference(
        shop.window,
        f"service = {shop.caller.service} and 'tier' = free",
        f"service = {shop.caller.service} and 'tier' exists",
    )
    assert (found.selected, found.rest, found.sampled) == (4, 8, False)
    by_key = {(one.key, one.value): one for one in found.attributes}
    tier = by_key["tier", "free"]
    assert (tier.selected_share, tier.rest_share, tier.lift) == (1.0, 0.0, None)
    assert by_key["status", "503"].selected_share == 1.0
    assert ("service", shop.caller.service) not in by_key
    assert search.difference(shop.window, "service = nobody-at-all").attributes == ()


def test_completion_knows_the_attributes_and_their_values(search: SearchReads, logs: LogReads, shop: Shop) -> None:
    assert '"tier"' in [one.text for one in search.complete("tie", 3)]
    assert {"free", "paid"} <= {one.text for one in search.complete("'tier' = ", 9)}
    assert shop.callee.service in [one.text for one in logs.complete(f"destination = {shop.caller.service}", 40)]
    assert search.complete("status > ", 9) is not None


@pytest.mark.parametrize("text", ["status >", "nope = 1", "path ~ '('", "a" * 5_000])
def test_a_wrong_expression_is_a_fault_everywhere(search: SearchReads, logs: LogReads, shop: Shop, text: str) -> None:
    for ask in (
        lambda: search.traces(shop.window, text),
        lambda: search.facets(shop.window, text),
        lambda: search.scatter(shop.window, text),
        lambda: search.difference(shop.window, text),
        lambda: logs.rows(shop.window, text),
        lambda: logs.facets(shop.window, text),
        lambda: logs.histogram(shop.window, text),
        lambda: logs.tail(text),
        lambda: logs.export(shop.window, text, ExportFormat.JSON),
    ):
        with pytest.raises(ExpressionFault):
            ask()
