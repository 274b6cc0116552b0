"""Journeys made up for tests and for looking at the dashboard: a checkout whose payment timed out once and was retried,
the same without a trace, and one that failed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from meshhub.model import Reporter, WorkloadIdentity
from meshhub.outcome import classify
from traces.model import (
    Around,
    Attempt,
    Decision,
    Explanation,
    Found,
    Hop,
    Journey,
    JourneyWorkload,
    LogNote,
    Note,
    Parts,
    Party,
    ProxyReport,
    Sampling,
    SpanNote,
    Tls,
)
from traces.times import add_up, break_down, spend
from traces.verdict import judge

START = 1_773_000_000_250_000_000
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SAMPLED_ID = "6f1c9d52-8f0e-9c1b-9c53-0b6a2d4f7e11"
UNSAMPLED_ID = "0d7a3b90-1f2e-4c1b-8d20-5a6b7c8d9e0f"
FAILED_ID = "b7e6f5d4-c3b2-4a19-8877-665544332211"

TIMEOUT = Explanation("UT", "upstream request timeout", "The upstream did not answer within the route's timeout.")
NO_HOST = Explanation("UH", "no healthy upstream", "No host of the upstream cluster was healthy: nothing was tried.")
VIA_UPSTREAM = Explanation("via_upstream", "via upstream", "The response code came from the upstream.")
REASON_TIMEOUT = Explanation(
    "response_timeout", "response timeout", "The upstream's answer took longer than the route's timeout."
)


SKEWED = (Note("clock_skew", "The clock of payment's proxy was 1.8 ms behind; its times are corrected."),)


@dataclass(frozen=True, slots=True)
class Step:
    """One call in a line, durations in milliseconds. `codes` has the response code of each attempt."""

    id: str
    source: str
    destination: str
    start: float
    length: float
    path: str = "/"
    method: str = "GET"
    transport: str = "http"
    codes: tuple[int, ...] = (200,)
    flags: tuple[Explanation, ...] = ()
    server: bool = True
    client: bool = True
    kind: str = "service"


CHECKOUT = (
    Step("1", "", "gateway", 0, 187, "/checkout/91", "POST", client=False),
    Step("1.1", "gateway", "checkout", 0.6, 185.8, "/checkout/91", "POST"),
    Step("1.1.1", "checkout", "cart", 4, 14.2, "/cart/91"),
    Step("1.1.1.1", "cart", "sessions", 6, 1.3, "", "", "tcp"),
    Step("1.1.1.2", "cart", "pricing", 8.2, 4.4, "/pricing.Pricing/Quote", "POST", "grpc"),
    Step("1.1.2", "checkout", "payment", 19, 164, "/payments/91", "POST", codes=(504, 200), flags=(TIMEOUT,)),
    Step("1.1.2.1", "payment", "bank.example", 128, 51, "/charges", "POST", server=False, kind="external"),
)

REFUSED = (
    Step("1", "", "gateway", 0, 9.1, "/products/7", "GET", codes=(503,), client=False),
    Step("1.1", "gateway", "storefront", 0.5, 8.2, "/products/7", codes=(503,)),
    Step("1.1.1", "storefront", "reviews", 2, 4.8, "/reviews/7", codes=(503,), flags=(NO_HOST,), server=False),
)


def sampled() -> Journey:
    """A checkout with spans and logs; the first attempt at payment timed out."""
    return journey(SAMPLED_ID, CHECKOUT, traced=True)


def unsampled() -> Journey:
    """The same from access logs alone."""
    return journey(UNSAMPLED_ID, CHECKOUT, traced=False)


def failed() -> Journey:
    """A product page whose reviews had no healthy host."""
    return journey(FAILED_ID, REFUSED, traced=False)


def journey(request_id: str, steps: Iterable[Step], *, traced: bool) -> Journey:
    """The journey of these calls."""
    hops = tuple(_hop(request_id, step, traced=traced) for step in steps)
    logs = sum((report is not None) for hop in hops for report in (hop.client, hop.server))
    spent = spend(hops, hops[0].duration_us)
    return Journey(
        request_id,
        (TRACE_ID,) if traced else (),
        START,
        hops[0].duration_us,
        hops[0].outcome,
        add_up(spent, hops[0].duration_us),
        spent,
        (),
        _sampling(traced),
        hops,
        _workloads(hops, traced=traced),
        (*judge(hops, spent, hops[0].duration_us), *(SKEWED if traced else ())),
        Found(logs, 10 if traced else 0, 3 if traced else 0, truncated=False),
    )


def _hop(request_id: str, step: Step, *, traced: bool) -> Hop:
    client = _report(request_id, step, Reporter.CLIENT, traced=traced) if step.client else None
    server = _report(request_id, step, Reporter.SERVER, traced=traced) if step.server else None
    tries = len(step.codes)
    attempts = tuple(Attempt(number, server if number == tries else None) for number in range(1, tries + 1))
    report = client or server
    assert report is not None, "a step needs a reporter"
    return Hop(
        step.id,
        step.id.rpartition(".")[0],
        1 if "." in step.id else 0,
        step.id.count("."),
        _party(step.source, "service"),
        _party(step.destination, step.kind),
        step.transport,
        step.method,
        f"{step.destination}:8080" if step.kind == "service" else step.destination,
        step.path,
        report.start_us,
        report.duration_us,
        report.outcome,
        client,
        attempts,
        client.duration_us - server.duration_us if client and server and tries == 1 else None,
        break_down(client, server, connection=step.transport == "tcp"),
        _notes(step),
        _around(step),
    )


def _around(step: Step) -> Around | None:
    if not step.source:
        return None
    pool = (Note("hosts-ejected", "Outlier detection took hosts out: 2 ejections."),) if len(step.codes) > 1 else ()
    return Around(10, Reporter.CLIENT, 1_240, 12, (4_200.0, 31_000.0, 160_000.0), pool)


def _notes(step: Step) -> tuple[Note, ...]:
    if step.client and not step.server and step.kind == "service":
        return (
            Note("server_silent", f"The proxy of {step.destination} did not report: the request never reached it."),
        )
    return ()


def _report(request_id: str, step: Step, reporter: Reporter, *, traced: bool) -> ProxyReport:
    client = reporter is Reporter.CLIENT
    start = round(step.start * 1000) + (0 if client else 400)
    length = round(step.length * 1000) - (0 if client else 800)
    code = 0 if step.transport == "tcp" else step.codes[-1]
    owner = step.source if client else step.destination
    flags = step.flags if client else ()
    grpc_status = 0 if step.transport == "grpc" else -1
    span_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{step.id}{reporter}").hex[:16] if traced else ""
    outcome = classify(code, grpc_status, ",".join(flag.code for flag in flags), tcp=step.transport == "tcp")
    return ProxyReport(
        reporter,
        _identity(owner),
        f"{owner}-7d9f",
        "gateway" if owner == "gateway" else "sidecar",
        START + start * 1000,
        start,
        -1800 if owner == "payment" and traced else 0,
        length,
        Parts(120, 310, 240 if client else 0, 900 if client else 0, round(length * 0.82), round(length * 0.05), 90),
        code,
        grpc_status,
        outcome,
        flags,
        (REASON_TIMEOUT,) if TIMEOUT in flags else (VIA_UPSTREAM,) if code else (),
        len(step.codes) if client else 1,
        512,
        2048,
        f"{step.destination}.shop" if client else "inbound|8080",
        "10.0.3.17:8080",
        "10.0.2.4:51234",
        f"outbound_.8080_._.{step.destination}",
        "default",
        "TCP" if step.transport == "tcp" else "HTTP/2" if step.transport == "grpc" else "HTTP/1.1",
        "DownstreamEnd",
        _tls(step),
        request_id if step.transport != "tcp" else "",
        TRACE_ID if traced else "",
        span_id,
        _proxy_span(step, span_id, start, length, owner) if traced and step.transport != "tcp" else None,
        {},
    )


def _proxy_span(step: Step, span_id: str, start: int, length: int, owner: str) -> SpanNote:
    name = f"{step.method} {step.path}"
    attributes = {"component": "proxy", "upstream_cluster": f"{step.destination}.shop", "node_id": f"{owner}-7d9f"}
    return SpanNote(TRACE_ID, span_id, "", name, "client", "ok", "", start, length, "envoy", attributes, (), step.id)


def _tls(step: Step) -> Tls:
    if step.kind == "external":
        return Tls("tls", "TLSv1.3", "", "")
    if not step.source:
        return Tls("plaintext", "", "", "")
    return Tls("mtls", "TLSv1.3", _principal(step.source), _principal(step.destination))


def _workloads(hops: tuple[Hop, ...], *, traced: bool) -> tuple[JourneyWorkload, ...]:
    names = sorted({hop.destination.identity for hop in hops if hop.destination.kind == "service"})
    return tuple(JourneyWorkload(i, (f"{i.service}-7d9f",), True, _spans(i, traced), _logs(i, traced)) for i in names)


def _spans(identity: WorkloadIdentity, traced: bool) -> tuple[SpanNote, ...]:
    if not traced:
        return ()
    if identity.service == "checkout":
        order = {"order": "91", "items": "3"}
        return (_span("c0ffee0000000001", "place order", 1_500, 184_000, "1.1", order),)
    if identity.service == "payment":
        event = (176_000, "receipt <b>sent</b>", {"to": "customer"})
        made = _span("c0ffee0000000002", "charge <b>card</b>", 124_000, 55_000, "1.1.2", {"amount": "41.20"})
        return (replace(made, status="error", status_message="issuer slow", events=(event,)),)
    return ()


def _span(span_id: str, name: str, start: int, length: int, hop: str, attributes: dict[str, str]) -> SpanNote:
    return SpanNote(TRACE_ID, span_id, "", name, "internal", "unset", "", start, length, "shop", attributes, (), hop)


def _logs(identity: WorkloadIdentity, traced: bool) -> tuple[LogNote, ...]:
    if not traced or identity.service != "checkout":
        return ()
    texts = ((2_100, "INFO", "order 91: 3 items"), (124_700, "WARN", "payment slow, trying again <script>alert(1)"))
    return tuple(
        LogNote(offset, level, body, "", TRACE_ID, "ffffffffcheckout", "shop", {"order": "91"}, "1.1")
        for offset, level, body in texts
    )


def _sampling(traced: bool) -> Sampling:
    if traced:
        return Sampling(
            Decision.SAMPLED, 10, "The request id says that this request was sampled, and its spans are here."
        )
    return Sampling(
        Decision.NOT_TRACED,
        0,
        "The request id says that the gateway did not sample this request, so no proxy made spans. "
        "The access logs still have every hop.",
    )


def _party(service: str, kind: str) -> Party:
    if not service:
        return Party(WorkloadIdentity(), "", "", "")
    identity = _identity(service) if kind == "service" else WorkloadIdentity(service=service)
    return Party(identity, f"{service}-7d9f" if kind == "service" else "", "", kind)


def _identity(service: str) -> WorkloadIdentity:
    return WorkloadIdentity("demo", "shop", service, "v1")


def _principal(service: str) -> str:
    return f"spiffe://demo.meshhub/ns/shop/sa/{service}"
