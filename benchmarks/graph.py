"""The service graph of a large mesh: how long the API takes, when it is asked anew and when others just asked.

    python -m benchmarks.graph [--services 1000] [--edges 10000] [--minutes 60]

Fills the real tables in the engine: every edge has requests of both sides in every minute, and within five minutes of
the ends of windows in every ten seconds, which is where rows of ten seconds are read; a fifth of them also failures now
and then. Then the API's own function answers GET /api/v1/graph, JSON included, for windows that start
anywhere within ten seconds. "Cold" is a window that nobody asked for, "warm" one that somebody did just before. The
ratios are to the engine's part of it, in the same run.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboard.api.router import create_router
from dashboard.reads import Reads
from meshhub.clock import SystemClock
from meshhub.model import TimeRange
from storage.client import Store, query_text
from storage.settings import StorageSettings

ROUNDS = 5
PER_ROW = 4
"""Requests that a row has."""

DENSE_MINUTES = 5
"""Around the ends of windows, in which every ten seconds have a row."""

FILL = f"""
INSERT INTO edges (* EXCEPT (relation, outcome, source_workload, destination_workload))
SELECT
    toDateTime({{first}} + 10 * intDiv(number, {{edges}} * 2 * {PER_ROW}), 'UTC') AS time,
    '' AS tenant,
    'access_log' AS signal,
    if(intDiv(number, {PER_ROW}) % 2 = 0, 'client', 'server') AS reporter,
    if(reporter = 'client', 'sidecar', '') AS source_role,
    if(reporter = 'client', 'lab', '') AS source_cluster,
    concat('team-', toString(intDiv(source, 11))) AS source_namespace,
    concat('service-', toString(source)) AS source_service,
    if(reporter = 'client', 'v1', '') AS source_version,
    'service' AS destination_kind,
    if(reporter = 'client', '', 'lab') AS destination_cluster,
    concat('team-', toString(intDiv(destination, 11))) AS destination_namespace,
    concat('service-', toString(destination)) AS destination_service,
    if(reporter = 'client', '', 'v1') AS destination_version,
    'http' AS transport,
    'mtls' AS security,
    if(edge % 5 = 0 AND sipHash64(number) % 8 = 0, 503, 200) AS response_code,
    -1 AS grpc_status,
    if(response_code = 503, 'UF', '') AS response_flags,
    anyLast(concat('spiffe://lab/ns/team/sa/service-', toString(source))) AS source_principal,
    anyLast(concat('spiffe://lab/ns/team/sa/service-', toString(destination))) AS destination_principal,
    count() AS requests,
    count() AS attempts,
    1000 * count() AS bytes_sent,
    100 * count() AS bytes_received,
    sum(us) AS duration_us_sum,
    sumMap(map(meshhub_latency_bucket(us), toUInt64(1))) AS duration_buckets
