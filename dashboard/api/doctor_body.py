"""The body of GET /api/v1/doctor."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.findings_body import SubjectBody
from dashboard.api.window_body import WindowBody, show_window
from envoy_config.doctor.model import Checkup, Configuration, Cure, Diagnosis, SignalStanding, Standing
from meshhub.model import WorkloadIdentity


class SignalBody(TypedDict):
    """One signal of one proxy."""

    state: Annotated[
        str, Field(description="reporting, silent, missing, idle (nothing to send) or off (as configured).")
    ]
    records: Annotated[int, Field(description="In the window.")]
    last: Annotated[str | None, Field(description="When the newest was received; RFC 3339.")]


class ConfigurationBody(TypedDict):
    """What a proxy that is configured over ADS runs with."""

    version: str
    wanted: str
    rejected: Annotated[str, Field(description="The proxy's own message where it refused what it was given (NACK).")]
    connected: bool


class ProxyBody(TypedDict):
    """How the wiring of one proxy stands."""

    workload: SubjectBody
    instance: str
    signals: Annotated[dict[str, SignalBody], Field(description='By "access logs", "spans" and "stats".')]
    sampled_share: Annotated[float | None, Field(description="Of its access logs with a trace context.")]
    clock_ahead_seconds: float | None
    dropped_logs: Annotated[int, Field(description="By the proxy's own counters, in the window.")]
    dropped_spans: int
    requests_counted: Annotated[
        int | None, Field(description="By its stats, between its first and last of the window.")
    ]
    request_logs_received: Annotated[int | None, Field(description="Access logs of requests that ended in that time.")]
    envoy_version: str
    configuration: ConfigurationBody | None


class RemedyBody(TypedDict):
    """Sampling that POST /api/v1/wiring/sampling sets."""

    percent: float
    service: str | None


class CureBody(TypedDict):
    """What mends it."""

    text: str
    remedy: Annotated[RemedyBody | None, Field(description="Where the hub can make the change itself.")]
    change: Annotated[str, Field(description="The exact change: a command or lines of configuration; may be empty.")]


class DiagnosisBody(TypedDict):
    """One fault of the wiring."""

    code: Annotated[str, Field(description="Stable; docs/how-to/doctor.md explains each.")]
    severity: Annotated[str, Field(description="critical, warning or note.")]
    workload: Annotated[SubjectBody, Field(description="All parts are empty where it is about the whole mesh.")]
    signal: str | None
    title: str
    evidence: str
    cure: CureBody
    instances: Annotated[list[str], Field(description="The proxies that show it.")]
    numbers: dict[str, float]
    examples: Annotated[list[str], Field(description="Ids of requests that show it.")]


class DoctorBody(TypedDict):
    """How the wiring of the mesh stands, and what is wrong with it, worst first."""

    window: WindowBody
    looked_back_to: str
    proxies: list[ProxyBody]
    diagnoses: list[DiagnosisBody]


def show_checkup(checkup: Checkup) -> DoctorBody:
    """The body."""
    return {
        "window": show_window(checkup.window),
        "looked_back_to": checkup.looked_back_to.isoformat(),
        "proxies": [_proxy(standing) for standing in checkup.standings],
        "diagnoses": [_diagnosis(diagnosis) for diagnosis in checkup.diagnoses],
    }


def _proxy(standing: Standing) -> ProxyBody:
    return {
        "workload": _subject(standing.workload),
        "instance": standing.instance,
        "signals": {signal.value: _signal(each) for signal, each in standing.signals.items()},
        "sampled_share": standing.sampled_share,
        "clock_ahead_seconds": standing.skew_seconds,
        "dropped_logs": standing.dropped_logs,
        "dropped_spans": standing.dropped_spans,
        "requests_counted": standing.requests_counted,
        "request_logs_received": standing.request_logs_received,
        "envoy_version": standing.envoy_version,
        "configuration": None if standing.configuration is None else _configuration(standing.configuration),
    }


def _signal(standing: SignalStanding) -> SignalBody:
    return {"state": standing.state.value, "records": standing.records, "last": _moment(standing.last)}


def _configuration(found: Configuration) -> ConfigurationBody:
    return {
        "version": found.version,
        "wanted": found.wanted,
        "rejected": found.rejected,
        "connected": found.connected,
    }


def _diagnosis(diagnosis: Diagnosis) -> DiagnosisBody:
    return {
        "code": diagnosis.code,
        "severity": diagnosis.severity.value,
        "workload": _subject(diagnosis.workload),
        "signal": None if diagnosis.signal is None else diagnosis.signal.value,
        "title": diagnosis.title,
        "evidence": diagnosis.evidence,
        "cure": _cure(diagnosis.cure),
        "instances": list(diagnosis.instances),
        "numbers": dict(diagnosis.numbers or {}),
        "examples": list(diagnosis.examples),
    }


def _cure(cure: Cure) -> CureBody:
    remedy = cure.remedy
    shown: RemedyBody | None = None if remedy is None else {"percent": remedy.percent, "service": remedy.service}
    return {"text": cure.text, "change": cure.change, "remedy": shown}


def _subject(who: WorkloadIdentity) -> SubjectBody:
    return {"cluster": who.cluster, "namespace": who.namespace, "service": who.service}


def _moment(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
