"""One evaluation cycle of a thousand SLOs, over a mesh whose minutes are made in the engine.

    python -m benchmarks.slo [--slos 1000] [--hours 30]

Every service has an availability SLO, every tenth one a latency SLO too, and a few edges. The traffic decides nothing:
a minute of a service is the same few rows whether it had ten requests or ten million.
"""

import argparse
import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import clickhouse_connect
from opentelemetry.metrics import NoOpMeter

from alerting.burn import Verdict
from alerting.evaluation.board import Board
from alerting.evaluation.service import EvaluationService
from alerting.settings import AlertingSettings
from meshhub.clock import SystemClock
from storage.client import Store
from storage.settings import StorageSettings

CYCLES = 10
CALLERS = 3
ROWS = """
INSERT INTO request_minutes (time, reporter, instance, source_namespace, source_service, destination_kind,
    destination_namespace, destination_service, destination_version, transport, response_code, grpc_status,
    response_flags, requests, attempts, duration_buckets)
SELECT
    toDateTime({start}) + 60 * intDiv(number, {per_minute}) AS time,
    if(number % 2 = 0, 'server', 'client') AS reporter,
    concat('pod-', toString(number % 6)) AS instance,
    'bench' AS source_namespace,
    concat('svc-', toString((intDiv(number, 12) + intDiv(number, 4) % {callers} + 1) % {services})) AS source_service,
    'service', 'bench',
    concat('svc-', toString(intDiv(number, 12) % {services})) AS destination_service,
    'v1', 'http',
    if(intDiv(number, 2) % 2 = 0, 200, 503) AS response_code,
    -1, if(response_code = 503, 'UF', ''),
    if(response_code = 200, 100000, if(intDiv(number, 12) % 50 = 0, 5000, 5)) AS requests,
    requests, map(toUInt16(300 + number % 100), requests)
FROM numbers({first}, {count})
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slos", type=int, default=1000)
    parser.add_argument("--hours", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="meshhub-bench-") as folder:
        result = measure(Path(folder), given.slos, given.hours)
    for name, value in result.items():
        print(f"{name:32}{value:>14,.3f}" if isinstance(value, float) else f"{name:32}{value:>14,}")
    target = Path("benchmarks/results/slo.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def measure(folder: Path, slos: int, hours: int) -> dict[str, float | int]:
    """The times of the parts of an evaluation, in seconds."""
    services = slos * 10 // 12
    file = folder / "slos.yaml"
    file.write_text(specification(services, slos), encoding="utf-8")
    store = Store.open("embedded", folder / "data", StorageSettings())
    store.migrations.apply()
    rows = fill(folder / "data", services, hours)
    board = Board()
    service = EvaluationService(AlertingSettings(slos=(file,)), store, SystemClock(), NoOpMeter("bench"), board)
    service.load()
    began = time.perf_counter()
    service.cycle()
    first = time.perf_counter() - began
    while service.read_history():
        pass
    history = time.perf_counter() - began - first
    times, cpu = [], []
    for _ in range(CYCLES):
        began, used = time.perf_counter(), time.process_time()
        service.cycle()
        times.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    burning = sum(
        any(burn.verdict is Verdict.BURNING for burn in state.burns) for state in board.current.states.values()
    )
    store.close()
    return {
        "slos": len(board.current.states),
        "burning": burning,
        "rows_of_minutes": rows,
        "first_cycle_seconds": first,
        "history_seconds": history,
        "cycle_seconds_median": sorted(times)[CYCLES // 2],
        "cycle_seconds_worst": max(times),
        "cycle_cpu_seconds_median": sorted(cpu)[CYCLES // 2],
    }


def specification(services: int, slos: int) -> str:
    """An availability SLO per service, then latency ones and edges up to the number."""
    lines = ["slos:"]
    for number in range(slos):
        service = number % services
        if number < services:
            lines += [f"  - name: svc-{service}", f"    service: bench/svc-{service}", "    objective: 99.9"]
        elif number % 2:
            lines += [f"  - name: svc-{service}-latency", f"    service: bench/svc-{service}"]
            lines += ["    indicator: {latency: {below: 300ms, at: 95}}"]
        else:
            lines += [f"  - name: edge-{service}", f"    from: bench/svc-{(service + 1) % services}"]
            lines += [f"    to: bench/svc-{service}", "    objective: 99.5"]
    return "\n".join(lines) + "\n"


def fill(data: Path, services: int, hours: int) -> int:
    """Minutes up to now: twelve rows per service (three callers, both sides, good and bad)."""
    client = clickhouse_connect.get_client(dsn=f"chdb://{data / 'store'}", database="meshhub")
    per_minute, minutes = services * 12, hours * 60
    start = int(time.time() - timedelta(hours=hours).total_seconds()) // 60 * 60 + 60
    for first in range(0, minutes, 60):
        text = ROWS.format(
            start=start,
            per_minute=per_minute,
            callers=CALLERS,
            services=services,
            first=first * per_minute,
            count=60 * per_minute,
        )
        client.command(text, settings={"max_partitions_per_insert_block": 0})
    client.close()
    return per_minute * minutes


if __name__ == "__main__":
    main()
