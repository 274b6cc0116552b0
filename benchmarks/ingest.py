"""Ingest: what the running hub takes, what it costs, how soon it can be asked, and what is left on disk.

    python -m benchmarks.ingest [--seconds 20] [--store clickhouse://host:8123]

For spans and for access logs, flat out and at a fixed rate: accepted records per second, CPU of the whole hub per
record (receivers, checks, journal, engine, merges), acknowledgement and arrival-to-queryable times, memory over time,
bytes per record on disk; and in the same run the same bytes walked in plain Python. Load generator and hub share the
machine.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from benchmarks.hub import Hub, running_hub
from benchmarks.load import METHODS
from benchmarks.payloads import generate
from benchmarks.walk import walk_cpu_us
from meshhub.model import Signal

TABLES = {Signal.TRACES: ("spans",), Signal.LOGS: ("access_logs",)}
SHARED_TABLES = ("request_index", "trace_index", "edges", "attribute_catalogue")
PROBE_SECONDS = 1.0
POLL_SECONDS = 0.1
WALK_RECORDS = 24_000


@dataclass(frozen=True, slots=True)
class Result:
    """One load against one hub. Times in the unit their name ends with; `rss_mib` about every second from the start.

    Arrival-to-queryable is probed in the runs at a fixed rate only (None in the others): asking costs the hub more than
    the records do.
    """

    name: str
    signal: str
    store: str
    durability: str
    accepted: int
    seconds: float
    records_per_second: float
    hub_cpu_us_per_record: float
    records_per_cpu_second: float
    walk_cpu_us_per_record: float
    ratio_to_walk: float
    ack_p50_ms: float
    ack_p99_ms: float
    queryable_p50_ms: float | None
    queryable_p99_ms: float | None
    bytes_per_record: float
    wire_bytes_per_record: float
    refused: int
    rss_mib: list[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--store", default="embedded")
    parser.add_argument("--rate", type=float, default=50_000, help="of the fixed-rate run, in records a second")
    arguments = parser.parse_args()
    walked = {signal: walk(signal) for signal in METHODS}
    results = []
    for name, signal, durability, rate in (
        ("spans, flat out", Signal.TRACES, "fsync", 0.0),
        ("spans, flat out", Signal.TRACES, "os", 0.0),
        ("spans, fixed rate", Signal.TRACES, "fsync", arguments.rate),
        ("access logs, flat out", Signal.LOGS, "fsync", 0.0),
    ):
        results.append(measure(name, signal, arguments.store, durability, rate, arguments.seconds, walked[signal]))
        print_row(results[-1], header=len(results) == 1)
    write(results)


def walk(signal: Signal) -> float:
    """CPU microseconds per record of the plain Python walk; the best of three."""
    requests = generate(signal, WALK_RECORDS).fresh(1)
    return min(walk_cpu_us(signal, requests) for _ in range(3))


def measure(
    name: str, signal: Signal, store: str, durability: str, rate: float, seconds: float, walked: float
) -> Result:
    """Run one load against a fresh hub, wait until everything accepted can be queried, and weigh the tables."""
    with running_hub(store=store, durability=durability) as hub:
        before = hub.usage()
        report, queryable, rss = drive(hub, signal, rate, seconds)
        await_stored(hub, signal, int(report["accepted"]))
        cpu = hub.usage().cpu_seconds - before.cpu_seconds
        stored = table_bytes(hub, TABLES[signal] + SHARED_TABLES)
    accepted = int(report["accepted"])
    cpu_us = cpu / accepted * 1e6
    ordered: list[float | None] = [*sorted(queryable)] or [None]
    return Result(
        name,
        signal,
        store,
        durability,
        accepted,
        report["seconds"],
        accepted / report["seconds"],
        cpu_us,
        1e6 / cpu_us,
        walked,
        walked / cpu_us,
        report["ack_p50_ms"],
        report["ack_p99_ms"],
        ordered[len(ordered) // 2],
        ordered[int(len(ordered) * 0.99)],
        stored / accepted,
        report["bytes_per_record"],
        int(report["refused"]),
        rss,
    )


def drive(hub: Hub, signal: Signal, rate: float, seconds: float) -> tuple[dict[str, float], list[float], list[int]]:
    """Run the load generator beside the hub; meanwhile probe arrival-to-queryable and sample memory."""
    command = [sys.executable, "-m", "benchmarks.load", "--target", hub.otlp_grpc, "--signal", signal]
    load = subprocess.Popen(
        [*command, "--seconds", str(seconds), "--rate", str(rate)], stdout=subprocess.PIPE, text=True
    )
    queryable: list[float] = []
    rss: list[int] = []
    with grpc.insecure_channel(hub.otlp_grpc) as channel:
        export = channel.unary_unary(METHODS[Signal.LOGS])
        while load.poll() is None:
            rss.append(hub.usage().rss_bytes // 2**20)
            if rate:
                queryable.append(probe(hub, export))
            time.sleep(PROBE_SECONDS)
    output, _ = load.communicate()
    return json.loads(output), queryable, rss


def probe(hub: Hub, export: grpc.UnaryUnaryMultiCallable) -> float:
    """Milliseconds from sending one access log of a new request id to finding it through the API."""
    request_id = str(uuid.uuid4())
    message = ExportLogsServiceRequest()
    record = message.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=time.time_ns())
    for key, value in {"response_flags": "-", "direction": "1", "request_id": request_id, "method": "GET"}.items():
        record.attributes.add(key=key).value.string_value = value
    start = time.monotonic()
    export(message.SerializeToString(), timeout=30, wait_for_ready=True)
    while hub.get(f"/api/v1/requests/{request_id}") is None:
        if time.monotonic() - start > 60:
            raise SystemExit(f"the request {request_id} was acknowledged and is not found after a minute")
        time.sleep(POLL_SECONDS)
    return (time.monotonic() - start) * 1000


def await_stored(hub: Hub, signal: Signal, accepted: int) -> None:
    """Wait until the store has every accepted record; more, or fewer after a minute, is an error."""
    deadline = time.monotonic() + 60
    while (rows := table_rows(hub, TABLES[signal][0])) < accepted:
        if time.monotonic() > deadline:
            raise SystemExit(f"{accepted - rows} of {accepted} accepted records are not stored")
        time.sleep(0.2)


def table_rows(hub: Hub, table: str) -> int:
    return sum(row["rows"] for row in hub.get("/api/v1/hub")["tables"] if row["name"] == table)


def table_bytes(hub: Hub, tables: tuple[str, ...]) -> int:
    return sum(row["bytes_on_disk"] for row in hub.get("/api/v1/hub")["tables"] if row["name"] in tables)


def print_row(result: Result, *, header: bool) -> None:
    if header:
        print(
            f"{'load':24}{'durability':>11}{'records/s':>11}{'µs CPU':>8}{'/CPU-s':>9}{'walk µs':>9}{'ratio':>7}"
            f"{'ack p50':>9}{'ack p99':>9}{'query p50':>11}{'query p99':>11}{'B/record':>10}{'RSS MiB':>9}"
        )
    print(
        f"{result.name:24}{result.durability:>11}{result.records_per_second:11,.0f}{result.hub_cpu_us_per_record:8.2f}"
        f"{result.records_per_cpu_second:9,.0f}{result.walk_cpu_us_per_record:9.2f}{result.ratio_to_walk:7.2f}"
        f"{result.ack_p50_ms:7.1f}ms{result.ack_p99_ms:7.1f}ms{_ms(result.queryable_p50_ms):>11}"
        f"{_ms(result.queryable_p99_ms):>11}{result.bytes_per_record:10.1f}{max(result.rss_mib):9}",
        flush=True,
    )


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}ms"


def write(results: list[Result]) -> None:
    target = Path("benchmarks/results/ingest.json")
    target.parent.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "platform": platform.platform(), "python": platform.python_version()}
    content = {"machine": machine, "results": [asdict(result) for result in results]}
    target.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
