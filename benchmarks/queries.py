"""Look-ups by id and searches in a large store, with the indexes and without.

    python -m benchmarks.queries [--spans 10000000] [--hours 144]

Fills the real tables in the engine (ten spans and ten access logs per request, spread over the hours), then asks for
random requests and traces, searches an hour by attribute, and counts facets of all access logs, through the hub's own
queries. The ratio is to the same question without request_index, trace_index or request_minutes, in the same run.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from dashboard.reads.logs import DEFAULT_FACETS, LogReads
from dashboard.reads.search import SearchReads
from meshhub.clock import SystemClock
from meshhub.model import TimeRange
from storage.client import Store
from storage.records.access_logs import AccessLog
from storage.records.spans import Span
from storage.settings import StorageSettings
from traces.search import Sort

PER_TRACE = 10
HOURS = 144
BLOCK = 1_000_000
LOOKUPS = 200
LOOKUPS_WITHOUT = 5
SEARCHES = 10

COMMON = f"""
    intDiv(number, {PER_TRACE}) AS trace,
    toDateTime64('{{start}}', 9, 'UTC') + toIntervalMillisecond(
        intDiv(trace * {{hours}} * 3600000, {{traces}}) + number % {PER_TRACE} * 3) AS time,
    toDateTime(time) AS received,
    toFixedString(unhex(concat(lower(hex(sipHash64(trace))), lower(hex(cityHash64(trace))))), 16) AS trace_id,
    toFixedString(unhex(lower(hex(sipHash64(number, 'span')))), 8) AS span_id,
    concat('svc-', toString(cityHash64(trace, number % {PER_TRACE}) % 40)) AS service,
    'shop' AS namespace,
    'lab' AS cluster,
    toString(toUUID(UUIDNumToString(toFixedString(unhex(concat(lower(hex(sipHash64(trace, 'a'))),
        lower(hex(sipHash64(trace, 'b'))))), 16)))) AS request_id,
    'GET' AS method,
    'HTTP/1.1' AS protocol,
    map('tenant.tier', if(sipHash64(trace, 'tier') % 1000 = 0, 'rare', 'usual'),
        'items', toString(sipHash64(number, 'items') % 1000)) AS attributes,
    if(sipHash64(number) % 100 = 0, 503, 200) AS response_code,
"""
SPANS = f"""
INSERT INTO spans (time, received, trace_id, span_id, service, namespace, cluster, request_id, method, protocol,
    attributes, response_code, duration_ns, name, kind, component, url, upstream_cluster)
SELECT * EXCEPT trace FROM (SELECT {COMMON}
    sipHash64(number) % 50000000 AS duration_ns, 'egress' AS name, if(number % 2 = 0, 'client', 'server') AS kind,
    'proxy' AS component, concat('http://shop/item/', toString(sipHash64(number) % 5000)) AS url,
    concat('svc-', toString(sipHash64(number) % 40), '.shop') AS upstream_cluster
    FROM numbers({{first}}, {{count}}))
"""
ACCESS_LOGS = f"""
INSERT INTO access_logs (time, received, trace_id, span_id, service, namespace, cluster, request_id, method, protocol,
    attributes, response_code, duration_us, log_type, reporter, source_service, destination_kind, destination_service,
    path, transport)
