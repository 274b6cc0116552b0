"""Alerts on the hub itself: who watches the mesh must be watched. Each from a number that the hub has in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from alerting.alerts.model import ALERT_NAME, SEVERITY, Observation, Sighting

SOURCE = "hub"
RUNBOOK = "runbook_url"

LAG_SECONDS = 60.0
DISK_SHARE = 0.9
SILENT_SECONDS = 300.0
EVALUATION_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the hub is.

    `lag_seconds` is the age of the oldest segment that is not in the store, per signal. `disk_share` is how much of the
    journal's bound, or of the disk, is used. `silent_seconds` is how long nothing has arrived; None where nothing ever
    has. `quarantined` requests lie in quarantine. `engine_trouble`, `evaluation_trouble`: why the engine, or the
    evaluation of SLOs, does not answer; empty where it does. `silent_processes` of the hub are gone without having said
    so, or are cut off.
    """

    lag_seconds: Mapping[str, float] = field(default_factory=dict)
    disk_share: float = 0.0
    journal_full: bool = False
    silent_seconds: float | None = None
    quarantined: int = 0
    engine_trouble: str = ""
    evaluation_trouble: str = ""
    silent_processes: tuple[str, ...] = ()


def observe(vitals: Vitals) -> list[Observation]:
    """Every alert that the hub has on itself, met or not."""
    return list(_observations(vitals))


def _observations(vitals: Vitals) -> Iterator[Observation]:
    silent = vitals.silent_seconds
    yield _hub(
        "HubIngestStopped",
        "page",
        silent is not None and silent >= SILENT_SECONDS,
        f"Nothing has arrived at the hub for {0 if silent is None else silent:.0f} s",
        "Neither access logs nor spans nor metrics arrive, though they did before. Look at the proxies' connection to "
        "the hub: its address, its certificates, and what they log of their access log service.",
    )
    lag = max(vitals.lag_seconds.values(), default=0.0)
    worst = max(vitals.lag_seconds, key=lambda signal: vitals.lag_seconds[signal], default="")
    yield _hub(
        "HubLoaderLag",
        "ticket",
        lag >= LAG_SECONDS,
        f"What the hub took {lag:.0f} s ago ({worst}) is not in the store yet",
        "Nothing is lost: it waits in the journal. The pages show the past. The engine is too slow or does not answer.",
        after=timedelta(seconds=30),
    )
    yield _hub(
        "HubDiskAlmostFull",
        "page",
        vitals.journal_full or vitals.disk_share >= DISK_SHARE,
        "The hub refuses telemetry: its journal is full"
        if vitals.journal_full
        else f"{vitals.disk_share:.0%} of the hub's room for telemetry is used",
        "When it is full, senders are told to come back later, and drop what they cannot keep. Make room, raise "
        "collector.journal.max_bytes, or find out why the engine does not take what waits.",
        linger=timedelta(minutes=2),
    )
    yield _hub(
        "HubEngineDown",
        "page",
        bool(vitals.engine_trouble),
        "The hub's engine does not answer",
        vitals.engine_trouble or "It answers.",
        after=timedelta(seconds=15),
    )
    yield _hub(
        "HubEvaluationFails",
        "page",
        bool(vitals.evaluation_trouble),
        "SLOs are not evaluated",
        vitals.evaluation_trouble or "They are.",
        after=timedelta(seconds=EVALUATION_SECONDS),
    )
    yield _hub(
        "HubQuarantine",
        "ticket",
        vitals.quarantined > 0,
        f"{vitals.quarantined:,} requests lie in quarantine",
        "The engine cannot take them. `meshhub quarantine list` says which, and why.",
    )
    gone = len(vitals.silent_processes)
    yield _hub(
        "HubProcessSilent",
        "ticket",
        gone > 0,
        f"{gone} {'process' if gone == 1 else 'processes'} of the hub {'is' if gone == 1 else 'are'} not heard of",
        f"Gone without a word, or cut off from the store: {', '.join(vitals.silent_processes) or 'none'}.",
        linger=timedelta(minutes=2),
    )


def _hub(
    name: str,
    severity: str,
    met: bool,
    summary: str,
    description: str,
    *,
    after: timedelta = timedelta(0),
    linger: timedelta = timedelta(0),
) -> Observation:
    return Observation(
        {ALERT_NAME: name, SEVERITY: severity, "component": "meshhub"},
        Sighting.MET if met else Sighting.NOT_MET,
        {"summary": summary, "description": description},
        after,
        linger,
        "/ui/hub",
    )