FROM
(
    SELECT
        number,
        intDiv(number, 2 * {PER_ROW}) % {{edges}} AS edge,
        cityHash64(edge) % {{services}} AS source,
        intDiv(cityHash64(edge), 1000003) % {{services}} AS destination,
        toUInt64(exp(log(1000 + edge % 50000) + (sipHash64(number) % 1000) / 400)) AS us
    FROM numbers({{skip}}, {{count}})
)
GROUP BY ALL
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=1_000)
    parser.add_argument("--edges", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="meshhub-bench-") as folder:
        store = Store.open("embedded", Path(folder), StorageSettings())
        store.migrations.apply()
        client = clickhouse_connect.get_client(dsn=f"chdb://{folder}/store", database="meshhub")
        end = fill(client, options.services, options.edges, options.minutes)
        results = measure(store, client, end, timedelta(minutes=options.minutes))
        client.close()
        store.close()
    print(f"{options.services:,} services, {options.edges:,} edges, {options.minutes} minutes; milliseconds")
    print(f"{'question':52}{'median':>9}{'worst':>9}{'ratio':>8}")
    for row in results:
        ratio = f"{row['ratio']:8.2f}" if row["ratio"] else ""
        print(f"{row['question']:52}{row['median_ms']:9.1f}{row['worst_ms']:9.1f}{ratio}")
    target = Path("benchmarks/results/graph.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({**vars(options), "results": results}, indent=2) + "\n", encoding="utf-8")


def fill(client: Client, services: int, edges: int, minutes: int) -> int:
    """Insert the edges of two windows of this length; the Unix seconds at which they end, now."""
    end = int(time.time()) // 10 * 10
    total = 2 * minutes + DENSE_MINUTES
    for minute in range(total):
        before_end = (total - minute) % minutes
        rows = 6 if before_end <= DENSE_MINUTES else 1
        client.command(
            FILL.format(
                first=end - 60 * total,
                services=services,
                edges=edges,
                skip=6 * minute * edges * 2 * PER_ROW,
                count=rows * edges * 2 * PER_ROW,
            ),
            settings={"max_partitions_per_insert_block": 0},
        )
    return end


def measure(store: Store, client: Client, end: int, length: timedelta) -> list[dict[str, Any]]:
    """The times of every question."""
    app = FastAPI()
    reads = Reads(store, SystemClock())
    app.include_router(create_router(reads, SystemClock()))
    with TestClient(app) as http:

        def window(number: int) -> dict[str, str]:
            start = datetime.fromtimestamp(end - 10 * (number + 10), UTC) - length
            return {"start": start.isoformat(), "end": (start + length).isoformat()}

        def build(number: int) -> Callable[[], object]:
            start = datetime.fromtimestamp(end - 10 * (number + 10), UTC) - length
            return lambda: reads.graphs.graph(TimeRange(start, start + length))

        def ask(path: str, number: int, **options: str) -> Callable[[], object]:
            return lambda: http.get(f"/api/v1{path}", params=window(number) | options).raise_for_status()

        slim = {"reports": "false", "health": "false"}
        bound = {
            "start": float(end) - length.total_seconds() - 3,
            "end": float(end) - 3,
            "limit": 50_000,
            "by": "service",
        }
        columns = [query_text(name) for name in ("edge_counts_in_window", "edge_latency_in_window")]

        def engine() -> None:
            for text in columns:
                client.command(f"SELECT count(), sum(ignore(*)) FROM ({text})", parameters=bound)

        alone = _row("engine alone", [engine] * ROUNDS)
        base = alone["median_ms"]
        return [
            alone,
            _row("graph as objects, cold", [build(n) for n in range(17, 17 + ROUNDS)], base),
            _row("graph as objects, warm", [build(16 + ROUNDS)] * ROUNDS, base),
            _row("graph, cold, headline only", [ask("/graph", n, **slim) for n in range(ROUNDS)], base),
            _row("graph, warm, headline only", [ask("/graph", ROUNDS - 1, **slim)] * ROUNDS, base),
            _row("graph, cold, both sides", [ask("/graph", n, health="false") for n in range(10, 10 + ROUNDS)], base),
            _row("graph, warm, both sides", [ask("/graph", 9 + ROUNDS, health="false")] * ROUNDS, base),
            _row("graph, judged, first", [ask("/graph", 9 + ROUNDS, reports="false")], base),
            _row("graph, judged, warm", [ask("/graph", 9 + ROUNDS, reports="false")] * ROUNDS, base),
            _row("diff of two windows, cold", [ask("/graph/diff", 7, compare="previous")], base),
            _row("diff with the window before, first", [ask("/graph/diff", 9 + ROUNDS, compare="previous")], base),
            _row(
                "diff with the window before, warm", [ask("/graph/diff", 9 + ROUNDS, compare="previous")] * ROUNDS, base
            ),
        ]


def _row(question: str, asked: list[Callable[[], object]], base: float | None = None) -> dict[str, Any]:
    times = []
    for ask in asked:
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1000)
    return {
        "question": question,
        "median_ms": median(times),
        "worst_ms": max(times),
        "ratio": median(times) / base if base else None,
    }


if __name__ == "__main__":
    main()
