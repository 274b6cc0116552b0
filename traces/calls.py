"""A call while the journey is being built, and small questions about access logs."""

from dataclasses import dataclass, field

from meshhub.model import Reporter, WorkloadIdentity
from storage.records.access_logs import AccessLog

Clock = tuple[str, str, str, str]
"""Cluster, namespace, service, instance: whose clock an access log, span or log line was written by."""

MICROSECOND = 1000


@dataclass(slots=True)
class Call:
    """One call: the caller's report, and the callee's of every attempt that it saw, by time. One of them is there."""

    client: AccessLog | None
    servers: list[AccessLog] = field(default_factory=list)

    @property
    def reports(self) -> list[AccessLog]:
        """The caller's first."""
        return self.servers if self.client is None else [self.client, *self.servers]


def is_server(log: AccessLog) -> bool:
    """Whether the callee's proxy wrote it. One that does not say where it stood spoke of a call that it made."""
    return log.reporter == Reporter.SERVER


def clock_of(log: AccessLog) -> Clock:
    return log.cluster, log.namespace, log.service, log.instance


def identity_of(log: AccessLog) -> WorkloadIdentity:
    """The reporting workload."""
    return WorkloadIdentity(log.cluster, log.namespace, log.service, log.version)


def start_of(log: AccessLog) -> int:
    """Nanoseconds, by its own clock."""
    return log.time_unix_nano


def end_of(log: AccessLog) -> int:
    """Nanoseconds, by its own clock."""
    return log.time_unix_nano + log.duration_us * MICROSECOND


def fits(known: str, value: str) -> bool:
    """Whether a part of an identity may be this value: an unknown part may be any."""
    return not known or known == value


def order_of(log: AccessLog) -> tuple[int, int, str, str, str, str, str]:
    """Sorts access logs by time, and ties in a fixed order."""
    return log.time_unix_nano, log.duration_us, log.reporter, log.service, log.instance, log.span_id, log.path
