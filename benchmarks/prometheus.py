"""CPU per sample of Prometheus' ways in beside OTLP metrics: check or parse in Python, then the engine with all views.

`python -m benchmarks.prometheus [--series 20000]`: the same series of Istio's shape by remote write v1 and v2, by a
scrape (a target's first one and its next) and as an OTLP request. Nothing is sent over a socket, and the journal is
left out.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cramjam

from collector.checks.remote_write import WriteCheck
from collector.checks.request import RequestCheck
from collector.journal.record import encode
from collector.receivers.snappy import decompress
from collector.schema import SCHEMAS
from collector.scrape import wire
from collector.scrape.encoder import Encoder, SampleLimits
from collector.settings import LimitSettings
from meshhub.model import Signal
from meshhub.testing.prometheus import Series, write_request, write_request_v2
from storage.client import Store
from storage.settings import StorageSettings

PER_REQUEST = 2000
TRIES = 3


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=20_000)
    count = parser.parse_args().series
    series = [_series(number) for number in range(count)]
    ways = _ways(series)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open("embedded", Path(folder), StorageSettings())
        store.migrations.apply()
        rows = [(name, *_measure(store, Path(folder), signal, make, count)) for name, signal, make in ways]
        store.close()
    base = sum(rows[0][1:])
    print("| way | µs CPU in Python | µs CPU in the engine | samples per CPU-second | ÷ OTLP |")
    print("|---|---|---|---|---|")
    for name, ours, engines in rows:
        total = ours + engines
        print(f"| {name} | {ours:.1f} | {engines:.1f} | {1e6 / total:,.0f} | {base / total:.2f} |")


def _series(number: int) -> Series:
    labels = {
        "__name__": "istio_requests_total", "reporter": "source", "source_workload": f"a{number % 50}",
        "source_workload_namespace": "shop", "destination_workload": f"b{number // 50}",
        "destination_service": f"b{number // 50}.shop.svc.cluster.local", "request_protocol": "http",
        "response_code": "200", "response_flags": "-", "connection_security_policy": "mutual_tls", "n": str(number),
        "job": "istio", "instance": "10.0.0.1:15020",
    }  # fmt: skip
    return labels, [(float(number), time.time_ns() // 10**6)]


Way = tuple[str, Signal, Callable[[], list[bytes]]]


def _ways(series: list[Series]) -> list[Way]:
    check, otlp = WriteCheck(LimitSettings()), RequestCheck(SCHEMAS[Signal.METRICS], LimitSettings())
    batches = [series[start : start + PER_REQUEST] for start in range(0, len(series), PER_REQUEST)]

    def packed(make: Callable[..., object]) -> list[bytes]:
        return [bytes(cramjam.snappy.compress_raw(make(batch).SerializeToString())) for batch in batches]  # type: ignore[attr-defined]

    v1, v2 = packed(write_request), packed(write_request_v2)
    texts = ["# TYPE istio_requests_total counter\n" + "".join(map(_line, batch)) for batch in batches]
    known = [_encoder() for _ in texts]
    requests = [_scrape(encoder, text) for encoder, text in zip(known, texts, strict=True)]

    def checked_otlp() -> list[bytes]:
        return [body for body in requests if otlp.quick(body)]

    return [
        ("OTLP", Signal.METRICS, checked_otlp),
        ("remote write v1", Signal.REMOTE_WRITE, lambda: [check.check_v1(decompress(body, 2**26)).body for body in v1]),
        ("remote write v2", Signal.REMOTE_WRITE, lambda: [check.check_v2(decompress(body, 2**26)).body for body in v2]),
        ("scrape, first", Signal.METRICS, lambda: [_scrape(_encoder(), text) for text in texts]),
        ("scrape, next", Signal.METRICS, lambda: [_scrape(*pair) for pair in zip(known, texts, strict=True)]),
    ]


def _encoder() -> Encoder:
    return Encoder({}, [], SampleLimits(100_000, 64, 256, 4096))


def _scrape(encoder: Encoder, text: str) -> bytes:
    made = encoder.encode(text, time.time_ns(), openmetrics=False)
    return wire.request(wire.resource({"service.name": "a"}), "meshhub.scrape", made.metrics)


def _line(series: Series) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in series[0].items() if name != "__name__")
    return f"istio_requests_total{{{labels}}} {series[1][0][0]:g}\n"


def _measure(
    store: Store, folder: Path, signal: Signal, make: Callable[[], list[bytes]], count: int
) -> tuple[float, float]:
    """Microseconds of CPU a sample, the least of several tries: in Python, and in the engine."""
    ours, engines = [], []
    for number in range(TRIES):
        before = _cpu()
        bodies = make()
        ours.append(_cpu() - before)
        path = folder / "segment"
        path.write_bytes(b"".join(part for body in bodies for part in encode(body, time.time_ns(), b"")))
        before = _cpu()
        store.insert_segment(signal, path, f"{signal}-{number}-{time.time_ns()}")
        engines.append(_cpu() - before)
    return min(ours) / count * 1e6, min(engines) / count * 1e6


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
