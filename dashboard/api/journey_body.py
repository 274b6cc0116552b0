"""The body of GET /api/v1/requests/{request_id}. Offsets and durations are microseconds."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.notes import NoteBody

Offset = Annotated[int, Field(description="Microseconds since the journey's start, corrected for skewed clocks.")]
HopId = Annotated[str, Field(description="Id of the hop that it belongs to; empty where unknown.")]


class IdentityBody(TypedDict):
    """A workload; unknown parts are empty."""

    cluster: str
    namespace: str
    service: str
    version: str


class PartyBody(IdentityBody):
    """One end of a call."""

    instance: str
    principal: Annotated[str, Field(description="SPIFFE id.")]
    kind: Annotated[str, Field(description="service, external, passthrough, or empty where unknown.")]


class ExplanationBody(TypedDict):
    """A code of Envoy in words."""

    code: Annotated[str, Field(examples=["UF"])]
    name: Annotated[str, Field(examples=["UpstreamConnectionFailure"])]
    text: str


class PartsBody(TypedDict):
    """Where the time went at one proxy; 0 where it did not say."""

    request_us: Annotated[int, Field(description="First to last byte of the request received.")]
    queue_us: Annotated[int, Field(description="First byte received to first byte sent upstream.")]
    connect_us: Annotated[int, Field(description="TCP connect to the upstream host.")]
    handshake_us: Annotated[int, Field(description="TLS handshake with the upstream host.")]
    first_byte_us: Annotated[int, Field(description="First byte sent upstream to first byte back.")]
    response_us: Annotated[int, Field(description="First to last byte received from upstream.")]
    send_us: Annotated[int, Field(description="First to last byte sent to the caller.")]


class TlsBody(TypedDict):
    """The connection between the two peers as this proxy saw it."""

    security: Annotated[str, Field(description="mtls, tls, plaintext or unknown.")]
    version: str
    source_principal: str
    destination_principal: str


class EventBody(TypedDict):
    """An event of a span."""

    offset_us: Offset
    name: str
    attributes: Mapping[str, str]


class SpanBody(TypedDict):
    """One span."""

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    status: str
    status_message: str
    start_us: Offset
    duration_us: int
    scope: str
    attributes: Mapping[str, str]
    events: list[EventBody]
    hop: HopId


class LogBody(TypedDict):
    """One log line of an application."""

    offset_us: Offset
    severity: str
    body: str
    event_name: str
    trace_id: str
    span_id: str
    scope: str
    attributes: Mapping[str, str]
    hop: HopId


class ProxyReportBody(TypedDict):
    """What one proxy said of the call: one access log."""

    reporter: Annotated[str, Field(description="client or server: on which side of the call the proxy stands.")]
    evidence: Annotated[str, Field(description="access_log, or span where the proxy sent no access log.")]
    workload: IdentityBody
    instance: str
    role: str
    time_unix_nano: Annotated[
        str, Field(description="As reported, before correction; text, as JSON has no such number.")
    ]
    start_us: Offset
    skew_us: Annotated[int, Field(description="What was added to this proxy's clock.")]
    duration_us: int
    parts: PartsBody
    response_code: Annotated[int, Field(description="0: no response.")]
    grpc_status: Annotated[int | None, Field(description="null: not gRPC.")]
    outcome: str
    flags: Annotated[list[ExplanationBody], Field(description="Response flags.")]
    details: Annotated[list[ExplanationBody], Field(description="Why it ended so, most general first.")]
    attempts: int
    bytes_received: int
    bytes_sent: int
    upstream_cluster: str
    upstream_host: str
    downstream_remote_address: str
    requested_server_name: str
    route_name: str
    protocol: str
    log_type: str
    tls: TlsBody
    request_id: str
    trace_id: str
    span_id: str
    span: Annotated[SpanBody | None, Field(description="The proxy's span of the call; null if it made none.")]
    inner_spans: Annotated[
        list[SpanBody], Field(description="Further spans of the proxy: attempts, checks by filters.")
    ]
    attributes: Mapping[str, str]


class AttemptBody(TypedDict):
    """One try of the call."""

    number: Annotated[int, Field(description="From 1.")]
    server: Annotated[
        ProxyReportBody | None,
        Field(description="What the callee's proxy said of it; null if it did not, or never saw it."),
    ]


class BreakdownBody(TypedDict):
    """A time and what it is made of."""

    total_us: int
    parts: Annotated[
        Mapping[str, int],
        Field(
            description="Microseconds that add up to the total: retries, connect, queue (the caller's proxy), network "
            "(between the two proxies), callee_proxy, upstream (the callee's application), beyond (the callee and the "
            "way there, where its proxy did not report), transfer (of the answer), unknown."
        ),
    ]


class AroundBody(TypedDict):
    """How other calls of the same relation went in the minutes around this one."""

    minutes: int
    reporter: str
    requests: int
    failed: int
    p50_us: float
    p95_us: float
    p99_us: float
    pool: Annotated[list[NoteBody], Field(description="What stats say of the caller's pool for this upstream.")]


class HopBody(TypedDict):
    """One call between two workloads."""

    id: Annotated[str, Field(description="Place in the tree of calls.", examples=["1.2"])]
    parent: Annotated[str, Field(description="The hop while serving which it was made; empty for a root.")]
    parent_attempt: Annotated[int, Field(description="Which attempt of the parent made it; 0 for a root.")]
    depth: int
    source: PartyBody
    destination: PartyBody
    transport: Annotated[str, Field(description="http, grpc or tcp.")]
    method: str
    authority: str
    path: str
    start_us: Offset
    duration_us: int
    outcome: Annotated[str, Field(description="ok, 5xx, 4xx, grpc, no_response or reset.")]
    client: Annotated[ProxyReportBody | None, Field(description="null if the caller's proxy did not report.")]
    attempts: Annotated[list[AttemptBody], Field(description="The last one gave the answer.")]
    network_us: Annotated[
        int | None,
        Field(description="What the caller's proxy waited longer than the callee's took: the way there and back."),
    ]
    times: Annotated[BreakdownBody, Field(description="Where its time went.")]
    around: Annotated[AroundBody | None, Field(description="null where nothing is counted of its relation.")]
    notes: list[NoteBody]


class WorkloadBody(IdentityBody):
    """A workload that the request passed, with what its application sent."""

    instances: list[str]
    proxy_reported: bool
    spans: list[SpanBody]
    logs: list[LogBody]


class SpentBody(TypedDict):
    """What one hop took of the whole request's time by itself."""

    hop: str
    time_us: int
    parts: Mapping[str, int]


