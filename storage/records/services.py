"""Rows of services: what the proxies of a service and of its callers counted."""

from dataclasses import dataclass

Outcomes = tuple[list[tuple[int, int, str, int]], list[int]]
"""Keys (response code, gRPC status or -1, response flags, 1 for TCP) and, of the same length, their requests."""


@dataclass(frozen=True, slots=True)
class NamedLatency:
    """All requests to (or of) a service by one of its names, over a window (table edges).

    `outside` is 1 for a host outside the mesh. `latency_us` are the 0.5, 0.9, 0.95 and 0.99 quantiles within 5 %.
    `course` has the requests by step since the start of the window.
    """

    signal: str
    reporter: str
    outside: int
    cluster: str
    namespace: str
    service: str
    requests: int
    duration_us_sum: int
    latency_us: list[float]
    course: dict[int, int]


@dataclass(frozen=True, slots=True)
class NamedInstances:
    """The proxies that reported of a service, sorted."""

    cluster: str
    namespace: str
    service: str
    instances: list[str]


@dataclass(frozen=True, slots=True)
class RouteCount:
    """The requests of one route and method; `duration_buckets` are as in table request_minutes."""

    method: str
    route_name: str
    transport: str
    outcomes: Outcomes
    duration_us_sum: int
    duration_buckets: dict[int, int]


@dataclass(frozen=True, slots=True)
class VersionCount:
    """The requests of one version; minutes are Unix seconds of their start."""

    version: str
    first_minute: int
    last_minute: int
    outcomes: Outcomes
    duration_us_sum: int
    duration_buckets: dict[int, int]


@dataclass(frozen=True, slots=True)
class InstanceCount:
    """The requests that one instance's proxy reported."""

    instance: str
    version: str
    last_minute: int
    outcomes: Outcomes
    duration_us_sum: int
    duration_buckets: dict[int, int]


@dataclass(frozen=True, slots=True)
class VersionBirth:
    """The first minute of a version in all that is stored, in Unix seconds."""

    version: str
    first_minute: int


@dataclass(frozen=True, slots=True)
class FlagCount:
    """The requests with a response flag in the step that starts at `second` (Unix)."""

    second: int
    flag: str
    requests: int


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One access log in short."""

    time_unix_nano: int
    reporter: str
    source_service: str
    destination_service: str
    instance: str
    request_id: str
    trace_id: str
    method: str
    path: str
    transport: str
    response_code: int
    grpc_status: int
    response_flags: str
    duration_us: int


@dataclass(frozen=True, slots=True)
class SignalReport:
    """What a service sent of one signal. `newest` is when the hub took the last, in Unix seconds; 0 where nothing came.

    `sampled` of the `with_context` access logs whose trace context says so were sampled. `proxy_versions` are Envoy's.
    """

    signal: str
    records: int
    newest: int
    instances: int
    sampled: int
    with_context: int
    proxy_versions: list[str]