SELECT * EXCEPT trace FROM (SELECT {COMMON}
    sipHash64(number) % 50000 AS duration_us, 'DownstreamEnd' AS log_type,
    if(number % 2 = 0, 'client', 'server') AS reporter, service AS source_service, 'service' AS destination_kind,
    concat('svc-', toString((cityHash64(trace, number % {PER_TRACE}) * 7 + sipHash64(number) % 4) % 40))
        AS destination_service,
    concat('/item/', toString(sipHash64(number) % 5000)) AS path, 'http' AS transport
    FROM numbers({{first}}, {{count}}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=10_000_000)
    parser.add_argument("--hours", type=int, default=HOURS)
    given = parser.parse_args()
    spans, hours = given.spans, given.hours
    with tempfile.TemporaryDirectory(prefix="meshhub-bench-") as folder:
        store = Store.open("embedded", Path(folder), StorageSettings())
        store.migrations.apply()
        client = clickhouse_connect.get_client(dsn=f"chdb://{folder}/store", database="meshhub")
        fill(client, spans, hours)
        results = look_up(store, client) + search(store, client, hours)
        client.close()
        store.close()
    print(f"{spans:,} spans and as many access logs")
    print(f"{'question':42}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'without index':>15}{'ratio':>8}")
    for row in results:
        print(
            f"{row['question']:42}{row['p50_ms']:9.1f}{row['p95_ms']:9.1f}{row['p99_ms']:9.1f}"
            f"{row['without_index_ms']:13.0f}ms{row['ratio']:8.0f}"
        )
    target = Path("benchmarks/results/queries.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"spans": spans, "results": results}, indent=2) + "\n", encoding="utf-8")


def fill(client: Client, spans: int, hours: int) -> None:
    """Insert this many spans and access logs that end now; the views fill the indexes."""
    start = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - hours * 3600))
    for first in range(0, spans, BLOCK):
        for statement in (SPANS, ACCESS_LOGS):
            count = min(BLOCK, spans - first)
            text = statement.format(start=start, traces=spans // PER_TRACE, hours=hours, first=first, count=count)
            client.command(text, settings={"max_partitions_per_insert_block": 0})


def look_up(store: Store, client: Client) -> list[dict[str, Any]]:
    """Times of random look-ups, each of an id asked for once."""
    rows = client.query(
        "SELECT request_id, lower(hex(trace_id)) FROM spans WHERE rand() % 1000 = 0 LIMIT 2000"
    ).result_rows
    ids = random.Random(3).sample(rows, LOOKUPS)
    limit = {"limit": 1000}
    questions: list[tuple[str, Callable[[Any], Any], str, Mapping[str, Any]]] = [
        (
            "access logs of a request id",
            lambda row: store.query("access_logs_of_request", {"request_id": row[0]} | limit, AccessLog),
            "SELECT * FROM access_logs WHERE request_id = {id:String}",
            {"column": 0},
        ),
        (
            "spans of a request id",
            lambda row: store.query("spans_of_request", {"request_id": row[0]} | limit, Span),
            "SELECT * FROM spans WHERE request_id = {id:String}",
            {"column": 0},
        ),
        (
            "spans of a trace id",
            lambda row: store.query("spans_of_trace", {"trace_id": row[1]} | limit, Span),
            "SELECT * FROM spans WHERE trace_id = toFixedString(unhex({id:String}), 16)",
            {"column": 1},
        ),
    ]
    return [_measure(client, ids, *question) for question in questions]


def search(store: Store, client: Client, hours: int) -> list[dict[str, Any]]:
    """Times of searches of the newest hour, of requests by id over all hours, and of facets of all access logs."""
    requests, logs = SearchReads(store, SystemClock()), LogReads(store, SystemClock())
    now = datetime.now(UTC)
    hour, everything = TimeRange.last(timedelta(hours=1), now=now), TimeRange.last(timedelta(hours=hours + 1), now=now)
    ids = [row[0] for row in client.query("SELECT request_id FROM spans WHERE rand() % 1000 = 0 LIMIT 20").result_rows]
    questions: list[tuple[str, Callable[[int], Any], str]] = [
        (
            "search: attribute = rare, 1 h",
            lambda _: requests.traces(hour, "tenant.tier = rare", Sort.SLOWEST),
            "SELECT trace_id FROM spans WHERE attributes['tenant.tier'] = 'rare' GROUP BY trace_id",
        ),
        (
            "search: items > 990 and error, 1 h",
            lambda _: requests.traces(hour, "'items' > 990 and status >= 500", Sort.SLOWEST),
            "SELECT trace_id FROM spans WHERE toFloat64OrNull(attributes['items']) > 990 GROUP BY trace_id",
        ),
        (
            "search: request_id, all hours",
            lambda number: requests.traces(everything, f"request_id = {ids[number % len(ids)]}"),
            f"SELECT trace_id FROM spans WHERE request_id = '{ids[0]}' GROUP BY trace_id",
        ),
        (
            f"explorer: {len(DEFAULT_FACETS)} facets of all access logs",
            lambda _: logs.facets(everything, "status >= 500 or destination != svc-1"),
            "SELECT response_code, count() FROM access_logs GROUP BY response_code",
        ),
        (
            "explorer: facets by attribute, 1 h",
            lambda _: logs.facets(hour, "tenant.tier = rare"),
            "SELECT response_code, count() FROM access_logs WHERE attributes['tenant.tier'] = 'rare' GROUP BY 1",
        ),
        (
            "explorer: histogram of all access logs",
            lambda _: logs.histogram(everything, "status >= 500"),
            "SELECT toStartOfHour(time), count() FROM access_logs WHERE response_code >= 500 GROUP BY 1",
        ),
    ]
    return [_measure_search(client, *question) for question in questions]


def _measure_search(client: Client, name: str, ask: Callable[[int], Any], plain: str) -> dict[str, Any]:
    times = sorted(_milliseconds(lambda number=number: ask(number)) for number in range(SEARCHES))  # type: ignore[misc]
    slow = _milliseconds(lambda: client.query(plain))
    return {
        "question": name,
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[int(len(times) * 0.95)],
        "p99_ms": times[-1],
        "without_index_ms": slow,
        "ratio": slow / times[len(times) // 2],
    }


def _milliseconds(ask: Callable[[], Any]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def _measure(
    client: Client, ids: list[Any], name: str, ask: Callable[[Any], Any], plain: str, options: Mapping[str, Any]
) -> dict[str, Any]:
    times = []
    for row in ids:
        start = time.perf_counter()
        found = ask(row)
        times.append((time.perf_counter() - start) * 1000)
        if len(found) != PER_TRACE:
            raise SystemExit(f"{name}: found {len(found)} of {PER_TRACE} rows of {row}")
    times.sort()
    without = []
    for row in ids[:LOOKUPS_WITHOUT]:
        start = time.perf_counter()
        client.query(plain, parameters={"id": row[options["column"]]})
        without.append((time.perf_counter() - start) * 1000)
    slow = sorted(without)[len(without) // 2]
    return {
        "question": name,
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[int(len(times) * 0.95)],
        "p99_ms": times[int(len(times) * 0.99)],
        "without_index_ms": slow,
        "ratio": slow / times[len(times) // 2],
    }


if __name__ == "__main__":
    main()