class BreakBody(TypedDict):
    """A service that did not pass on what joins the calls of a request."""

    service: IdentityBody
    lost: Annotated[str, Field(description="request-id or trace.")]
    hop: Annotated[str, Field(description="The first hop that shows it; empty where the path ends.")]
    certainty: Annotated[float, Field(description="From 0 to 1; 1 where ids prove it.")]
    text: str
    fix: str


class SamplingBody(TypedDict):
    """Whether the request was traced, and why (not)."""

    decision: Annotated[
        str,
        Field(description="not_traced, sampled, forced_by_server, forced_by_client or foreign_id, by the request id."),
    ]
    spans: int
    text: str


class FoundBody(TypedDict):
    """How many records the journey was built from."""

    access_logs: int
    spans: int
    logs: int
    truncated: bool


class JourneyBody(TypedDict):
    """Everything that is known of one request."""

    request_id: str
    trace_ids: list[str]
    start_unix_nano: Annotated[str, Field(description="Text, as JSON has no such number.")]
    start: Annotated[str, Field(description="The same, RFC 3339 to the microsecond.")]
    duration_us: int
    outcome: Annotated[str | None, Field(description="Of the first hop; null if there is none.")]
    times: Annotated[BreakdownBody, Field(description="Where its time went, calls side by side counted once.")]
    spent: Annotated[
        list[SpentBody], Field(description="What every hop took of it without the calls it led to, most first.")
    ]
    breaks: list[BreakBody]
    sampling: SamplingBody
    hops: Annotated[list[HopBody], Field(description="In causal order, parents before children.")]
    workloads: list[WorkloadBody]
    notes: list[NoteBody]
    found: FoundBody
