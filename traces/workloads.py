"""The workloads that a request passed, with the spans and log lines of their applications."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from meshhub.model import WorkloadIdentity
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.calls import fits, identity_of
from traces.model import JourneyWorkload, LogNote, SpanNote


@dataclass(slots=True)
class _Gathered:
    instances: set[str] = field(default_factory=set)
    proxy_reported: bool = False
    spans: list[SpanNote] = field(default_factory=list)
    logs: list[LogNote] = field(default_factory=list)


def gather(
    reports: Iterable[AccessLog],
    spans: Sequence[tuple[Span, SpanNote]],
    logs: Sequence[tuple[LogRecord, LogNote]],
) -> tuple[JourneyWorkload, ...]:
    """Every workload that reported anything, in the order of `reports`, then by name.

    An application that does not tell its whole identity is the one workload whose proxy reported and that it fits.
    """
    found: dict[WorkloadIdentity, _Gathered] = defaultdict(_Gathered)
    for report in reports:
        workload = found[identity_of(report)]
        workload.proxy_reported = True
        workload.instances.add(report.instance)
    proxies = tuple(found)
    for identity, instance, note in _notes(spans, logs):
        workload = found[_home(identity, proxies)]
        workload.instances.add(instance)
        if isinstance(note, SpanNote):
            workload.spans.append(note)
        else:
            workload.logs.append(note)
    return tuple(_workload(identity, workload) for identity, workload in found.items())


def _notes(
    spans: Sequence[tuple[Span, SpanNote]], logs: Sequence[tuple[LogRecord, LogNote]]
) -> list[tuple[WorkloadIdentity, str, SpanNote | LogNote]]:
    """With the identity and instance that sent them, by identity."""
    found: list[tuple[WorkloadIdentity, str, SpanNote | LogNote]] = []
    found += ((_identity(span), span.instance, note) for span, note in spans)
    found += ((_identity(record), record.instance, note) for record, note in logs)
    return sorted(found, key=lambda told: told[0])


def _workload(identity: WorkloadIdentity, workload: _Gathered) -> JourneyWorkload:
    return JourneyWorkload(
        identity,
        tuple(sorted(workload.instances - {""})),
        workload.proxy_reported,
        tuple(sorted(workload.spans, key=lambda span: (span.start_us, -span.duration_us, span.span_id))),
        tuple(sorted(workload.logs, key=lambda log: log.offset_us)),
    )


def _identity(record: Span | LogRecord) -> WorkloadIdentity:
    return WorkloadIdentity(record.cluster, record.namespace, record.service, record.version)


def _home(identity: WorkloadIdentity, proxies: Sequence[WorkloadIdentity]) -> WorkloadIdentity:
    if identity in proxies:
        return identity
    fitting = [proxy for proxy in proxies if proxy.service == identity.service != "" and _may_be(identity, proxy)]
    return fitting[0] if len(fitting) == 1 else identity


def _may_be(identity: WorkloadIdentity, proxy: WorkloadIdentity) -> bool:
    return (
        fits(identity.cluster, proxy.cluster)
        and fits(identity.namespace, proxy.namespace)
        and fits(identity.version, proxy.version)
    )
