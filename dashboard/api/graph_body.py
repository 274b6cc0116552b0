"""The body of GET /api/v1/graph.

Typed dictionaries instead of models: a large graph has tens of thousands of these objects, and they need no validation
on the way out (tests validate them). Their descriptions are the API's documentation.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.health_body import HealthBody
from dashboard.api.notes import NoteBody
from dashboard.api.window_body import AgeBody, WindowBody

Share = Annotated[float | None, Field(description="From 0 to 1; null where there were no requests.")]
Counts = Annotated[Mapping[str, int], Field(description="Requests per name, most requests first.")]


class TrafficBody(TypedDict):
    """The headline numbers of all edges on one side of a node, added up."""

    requests: int
    rate_per_second: float
    error_share: Share
    client_error_share: Share


class NodeBody(TypedDict):
    """A service, or what is known of something that is none."""

    id: Annotated[str, Field(description="Stable and safe in URLs.", examples=["demo:shop:reviews"])]
    kind: Annotated[
        str,
        Field(
            description="service, gateway, external, database, queue, tcp (a service seen with TCP only), unknown, or "
            "others (names of a namespace that were too many)."
        ),
    ]
    cluster: Annotated[str, Field(description="Empty where unknown.")]
    namespace: Annotated[str, Field(description="Empty where unknown.")]
    service: Annotated[str, Field(description="The host of an external node; empty for an unknown one.")]
    versions: list[str]
    reporting: Annotated[
        bool,
        Field(description="Whether its own proxy sent access logs. If not, it is not measured, only seen by others."),
    ]
    version: Annotated[str, Field(description="Where versions are nodes of their own; empty where not known.")]
    workloads: Annotated[list[str], Field(description="Deployments, StatefulSets, ... that it is of, as far as known.")]
    workload: Annotated[str, Field(description="Where workloads are nodes of their own; empty where not known.")]
    known: Annotated[list[str], Field(description="Of a node that is no service: what is known of it, in words.")]
    last_seen: Annotated[
        datetime | None,
        Field(description="Of an idle node, without traffic in the window: when it last reported some."),
    ]
    inbound: Annotated[TrafficBody | None, Field(description="null where nobody called it.")]
    outbound: Annotated[TrafficBody | None, Field(description="null where it called nobody.")]
    health: Annotated[HealthBody | None, Field(description="null if it was not asked for.")]


class EndBody(TypedDict):
    """One end of an edge: a node in short."""

    id: str
    kind: str
    cluster: str
    namespace: str
    service: str
    version: str
    workload: str


class PoolBody(TypedDict):
    """What the stats of the caller's proxies say of their connections to the callee, over the window."""

    ejections: Annotated[int, Field(description="Outlier ejections.")]
    ejected_hosts: Annotated[int, Field(description="The most that one proxy had ejected at a time.")]
    pool_overflows: Annotated[int, Field(description="Requests and connections that a circuit breaker refused.")]
    retry_overflows: Annotated[int, Field(description="Retries that a circuit breaker refused.")]
    connection_failures: int
    connection_timeouts: int
    open_circuit_breakers: Annotated[list[str], Field(description="Open at some time: cx, rq, rq_pending, rq_retry.")]
    active_connections: Annotated[int, Field(description="Open at the window's end: the most of its last minute.")]
    active_requests: Annotated[int, Field(description="Under way at the window's end: the most of its last minute.")]


class SignalCountBody(TypedDict):
    """What another signal than `measured_by` says of the same calls: never to be added to them."""

    signal: Annotated[str, Field(description="stats or span.")]
    reporter: Annotated[str, Field(description="client or server: whose spans or stats.")]
    requests: Annotated[int, Field(description="Connections for TCP.")]
    share: Annotated[
        float | None,
        Field(
            description="Of the requests that the same side's own report has; for spans: what sampling let "
            "through. Of the headline's, where that side is not measured."
        ),
    ]
    error_share: float | None


class LatencyBody(TypedDict):
    """Milliseconds from the start of a request to the end of its answer, at the reporting proxy; within 5 %."""

    p50: float
    p90: float
    p95: float
    p99: float
    mean: float


