"""Look-ups by id, searches and facets in a large store: what they take, and the same without the indexes.

    python -m benchmarks.queries [--spans 50000000] [--hours 24] [--lookups 200] [--folder DIR]

Fills the real tables in the engine (benchmarks.big_store), then asks for random requests and traces of any age,
searches an hour by attribute, and counts facets of all access logs, through the hub's own queries. Beside the time
stands the CPU time of the process for the same question, which a loaded machine does not stretch as much. A folder is
kept, and taken as it is the next time; without one everything is removed at the end.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from clickhouse_connect.driver.client import Client

from benchmarks.big_store import PER_TRACE, open_store
from dashboard.queries import FilteredQueries
from dashboard.reads.logs import DEFAULT_FACETS, LogReads
from dashboard.reads.requests import RequestReads
from dashboard.reads.search import SearchReads
from dashboard.reads.traces import TraceReads
from dashboard.reads.wiring import WiringReads
from meshhub.clock import SystemClock
from meshhub.model import TimeRange
from storage.lookup import locate
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from storage.records.traces import SpanPeers
from traces.search import Sort

LOOKUPS = 200
JOURNEYS = 50
SEARCHES = 5
PLAIN = 1
UNCACHED = {"use_query_condition_cache": 0}
RESULTS = Path("benchmarks/results/queries.json")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, asked some times, and a plain statement that reads for it what there is to read without indexes."""

    name: str
    ask: Callable[[int], int]
    """Asks for the nth time; how much was found."""
    times: int
    plain: str = ""
    parameters: Mapping[str, Any] | None = None
    before: Callable[[int], object] | None = None
    """What is done before it is asked for the nth time, and not measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds. `ratio`: of the CPU time of the plain statement to that of the question; 0 without one."""

    question: str
    found: float
    p50: float
    p95: float
    p99: float
    cpu: float
    plain: float
    plain_cpu: float
    ratio: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=50_000_000)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--lookups", type=int, default=LOOKUPS, help="times that each look-up by id is asked")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with _folder(given.folder) as folder:
        start = time.perf_counter()
        store, client = open_store(folder, given.spans, given.hours)
        print(f"{given.spans:,} spans and as many access logs of {given.hours} h; open after", end=" ")
        print(f"{time.perf_counter() - start:.0f} s; load {os.getloadavg()[0]:.0f}")
        print(f"{'ms':44}{'found':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'CPU':>9}{'plain':>10}{'its CPU':>10}{'ratio':>8}")
        results = []
        for asked in (*lookups(store, client, given.lookups), *searches(store, client, given.hours)):
            row = _measure(client, asked)
            results.append(asdict(row))
            print(
                f"{row.question:44}{row.found:9.0f}{row.p50:9.1f}{row.p95:9.1f}{row.p99:9.1f}{row.cpu:9.1f}"
                f"{row.plain:10.0f}{row.plain_cpu:10.0f}{row.ratio:8.0f}",
                flush=True,
            )
        client.close()
        store.close()
    RESULTS.parent.mkdir(exist_ok=True)
    written = {"spans": given.spans, "hours": given.hours, "results": results}
    RESULTS.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def lookups(store: FilteredQueries, client: Client, times: int) -> Iterable[Asked]:
    """Random requests and traces, each asked for once: by the queries of their pages, and the whole journey."""
    traced = _random(client, "SELECT request_id, lower(hex(trace_id)) FROM access_logs WHERE trace_id != {zero}")
    others = _random(client, "SELECT request_id, '' FROM access_logs WHERE trace_id = {zero}")
    limit = {"limit": 1000}
    cut = limit | {"value_length": 4_096, "events": 200}

    def of(ids: Sequence[Sequence[str]], which: int, name: str, into: type[Any], expected: int) -> Callable[[int], int]:
        """Everything that a page asks for such rows: where they are, and the rows."""

        def ask(number: int) -> int:
            wanted = [ids[number][which]]
            places = locate(store, wanted, ()) if which == 0 else locate(store, (), wanted)
            asked = {**places.parameters, **(limit if into is AccessLog else cut)} if places else {}
            return _expect(expected, len(store.query(name, asked, into)))

        return ask

    by_request, by_trace, by_other = {"id": traced[0][0]}, {"id": traced[0][1]}, {"id": others[0][0]}
    request = "SELECT * FROM {} WHERE request_id = {{id:String}}"
    trace = "SELECT * FROM {} WHERE trace_id = toFixedString(unhex({{id:String}}), 16)"
    yield Asked("access logs of a request id", of(traced, 0, "access_logs_by_ids", AccessLog, PER_TRACE), times,
                request.format("access_logs"), by_request)  # fmt: skip
    yield Asked("access logs of one without a trace", of(others, 0, "access_logs_by_ids", AccessLog, PER_TRACE), times,
                request.format("access_logs"), by_other)  # fmt: skip
    yield Asked("spans of a request id", of(traced, 0, "spans_by_ids", Span, PER_TRACE), times,
                request.format("spans"), by_request)  # fmt: skip
    yield Asked("logs of a request id (there are none)", of(traced, 0, "logs_by_ids", LogRecord, 0), times)
    yield Asked("spans of a trace id", of(traced, 1, "spans_by_ids", Span, PER_TRACE), times,
                trace.format("spans"), by_trace)  # fmt: skip
    yield Asked("access logs of a trace id", of(traced, 1, "access_logs_by_ids", AccessLog, PER_TRACE), times,
                trace.format("access_logs"), by_trace)  # fmt: skip
    requests, traces = RequestReads(store, SystemClock(), WiringReads(SystemClock())), TraceReads(store, SystemClock())
    few = min(times, JOURNEYS)
    yield Asked("journey: its hops, shown at once", lambda n: len(requests.glance(traced[n][0]).journey.hops), few)
    yield Asked("journey: the rest, from there", lambda n: len(requests.journey(traced[-n - 1][0]).hops), few,
                before=lambda n: requests.glance(traced[-n - 1][0]))  # fmt: skip
    yield Asked("journey: whole, as the API", lambda n: len(requests.journey(traced[n + few + 1][0]).hops), few)
    yield Asked("trace: all that its page reads", lambda n: len(traces.trace(traced[n][1]).spans), few)


