"""Rows about what surrounds one request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StrangeCall:
    """A request that an instance made ("call"), or served ("cause"), under other ids than those that were asked about.

    `candidates`: how many requests the instance was serving when it made the call; 0 for a cause.
    """

    instance: str
    kind: str
    request_id: str
    trace_id: str
    time_unix_nano: int
    candidates: int


@dataclass(frozen=True, slots=True)
class EdgeMinutes:
    """How calls of a relation went in some minutes, as one side reported them (table edges_rollup).

    `latency_us` are the 0.5, 0.9, 0.95 and 0.99 quantiles in microseconds; `outcomes` keys (response code, gRPC status
    or -1, response flags, TCP) and, in a second list of the same length, their requests.
    """

    reporter: str
    source_namespace: str
    source_service: str
    destination_namespace: str
    destination_service: str
    requests: int
    latency_us: list[float]
    outcomes: tuple[list[tuple[int, int, str, int]], list[int]]


@dataclass(frozen=True, slots=True)
class SpanSender:
    """How many spans a service sent in a time; of all services together where `service` is empty."""

    service: str
    spans: int


@dataclass(frozen=True, slots=True)
class SimilarId:
    """An id that resembles one that was asked for. `kind`: "request" or "trace"."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class LookedUpSince:
    """The oldest time that ids are indexed of, in Unix seconds; 0 where nothing is stored."""

    since: int
