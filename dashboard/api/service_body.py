"""The bodies of GET /api/v1/services and /api/v1/services/{id}."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.graph_body import EdgeBody, LatencyBody, NodeBody, Share
from dashboard.api.notes import NoteBody
from dashboard.api.window_body import WindowBody

Side = Annotated[
    str | None,
    Field(
        description="Whose reports the numbers are: callers (what was asked of it), own (what its proxy answered), "
        "calls (what its proxy asked of others); null where nobody reported."
    ),
]


class VerdictBody(TypedDict):
    """How well it does, and why."""

    health: Annotated[str, Field(description="healthy, degraded, failing, idle or not-measured.")]
    reasons: list[NoteBody]


class ServiceRowBody(TypedDict):
    """One service in a line."""

    id: Annotated[str, Field(description="The id of its node in the graph.", examples=["demo:shop:reviews"])]
    kind: str
    cluster: str
    namespace: str
    service: str
    verdict: VerdictBody
    side: Side
    requests: int
    rate_per_second: float | None
    error_share: Share
    latency_ms: LatencyBody | None
    p95_before_ms: Annotated[float | None, Field(description="Of the window before; null with fewer than 50 requests.")]
    versions: list[str]
    instances: Annotated[int | None, Field(description="Proxies that reported; null where its own did not.")]
    course: Annotated[list[int], Field(description="Requests in equal parts of the window, by time.")]


class ServicesBody(TypedDict):
    """Every service of a window."""

    window: WindowBody
    services: Annotated[list[ServiceRowBody], Field(description="What hurts most first.")]
    truncated: Annotated[bool, Field(description="There were more call relations than were read.")]


class TallyBody(TypedDict):
    """What is counted of some requests."""

    requests: int
    outcomes: Annotated[
        Mapping[str, int], Field(description="Requests by ok, 5xx, 4xx, grpc, no_response, reset; those that occurred.")
    ]
    error_share: Share
    client_error_share: Share
    latency_ms: Annotated[LatencyBody | None, Field(description="Within 5 %.")]


class RouteBody(TallyBody):
    """The requests of one route and method."""

    method: str
    route: Annotated[str, Field(description="Empty: the proxy named none.")]
    transport: str


class VersionBody(TallyBody):
    """The requests of one version, beside the one with the most."""

    version: Annotated[str, Field(description="Empty: nobody named it.")]
    standing: Annotated[str, Field(description="base, worse, better, same or too-few.")]
    reasons: Annotated[list[str], Field(description="What differs, with counts and how sure it is.")]
    first_seen: datetime
    last_seen: datetime
    born: Annotated[datetime | None, Field(description="Its first minute in all that is stored; null for the oldest.")]


class OutlierBody(TypedDict):
    """A way in which an instance is worse than the others."""

    code: Annotated[str, Field(description="errors or latency.")]
    text: str


class InstanceBody(TallyBody):
    """What the proxy of one instance reported."""

    instance: str
    versions: list[str]
    last_seen: datetime
    outliers: list[OutlierBody]


class StepBody(TypedDict):
    """One step of a time series."""

    time: datetime
    requests: int
    errors: Annotated[Mapping[str, int], Field(description="Requests by kind of error, 4xx too.")]
    latency_ms: Annotated[Mapping[str, float], Field(description="p50, p90, p95, p99; empty without requests.")]


class SeriesBody(TypedDict):
    """The course of the golden signals, as `side` reported them."""

    step_seconds: int
    steps: list[StepBody]


class FlagStepBody(TypedDict):
    """Requests with a response flag."""

    time: datetime
    requests: int


class FlagBody(TypedDict):
    """One response flag over the window."""

    flag: str
    name: str
    text: Annotated[str, Field(description="What it means.")]
    requests: int
    steps: list[FlagStepBody]


class ServiceRequestBody(TypedDict):
    """One access log in short."""

    time_unix_nano: Annotated[str, Field(description="Decimal: a 64-bit number.")]
    request_id: str
    trace_id: str
    source: str
    destination: str
    instance: str
    method: str
    path: str
    transport: str
    response_code: int
    grpc_status: Annotated[int, Field(description="-1: not gRPC.")]
    response_flags: str
    duration_ms: float


class RecentBody(TypedDict):
    """Single requests of the last part of the window."""

    window: WindowBody
    failures: Annotated[list[ServiceRequestBody], Field(description="The newest first.")]
    slowest: Annotated[list[ServiceRequestBody], Field(description="The slowest first.")]


class SignalReportBody(TypedDict):
    """What the hub was sent of one signal."""

    signal: str
    records: int
    newest: Annotated[datetime | None, Field(description="When the hub took the last; null where nothing came.")]
    instances: int
    sampled_share: Annotated[
        float | None, Field(description="Of the access logs with a trace context: those that were sampled for tracing.")
    ]
    proxy_versions: Annotated[list[str], Field(description="Versions of Envoy, where spans or stats tell.")]


class WiringBody(TypedDict):
    """What the hub was sent by the service in the last part of the window."""

    window: WindowBody
    reports: list[SignalReportBody]


class SloBody(TypedDict):
    """How one objective stands."""

    name: str
    objective: str
    budget_left: float | None
    firing: bool


class ServiceBody(TypedDict):
    """One service in full."""

    window: WindowBody
    node: NodeBody
    verdict: VerdictBody
    side: Side
    sides: Annotated[Mapping[str, int], Field(description="Requests that each side reported.")]
    series: SeriesBody | None
    versions: Annotated[list[VersionBody], Field(description="The busiest first.")]
    instances: Annotated[list[InstanceBody], Field(description="Outliers first, then the busiest.")]
    routes: Annotated[list[RouteBody], Field(description="The busiest first.")]
    response_flags: Annotated[list[FlagBody], Field(description="The most frequent first.")]
    inbound: list[EdgeBody]
    outbound: list[EdgeBody]
    recent: RecentBody
    slos: list[SloBody]
    wiring: WiringBody
