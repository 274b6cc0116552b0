"""The journey of one request as data.

Offsets and durations are microseconds; an offset counts from `Journey.start_unix_nano` and is corrected for skewed
clocks. Empty texts are absent values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from meshhub.model import Reporter, WorkloadIdentity
from meshhub.outcome import Outcome
from traces.time_model import Breakdown, Spent


@dataclass(frozen=True, slots=True)
class Explanation:
    """A short code of Envoy and what it means."""

    code: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the journey should know. `code` is stable, `text` is for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a call: who it is, as far as the two proxies said."""

    identity: WorkloadIdentity
    instance: str
    principal: str
    kind: str
    """"service", "external", or empty where nothing said what it is."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the time went at one proxy. 0 where it did not say."""

    request_us: int
    """First to last byte of the request received."""
    queue_us: int
    """First byte received to first byte sent upstream."""
    connect_us: int
    handshake_us: int
    first_byte_us: int
    """First byte sent upstream to first byte back: the upstream's thinking time and the way there and back."""
    response_us: int
    """First to last byte received from upstream."""
    send_us: int
    """First to last byte sent to the caller."""


@dataclass(frozen=True, slots=True)
class Tls:
    """The connection between the two peers as this proxy saw it. `security`: mtls, tls, plaintext or unknown."""

    security: str
    version: str
    source_principal: str
    destination_principal: str


@dataclass(frozen=True, slots=True)
class SpanNote:
    """One span."""

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    status: str
    status_message: str
    start_us: int
    duration_us: int
    scope: str
    attributes: Mapping[str, str]
    events: tuple[tuple[int, str, Mapping[str, str]], ...]
    """(offset, name, attributes)."""
    hop: str
    """Id of the hop that it belongs to or was made in; empty where unknown."""


@dataclass(frozen=True, slots=True)
class LogNote:
    """One log line of an application."""

    offset_us: int
    severity: str
    body: str
    event_name: str
    trace_id: str
    span_id: str
    scope: str
    attributes: Mapping[str, str]
    hop: str


@dataclass(frozen=True, slots=True)
class ProxyReport:
    """What one proxy said of one call: one access log."""

    reporter: Reporter
    workload: WorkloadIdentity
    instance: str
    role: str
    time_unix_nano: int
    """As the proxy reported it."""
    start_us: int
    skew_us: int
    """What was added to this proxy's clock."""
    duration_us: int
    parts: Parts
    response_code: int
    """0: no response."""
    grpc_status: int
    """-1: not gRPC."""
    outcome: Outcome
    flags: tuple[Explanation, ...]
    details: tuple[Explanation, ...]
    """Response code details, connection termination details and the transport's failure reason, in words."""
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
    tls: Tls
    request_id: str
    trace_id: str
    span_id: str
    span: SpanNote | None
    """The proxy's span of the call, where the request was sampled."""
    attributes: Mapping[str, str]
    evidence: str = "access_log"
    """"span" where the proxy sent a span but no access log: what only access logs say is absent then."""
    inner_spans: tuple[SpanNote, ...] = ()
    """Further spans that the proxy made for the call: one per attempt upstream, checks by filters."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a call. `server` is what the callee's proxy said of it; None if it did not or never saw it."""

    number: int
    """From 1."""
    server: ProxyReport | None


@dataclass(frozen=True, slots=True)
class Around:
    """How other calls of the same relation went in the minutes around this one, and what stats say of their pool."""

    minutes: int
    """How long they were looked at."""
    reporter: Reporter
    """Whose reports were counted."""
    requests: int
    failed: int
    latency_us: tuple[float, float, float]
    """Median, 95 and 99 %."""
    pool: tuple[Note, ...]
    """Ejected hosts, open circuit breakers, overflows, failed connections; empty where stats say nothing."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One call between two workloads, seen by the caller's proxy, the callee's proxy or both."""

    id: str
    """Place in the tree: "1" the first root, "1.2" the second call made while it was served."""
    parent: str
    """Id of the hop while serving which the call was made; empty for a root."""
    parent_attempt: int
    """Which attempt of the parent made it; 0 for a root."""
    depth: int
    source: Party
    destination: Party
    transport: str
    method: str
    authority: str
    path: str
    start_us: int
    duration_us: int
    outcome: Outcome
    client: ProxyReport | None
    attempts: tuple[Attempt, ...]
    """In order, as many as the client counted; the last one gave the answer."""
    network_us: int | None
    """What the client's proxy waited beyond what the server's took: the network between them, both ways. None unless
    both reported a single attempt."""
    times: Breakdown
    """Of `duration_us`."""
    notes: tuple[Note, ...]
    around: Around | None = None
    """None where nothing is counted of its relation, or it was not asked for."""

    @property
    def server(self) -> ProxyReport | None:
        """The callee's report of the attempt that gave the answer."""
        return self.attempts[-1].server if self.attempts else None


class Decision(StrEnum):
    """What a request's trace context says of tracing (the sampled flag of W3C traceparent), or where no proxy logged
    one, its id (Envoy's UUID request ids, data-plane-api uuid.proto)."""

    NOT_TRACED = "not_traced"
    SAMPLED = "sampled"
    FORCED_BY_SERVER = "forced_by_server"
    FORCED_BY_CLIENT = "forced_by_client"
    FOREIGN_ID = "foreign_id"
    """The id is not a UUID of Envoy's form, so it says nothing."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Whether the request was traced, and why (not). `text` is one or two sentences."""

    decision: Decision
    spans: int
    text: str


@dataclass(frozen=True, slots=True)
class JourneyWorkload:
    """One workload that the request passed, with what its application sent."""

    identity: WorkloadIdentity
    instances: tuple[str, ...]
    proxy_reported: bool
    spans: tuple[SpanNote, ...]
    """The application's own, by start."""
    logs: tuple[LogNote, ...]
    """By time."""


@dataclass(frozen=True, slots=True)
class ContextBreak:
    """A service that did not pass on what joins the calls of a request: every hub and tracer loses the path there."""

    service: WorkloadIdentity
    lost: str
    """"request-id" or "trace"."""
    hop: str
    """The first hop that shows it; empty where the calls could not be joined."""
    certainty: float
    """From 0 to 1: 1 where ids prove it."""
    text: str
    fix: str


@dataclass(frozen=True, slots=True)
class Found:
    """How many records the journey was built from."""

    access_logs: int
    spans: int
    logs: int
    truncated: bool
    """There were more than are read for one request."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Everything that is known of one request: its hops in causal order, parents before children."""

    request_id: str
    trace_ids: tuple[str, ...]
    start_unix_nano: int
    duration_us: int
    outcome: Outcome | None
    """Of the first hop; None if there is none."""
    times: Breakdown
    """Of `duration_us`, calls side by side counted once."""
    spent: tuple[Spent, ...]
    """What every hop took of it by itself, most first."""
    breaks: tuple[ContextBreak, ...]
    sampling: Sampling
    hops: tuple[Hop, ...]
    workloads: tuple[JourneyWorkload, ...]
    notes: tuple[Note, ...]
    found: Found