def _random(client: Client, question: str) -> list[Sequence[str]]:
    """Rows of ids of any age, in an order that is the same each time."""
    zero = "toFixedString('', 16)"
    found = list(client.query(f"{question.format(zero=zero)} AND rand() % 2000 = 0").result_rows)
    random.Random(3).shuffle(found)
    return found


def searches(store: FilteredQueries, client: Client, hours: int) -> Iterable[Asked]:
    """Searches of the newest hour, of requests by id over all hours, facets of all access logs, peers of a span."""
    requests, logs = SearchReads(store, SystemClock()), LogReads(store, SystemClock())
    ((newest,),) = client.query("SELECT toUnixTimestamp(max(time)) FROM access_logs").result_rows
    end = datetime.fromtimestamp(newest + 1, UTC)
    hour, everything = TimeRange.last(timedelta(hours=1), now=end), TimeRange.last(timedelta(hours=hours + 1), now=end)
    ids = [
        row[0]
        for row in client.query(
            "SELECT request_id FROM spans WHERE request_id != '' AND rand() % 2000 = 0 LIMIT 20"
        ).result_rows
    ]
    in_hour = f"time >= toDateTime({newest - 3600}, 'UTC')"

    def search(window: TimeRange, expression: str, sort: Sort = Sort.SLOWEST) -> Callable[[int], int]:
        return lambda _: len(requests.traces(window, expression, sort).hits)

    def facets(window: TimeRange, expression: str, *fields: str) -> Callable[[int], int]:
        return lambda _: logs.facets(window, expression, fields or DEFAULT_FACETS).total

    yield Asked("search: attribute = rare, 1 h, slowest", search(hour, "tenant.tier = rare"), SEARCHES,
                f"SELECT trace_id FROM spans WHERE {in_hour} AND attributes['tenant.tier'] = 'rare' GROUP BY 1 "
                f"UNION DISTINCT SELECT trace_id FROM access_logs WHERE {in_hour} "
                "AND attributes['tenant.tier'] = 'rare' GROUP BY 1")  # fmt: skip
    yield Asked(
        "search: items >= 900 and error, 1 h, slowest", search(hour, "'items' >= 900 and status >= 500"), SEARCHES
    )
    yield Asked("search: attribute = usual, 1 h, newest", search(hour, "tenant.tier = usual", Sort.NEWEST), SEARCHES)
    yield Asked("search: attribute = usual, 1 h, slowest", search(hour, "tenant.tier = usual"), SEARCHES)
    yield Asked("search: request_id, all hours",
                lambda number: _expect(1, search(everything, f"request_id = {ids[number % len(ids)]}")(0)), SEARCHES,
                f"SELECT trace_id FROM spans WHERE request_id = '{ids[0]}' GROUP BY trace_id")  # fmt: skip
    every = ", ".join(f"uniq({name})" for name in ("response_code", "response_flags", "response_code_details",
        "source_service", "destination_service", "method", "route_name", "security"))  # fmt: skip
    yield Asked(f"explorer: {len(DEFAULT_FACETS)} facets of all access logs",
                facets(everything, "status >= 500 or destination != svc-1"), SEARCHES,
                f"SELECT {every} FROM access_logs "
                "WHERE response_code >= 500 OR destination_service != 'svc-1'")  # fmt: skip
    yield Asked("explorer: histogram of all access logs",
                lambda _: len(logs.histogram(everything, "status >= 500").bins), SEARCHES,
                "SELECT toStartOfHour(time), count() FROM access_logs "
                "WHERE response_code >= 500 GROUP BY 1")  # fmt: skip
    yield Asked("explorer: facets of attribute = rare, 1 h", facets(hour, "tenant.tier = rare"), SEARCHES)
    yield Asked("explorer: facet path, 1 h", facets(hour, "", "path"), SEARCHES)
    yield Asked("explorer: facet path of all access logs", facets(everything, "", "path"), PLAIN)
    yield Asked("explorer: newest 100 rows that failed",
                lambda _: len(logs.rows(everything, "status >= 500").rows), SEARCHES)  # fmt: skip
    for seconds, service in ((3600, "svc-1"), (86_400, "svc-1"), (86_400, "nobody")):
        yield Asked(f"peers of a span of {service}, {seconds // 3600} h",
                    _peers(store, newest, seconds, service), SEARCHES)  # fmt: skip


