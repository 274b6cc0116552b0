"""A checkup made up: workloads that are sound, lack a signal, are silent, or refuse their configuration."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from envoy_config.doctor.model import (
    Checkup,
    Configuration,
    Cure,
    Diagnosis,
    SignalStanding,
    SignalState,
    Standing,
    Telemetry,
)
from meshhub.model import TimeRange, WorkloadIdentity
from meshhub.testing.mood import Mood
from traces.finders.model import Severity

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
STOREFRONT = WorkloadIdentity("demo", "shop", "storefront")
RATINGS = WorkloadIdentity("demo", "shop", "ratings")
CART = WorkloadIdentity("demo", "shop", "cart")


def standing(
    workload: WorkloadIdentity,
    instance: str,
    *,
    logs: SignalState = SignalState.REPORTING,
    spans: SignalState = SignalState.REPORTING,
    stats: SignalState = SignalState.REPORTING,
    ago: timedelta = timedelta(seconds=2),
) -> Standing:
    """A proxy whose signals stand so; what came came so long ago."""
    states = {Telemetry.ACCESS_LOGS: logs, Telemetry.SPANS: spans, Telemetry.STATS: stats}
    return Standing(workload, instance, {signal: _signal(signal, state, ago) for signal, state in states.items()})


def _signal(signal: Telemetry, state: SignalState, ago: timedelta) -> SignalStanding:
    came = state in (SignalState.REPORTING, SignalState.SILENT)
    records = 1200 if state is SignalState.REPORTING else 0
    return SignalStanding(signal, state, records, NOW - ago if came else None)


STANDINGS = (
    replace(
        standing(CART, "cart-v1-1"),
        configuration=Configuration("7f3a", "91bc", "unknown cluster 'nope'", since=NOW - timedelta(minutes=2)),
        expected=True,
    ),
    standing(
        RATINGS,
        "ratings-v1-1",
        logs=SignalState.SILENT,
        spans=SignalState.MISSING,
        stats=SignalState.SILENT,
        ago=timedelta(minutes=7),
    ),
    replace(standing(STOREFRONT, "storefront-v1-1"), sampled_share=0.2, with_context=1200, envoy_version="1.40.0"),
    replace(
        standing(STOREFRONT, "storefront-v1-<b>2</b>", spans=SignalState.MISSING), dropped_logs=12, skew_seconds=4.0
    ),
)

DIAGNOSES = (
    Diagnosis(
        "configuration-rejected",
        Severity.CRITICAL,
        CART,
        None,
        "cart refuses its configuration",
        "cart-v1-1 answered version 91bc with: unknown cluster 'nope'",
        Cure(
            "Mend what the message names in the mesh file, or go back to the version before.", "meshhub wire rollback"
        ),
        ("cart-v1-1",),
    ),
    Diagnosis(
        "spans-missing",
        Severity.WARNING,
        STOREFRONT,
        Telemetry.SPANS,
        "storefront sends no spans",
        "1 proxy (storefront-v1-<b>2</b>) sends access logs and stats, but no spans, in all the time looked back on.",
        Cure("Give it the OpenTelemetry tracer with the hub's cluster.", "meshhub wire emit"),
        ("storefront-v1-<b>2</b>",),
        {"proxies": 1},
        ("0f9b3c1e-5d0c-9f6e-8a5b-0c2f4a1d7e11",),
    ),
)


class FakeDoctorReads:
    """`made` is the checkup of every length."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        window = TimeRange.last(timedelta(minutes=5), now=NOW)
        self.made = Checkup(window, NOW - timedelta(days=1), STANDINGS, DIAGNOSES)

    def checkup(self, length: timedelta = timedelta(minutes=5)) -> Checkup:  # noqa: ARG002
        self._mood.check()
        return self.made