class EndsBody(TypedDict):
    """Something at both ends of an edge."""

    source: list[str]
    destination: list[str]


class PartsBody(TypedDict):
    """Requests per version or workload at both ends, as far as the side knew."""

    source: Counts
    destination: Counts


class GoldenBody(TypedDict):
    """What an edge is judged by."""

    requests: Annotated[int, Field(description="Requests, or connections for TCP.")]
    rate_per_second: float
    error_share: Annotated[
        float | None, Field(description="Share of requests with an error of any kind but 4xx; null without requests.")
    ]
    client_error_share: Annotated[float | None, Field(description="Share of requests answered with 4xx.")]
    errors: Annotated[
        Mapping[str, int], Field(description="Requests by kind of error: 5xx, 4xx, grpc, no_response, reset.")
    ]
    latency_ms: LatencyBody | None
    response_flags: Annotated[Mapping[str, int], Field(description="Requests by Envoy response flag.")]
    mtls_share: Annotated[
        float | None, Field(description="Share of the requests whose security is known; null where none is.")
    ]
    retries: Annotated[int, Field(description="Attempts beyond the first.")]


class ReportBody(GoldenBody):
    """What one side reported of an edge."""

    response_codes: Counts
    grpc_statuses: Counts
    bytes_received: Annotated[int, Field(description="By the proxy from the caller: request bodies.")]
    bytes_sent: Annotated[int, Field(description="By the proxy to the caller: response bodies.")]
    security: Annotated[Mapping[str, int], Field(description="Requests by mtls, tls, plaintext, unknown.")]
    principals: Annotated[EndsBody, Field(description="SPIFFE ids of both ends.")]
    versions: PartsBody
    workloads: PartsBody
    attempts: int
    retry_amplification: Annotated[float | None, Field(description="Attempts per request.")]
    first_seen: Annotated[datetime, Field(description="Start of the first ten seconds with a request.")]
    last_seen: Annotated[datetime, Field(description="Start of the last ten seconds with a request.")]


class ReportsBody(TypedDict):
    """Both views of the same calls, never to be added; null where a side is not measured."""

    client: ReportBody | None
    server: ReportBody | None


class EdgeBody(GoldenBody):
    """Calls from one service to another. Its numbers are those of the side named by `headline`."""

    id: Annotated[str, Field(examples=["demo:shop:storefront~demo:shop:catalog~http"])]
    source: EndBody
    destination: EndBody
    transport: Annotated[str, Field(description="http, grpc or tcp.")]
    measured_by: Annotated[str, Field(description="access_log (every request), stats (counted) or span (sampled).")]
    headline: Annotated[str, Field(description="client, where the caller's side is measured, else server.")]
    reports: Annotated[ReportsBody | None, Field(description="null if they were not asked for.")]
    health: Annotated[HealthBody | None, Field(description="null if it was not asked for.")]
    pool: Annotated[PoolBody | None, Field(description="null where stats say nothing, or nothing but zeroes.")]
    security: Annotated[NoteBody | None, Field(description="Why not all calls are mutual TLS; null where they are.")]
    beside: Annotated[
        list[SignalCountBody], Field(description="What the signals say that it is not measured by; empty for none.")
    ]
    notes: list[NoteBody]


class GraphBody(TypedDict):
    """The service graph of a window."""

    window: WindowBody
    freshness: Annotated[AgeBody | None, Field(description="null if it was not asked for.")]
    baseline: Annotated[
        WindowBody | None, Field(description="What health was compared with; null where nothing was measured.")
    ]
    nodes: Annotated[list[NodeBody], Field(description="By id.")]
    edges: Annotated[list[EdgeBody], Field(description="By id.")]
    perspective: Annotated[str, Field(description="What a node is: service, or version.")]
    truncated: Annotated[bool, Field(description="Not all of it is shown; `notes` say what is not.")]
    notes: Annotated[list[NoteBody], Field(description="What was left out or taken together.")]
    response_flags: Annotated[Mapping[str, str], Field(description="Every response flag of the edges, in words.")]
