"""How the wiring of a mesh stands, proxy by proxy, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from meshhub.model import TimeRange, WorkloadIdentity
from traces.finders.model import Severity


class Telemetry(StrEnum):
    """What a proxy sends, in the words of those who run it."""

    ACCESS_LOGS = "access logs"
    SPANS = "spans"
    STATS = "stats"


class SignalState(StrEnum):
    """How one signal of one proxy stands."""

    REPORTING = "reporting"
    SILENT = "silent"
    """It came before, and does not come now."""
    MISSING = "missing"
    """It never came in the time looked back on."""
    IDLE = "idle"
    """Nothing came, and there was nothing to send: no requests, or none sampled."""
    OFF = "off"
    """The mesh file says that it is not sent."""


@dataclass(frozen=True, slots=True)
class SignalStanding:
    """One signal of one proxy. `records` came in the window, the newest of all at `last`."""

    signal: Telemetry
    state: SignalState
    records: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a proxy that is configured over ADS runs with, as the ADS server knows it.

    `version` is what it has taken, `wanted` what it should have; `rejected` is its own message where it refused it
    (NACK),
    empty where it did not; `connected` is whether its stream is up.
    """

    version: str
    wanted: str
    rejected: str = ""
    connected: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one proxy's wiring stands.

    `workload` has no version. Parts that nothing reported are empty. `sampled_share` is of its access logs with a trace
    context; `skew_seconds` is how far its clock is ahead of the hub's (behind: below zero), None where it cannot be
    told
    from a delay. `dropped_logs` and `dropped_spans` are by the proxy's own counters, which cover `counted_seconds` of
    the
    window; in the same time it counted `requests_counted` and the hub received `request_logs_received` logs of them.
    """

    workload: WorkloadIdentity
    instance: str
    signals: Mapping[Telemetry, SignalStanding]
    sampled_share: float | None = None
    with_context: int = 0
    skew_seconds: float | None = None
    delay_seconds: float | None = None
    dropped_logs: int = 0
    dropped_spans: int = 0
    hub_connect_fail: int = 0
    requests_counted: int | None = None
    request_logs_received: int | None = None
    counted_seconds: float = 0.0
    envoy_version: str = ""
    expected: bool = False
    configuration: Configuration | None = None

    @property
    def records(self) -> int:
        return sum(each.records for each in self.signals.values())


@dataclass(frozen=True, slots=True)
class Expected:
    """A proxy that the mesh file has, and what it should send.

    `since` is when what is served changed last, None where that is not known.
    """

    workload: WorkloadIdentity
    instance: str
    signals: frozenset[Telemetry]
    sampling_percent: float
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SamplingRemedy:
    """Sampling that the hub can set itself, where it configures the proxies: of a service, or of all that have none of
    their own."""

    percent: float
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Cure:
    """What mends a fault: a sentence, and the exact change (a command, or lines of configuration). With a remedy, the
    hub can make the change itself."""

    text: str
    change: str = ""
    remedy: SamplingRemedy | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One fault of the wiring.

    `code` is stable (docs/reference/doctor.md). `instances` are the proxies that show it, sorted; empty where it is
    about
    the whole workload. `numbers` are what the evidence counts; `examples` are request ids that show it.
    """

    code: str
    severity: Severity
    workload: WorkloadIdentity
    signal: Telemetry | None
    title: str
    evidence: str
    cure: Cure
    instances: tuple[str, ...] = ()
    numbers: Mapping[str, float] | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkup:
    """Every proxy's standing, by name, and what is wrong, worst first."""

    window: TimeRange
    looked_back_to: datetime
    standings: tuple[Standing, ...]
    diagnoses: tuple[Diagnosis, ...]
