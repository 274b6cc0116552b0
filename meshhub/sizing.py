"""What a hub takes for a mesh: cores, memory and disk, from what was measured (docs/benchmarks.md).

Figures of one run on two cores that the load generator shared; a hub is given twice the cores that the arithmetic
says, so that bursts, queries and merges have room.
"""

from dataclasses import dataclass

SPAN_CPU_US = 18.6
ACCESS_LOG_CPU_US = 41.2
POINT_CPU_US = 10.0
"""Of a data point of stats: taken as half of a span, which has more columns and more views; not measured by itself."""
SPAN_BYTES = 37.4
ACCESS_LOG_BYTES = 40.9
POINT_BYTES = 4.0
"""Of a data point, after merges, in the demo's store: the same series lie together."""
IDLE_CORES = 0.4
BASE_MEMORY_BYTES = 950 * 2**20
MEMORY_BYTES_PER_RECORD_PER_SECOND = 2_300.0
"""A line through the peaks that were measured at 50,000 and 159,000 spans per second."""
HEADROOM = 2.0
JOURNAL_SECONDS = 3600
"""How long the engine may be away before senders are refused: what waits is on disk as it came."""
RAW_BYTES = {"span": 510, "access_log": 1310, "point": 160}
SERIES_PER_PROXY = 400
REPORTS_PER_CALL = 2
"""Both proxies of a call report it."""

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Mesh:
    """What a mesh does. `requests_per_second` are calls between services; `sampling` is the traced share, 0 to 1."""

    requests_per_second: float
    services: int
    instances_per_service: float = 2
    sampling: float = 0.1
    application_spans: float = 0
    """Spans of applications per traced call, beside those of the proxies."""
    stats_seconds: float = 10
    days: float = 7


@dataclass(frozen=True, slots=True)
class Size:
    """What it takes. Rates are per second; `volume_bytes` is disk for telemetry, journal and merges together."""

    access_logs: float
    spans: float
    points: float
    cores: float
    memory_bytes: float
    store_bytes: float
    journal_bytes: float
    hubs: int

    @property
    def volume_bytes(self) -> float:
        """With a third of the store for parts that are being merged."""
        return self.store_bytes * 4 / 3 + self.journal_bytes


CORES_OF_ONE = 8.0
"""From so many cores on one embedded engine is no longer enough: a ClickHouse server, and more collectors."""


def size(mesh: Mesh) -> Size:
    """The arithmetic.

    Raises:
        ValueError: a number is negative, or the share is not between 0 and 1.
    """
    numbers = (mesh.requests_per_second, mesh.services, mesh.instances_per_service, mesh.application_spans, mesh.days)
    if min(numbers) < 0 or mesh.stats_seconds <= 0 or not 0 <= mesh.sampling <= 1:
        raise ValueError("could not size this mesh: rates and counts are 0 or more, the sampled share is from 0 to 1")
    access_logs = mesh.requests_per_second * REPORTS_PER_CALL
    spans = mesh.requests_per_second * mesh.sampling * (REPORTS_PER_CALL + mesh.application_spans)
    points = mesh.services * mesh.instances_per_service * SERIES_PER_PROXY / mesh.stats_seconds
    busy = (access_logs * ACCESS_LOG_CPU_US + spans * SPAN_CPU_US + points * POINT_CPU_US) / 1e6
    cores = IDLE_CORES + busy * HEADROOM
    per_second = access_logs * ACCESS_LOG_BYTES + spans * SPAN_BYTES + points * POINT_BYTES
    raw = access_logs * RAW_BYTES["access_log"] + spans * RAW_BYTES["span"] + points * RAW_BYTES["point"]
    return Size(
        access_logs,
        spans,
        points,
        cores,
        BASE_MEMORY_BYTES + (access_logs + spans) * MEMORY_BYTES_PER_RECORD_PER_SECOND,
        per_second * DAY * mesh.days,
        raw * JOURNAL_SECONDS,
        max(1, -(-int(cores * 1000) // int(CORES_OF_ONE * 1000))),
    )