def _peers(store: FilteredQueries, newest: int, seconds: int, service: str) -> Callable[[int], int]:
    asked = {"start": newest - seconds, "end": newest, "duration_ns": 10**6, "service": service, "namespace": "shop",
             "name": "egress", "kind": "server"}  # fmt: skip
    return lambda _: store.query("span_peers", asked, SpanPeers)[0].spans


def _measure(client: Client, asked: Asked) -> Measured:
    asked.ask(0)  # The first opens files and compiles functions.
    found, walls, cpus = [], [], []
    for number in range(1, asked.times + 1):
        if asked.before is not None:
            asked.before(number)
        wall, cpu, count = _timed(lambda number=number: asked.ask(number))  # type: ignore[misc]
        found.append(count)
        walls.append(wall)
        cpus.append(cpu)
    plain = plain_cpu = 0.0
    if asked.plain:
        plain, plain_cpu = map(min, zip(*(_plain(client, asked)[:2] for _ in range(PLAIN)), strict=True))
    walls.sort()
    # The mean: the kernel counts CPU time in steps that are longer than a look-up.
    cpu = sum(cpus) / len(cpus)
    p50, p95, p99 = (walls[int(len(walls) * share)] for share in (0.5, 0.95, 0.99))
    return Measured(
        asked.name, median(found), p50, p95, p99, cpu, plain, plain_cpu, plain_cpu / cpu if plain and cpu else 0.0
    )


def _plain(client: Client, asked: Asked) -> tuple[float, float, int]:
    return _timed(
        lambda: len(client.query(asked.plain, parameters=dict(asked.parameters or {}), settings=UNCACHED).result_rows)
    )


def _timed(ask: Callable[[], int]) -> tuple[float, float, int]:
    """Milliseconds, milliseconds of CPU of the whole process, and what was found."""
    start, cpu = time.perf_counter(), time.process_time()
    found = ask()
    return (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000, found


def _expect(expected: int, found: int) -> int:
    if found != expected:
        raise SystemExit(f"found {found} where there are {expected}: the measurement would be wrong")
    return found


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="meshhub-bench-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
