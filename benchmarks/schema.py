"""What the sort keys, codecs and column shapes of spans and access_logs cost and save (docs/adr/0005).

    python -m benchmarks.schema

Loads realistic payloads through the real schema, copies them into variants of the tables, and reports bytes per row
after a full merge and the engine's CPU time per row for the copy. Compare rows of one run only.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from benchmarks.payloads import generate
from collector.journal.record import encode
from meshhub.model import Signal
from storage.client import Store
from storage.settings import StorageSettings

RECORDS = 300_000
REPEATS = 3
BUCKET = "toStartOfFiveMinutes(time)"
MAP = "Map(LowCardinality(String), String)"
SPAN_MAP = """mapConcat(CAST(map('component', component, 'guid:x-request-id', request_id, 'node_id', node_id,
    'http.method', method, 'http.url', url, 'http.protocol', protocol, 'http.status_code', toString(response_code),
    'response_flags', response_flags, 'user_agent', user_agent, 'peer.address', peer_address,
    'request_size', toString(request_size), 'response_size', toString(response_size),
    'upstream_cluster', upstream_cluster), 'Map(LowCardinality(String), String)'), attributes)"""
RESOURCE_MAP = f"CAST(JSONExtract(resource_attributes, 'Map(String, String)'), '{MAP}')"
SPAN_COLUMNS = (
    "component, request_id, node_id, method, url, protocol, response_code, response_flags, user_agent, peer_address, "
    "request_size, response_size, upstream_cluster, attributes"
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A table to compare: how it sorts, and the columns it is filled with."""

    name: str
    table: str
    order_by: str
    select: str = "*"
    codec: str = ""


VARIANTS = (
    Variant("spans as stored", "spans", f"{BUCKET}, trace_id, time"),
    Variant("spans by service, name, time", "spans", "service, name, time"),
    Variant("spans by bucket, service, time", "spans", f"{BUCKET}, service, time"),
    Variant("spans by bucket, trace; no codecs (LZ4)", "spans", f"{BUCKET}, trace_id, time", codec="LZ4"),
    Variant("spans by bucket, trace; ZSTD(3)", "spans", f"{BUCKET}, trace_id, time", codec="ZSTD(3)"),
    Variant(
        "spans by bucket, trace; all attributes in a Map",
        "spans",
        f"{BUCKET}, trace_id, time",
        f"* EXCEPT ({SPAN_COLUMNS}), {SPAN_MAP} AS attributes",
        "ZSTD(1)",
    ),
    Variant(
        "spans by service, name, time; all attributes in a Map",
        "spans",
        "service, name, time",
        f"* EXCEPT ({SPAN_COLUMNS}), {SPAN_MAP} AS attributes",
        "ZSTD(1)",
    ),
    Variant(
        "spans as stored; resource attributes as a Map",
        "spans",
        f"{BUCKET}, trace_id, time",
        f"* EXCEPT resource_attributes, {RESOURCE_MAP} AS resource",
        "ZSTD(1)",
    ),
    Variant("access logs as stored", "access_logs", f"{BUCKET}, trace_id, time"),
    Variant("access logs by service, time", "access_logs", "service, time"),
    Variant("access logs by bucket, service, time", "access_logs", f"{BUCKET}, service, time"),
    Variant("access logs by bucket, trace; no codecs (LZ4)", "access_logs", f"{BUCKET}, trace_id, time", codec="LZ4"),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, loaded_engine(Path(folder)) as client:
        results = [measure(client, number, variant) for number, variant in enumerate(VARIANTS)]
        results += [stored(client, table) for table in ("request_index", "trace_index", "edges")]
    print(f"{'table':58} {'bytes/row':>10} {'µs CPU/row':>11}")
    for row in results:
        print(f"{row['name']:58} {row['bytes_per_row']:10.1f} {row['cpu_us_per_row']:11.2f}")
    target = Path("benchmarks/results/schema.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


@contextmanager
def loaded_engine(folder: Path) -> Iterator[Client]:
    """An embedded engine with `RECORDS` spans and access logs in it."""
    store = Store.open("embedded", folder, StorageSettings())
    store.migrations.apply()
    for signal in (Signal.TRACES, Signal.LOGS):
        segment = folder / f"{signal}.segment"
        payloads = generate(signal, RECORDS)
        with segment.open("wb") as file:
            for body in payloads.fresh(1):
                file.writelines(encode(body, time.time_ns(), b""))
        store.insert_segment(signal, segment, f"{signal}-benchmark")
    client = clickhouse_connect.get_client(dsn=f"chdb://{folder / 'store'}", database="meshhub")
    try:
        yield client
    finally:
        client.close()
        store.close()


def measure(client: Client, number: int, variant: Variant) -> dict[str, float | str]:
    """Copy the source into the variant a few times (the best CPU time counts), merge it, and weigh it."""
    settings = f"SETTINGS default_compression_codec = '{variant.codec}'" if variant.codec else ""
    best, name = float("inf"), f"variant_{number}"
    keep_codecs = variant.select == "*" and not variant.codec
    for _ in range(REPEATS):
        client.command(f"DROP TABLE IF EXISTS {name}")
        shape = f"AS {variant.table}" if keep_codecs else ""
        source = "" if keep_codecs else f"EMPTY AS SELECT {variant.select} FROM {variant.table}"
        client.command(
            f"CREATE TABLE {name} {shape} ENGINE = MergeTree ORDER BY ({variant.order_by}) {settings} {source}"
        )
        start = time.process_time()
        client.command(f"INSERT INTO {name} SELECT {variant.select} FROM {variant.table}")
        best = min(best, time.process_time() - start)
    client.command(f"OPTIMIZE TABLE {name} FINAL")
    return {"name": variant.name, "bytes_per_row": _bytes_per_row(client, name), "cpu_us_per_row": best / RECORDS * 1e6}


def stored(client: Client, table: str) -> dict[str, float | str]:
    """The weight of a derived table, per row of the tables it is derived from."""
    client.command(f"OPTIMIZE TABLE {table} FINAL")
    total = client.command(
        "SELECT sum(data_compressed_bytes) FROM system.parts WHERE active AND table = {table:String}",
        parameters={"table": table},
    )
    return {
        "name": f"{table}, per span and access log",
        "bytes_per_row": int(str(total)) / 2 / RECORDS,
        "cpu_us_per_row": 0.0,
    }


def _bytes_per_row(client: Client, table: str) -> float:
    rows = client.query(
        "SELECT sum(data_compressed_bytes) / sum(rows) FROM system.parts WHERE active AND table = {table:String}",
        parameters={"table": table},
    ).result_rows
    return float(rows[0][0])


if __name__ == "__main__":
    main()
