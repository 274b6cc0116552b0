"""Rows of the finders: what over all traffic looks like a mistake. Durations are microseconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests of a window, each report counted."""

    requests: int


@dataclass(frozen=True, slots=True)
class PropagationRow:
    """What one service passed on of the ids of the requests that it served."""

    cluster: str
    namespace: str
    service: str
    calls: int
    lost_request_ids: int
    traced_calls: int
    lost_traces: int
    examples: list[str]


@dataclass(frozen=True, slots=True)
class ForeignIdsRow:
    """Requests that one workload brought in with an id that is no UUID."""

    cluster: str
    namespace: str
    service: str
    role: str
    requests: int
    sampled: int
    examples: list[str]


@dataclass(frozen=True, slots=True)
class RelationRow:
    """The ends of a call relation."""

    source_cluster: str
    source_namespace: str
    source_service: str
    destination_cluster: str
    destination_namespace: str
    destination_service: str


@dataclass(frozen=True, slots=True)
class RetriesRow(RelationRow):
    """How often a relation tried again, and how many requests failed all the same."""

    requests: int
    attempts: int
    failed: int


@dataclass(frozen=True, slots=True)
class RetriedRequest:
    """One request that was tried more than once."""

    request_id: str


@dataclass(frozen=True, slots=True)
class RepeatedCallsRow(RelationRow):
    """The same call made over and over for one request: in so many requests, so often in all, at most so often in one.

    `busy_us` is what the calls took together, `covered_us` the time in which at least one of them ran.
    """

    method: str
    template: str
    requests: int
    calls: int
    most: int
    busy_us: int
    covered_us: int
    examples: list[str]


@dataclass(frozen=True, slots=True)
class CallsPerRequestRow(RelationRow):
    """The calls of a relation, and the requests that the caller served meanwhile."""

    calls: int
    served: int


@dataclass(frozen=True, slots=True)
class ProxyTimesRow(RelationRow):
    """Where the time of a relation's requests went, each sum over the same requests."""

    requests: int
    client_us: int
    server_us: int
    client_queue_us: int
    server_queue_us: int
    connect_us: int
    between_p95_us: float
    examples: list[str]
