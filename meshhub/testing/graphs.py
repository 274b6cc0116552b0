"""Service graphs made up for tests and for looking at the dashboard: a shop of ten services, and meshes of any size."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from meshhub.model import Reporter, TimeRange
from topology.model import (
    Counts,
    EdgeView,
    Encryption,
    Errors,
    Evidence,
    Latency,
    NodeKind,
    NodeTraffic,
    Note,
    Pool,
    Rates,
    Retries,
    ServiceEdge,
    ServiceGraph,
    ServiceNode,
    Transport,
)

CLUSTER = "demo"


@dataclass(frozen=True, slots=True)
class Call:
    """One edge in a line: who calls whom how often (per second), with which share of errors and which median (ms)."""

    source: str
    destination: str
    per_second: float
    error_share: float = 0.0
    median_ms: float = 5.0
    transport: Transport = Transport.HTTP
    flags: tuple[tuple[str, float], ...] = ()
    mtls_share: float | None = 1.0
    retry_share: float = 0.0
    client: bool = True
    server: bool = True
    pool: Pool | None = None
    by_spans: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One node in a line."""

    name: str
    namespace: str = "shop"
    kind: NodeKind = NodeKind.SERVICE
    versions: tuple[str, ...] = ("v1",)
    reporting: bool = True
    known: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        if self.namespace:
            return f"{CLUSTER}:{self.namespace}:{self.name}"
        return f"{_SORTS.get(self.kind, 'unknown-caller')}:{self.name}"


_SORTS = {NodeKind.EXTERNAL: "external", NodeKind.DATABASE: "database", NodeKind.QUEUE: "queue"}

EJECTING = Pool(3, 1, 0, 12, 8, 2, ("rq_retry",))
"""Of an upstream with a dead host: failed connections, ejections, and more retries than the breaker lets through."""

OVERFLOWING = Pool(0, 0, 41, 0, 0, 0, ("rq_pending",))
"""Of an upstream that is asked for more than its pool takes."""


SHOP_PLACES = (
    Place("visitors", "", NodeKind.UNKNOWN, (), False, ("address 203.0.113.7", "came in at gateway")),
    Place("gateway", kind=NodeKind.GATEWAY),
    Place("storefront"),
    Place("catalog"),
    Place("reviews", versions=("v1", "v2", "v3")),
    Place("ratings"),
    Place("cart"),
    Place("checkout"),
    Place("payment", "finance"),
    Place("pricing", "finance"),
    Place("sessions", "data", NodeKind.TCP),
    Place("legacy-stock", "data", reporting=False),
    Place("bank.example", "", NodeKind.EXTERNAL, (), False),
)

SHOP_CALLS = (
    Call("visitors", "gateway", 412, 0.013, 21, mtls_share=0.0, client=False),
    Call("gateway", "storefront", 301, 0.002, 18),
    Call("gateway", "cart", 71, 0, 9),
    Call("gateway", "checkout", 40.2, 0.034, 64, flags=(("UT", 0.02), ("URX", 0.01)), retry_share=0.04),
    Call("storefront", "catalog", 298, 0.004, 6),
    Call("storefront", "reviews", 188, 0.004, 8),
    Call("storefront", "sessions", 301, 0, 1.1, Transport.TCP),
    Call("reviews", "ratings", 122, 0.122, 3.2, flags=(("UF", 0.08), ("UO", 0.02)), retry_share=0.31, pool=EJECTING),
    Call("catalog", "pricing", 296, 0.0, 2.1, Transport.GRPC),
    Call("catalog", "legacy-stock", 12, 0.0, 31, mtls_share=0.0, server=False),
    Call("cart", "sessions", 71, 0, 1.0, Transport.TCP),
    Call("cart", "pricing", 71, 0.012, 2.4, Transport.GRPC, mtls_share=0.97),
    Call("checkout", "cart", 40.1, 0, 9),
    Call("checkout", "payment", 39.8, 0.028, 52, flags=(("UT", 0.028),), retry_share=0.02, pool=OVERFLOWING),
    Call("payment", "bank.example", 39.1, 0.009, 44, mtls_share=0.0, server=False),
    Call("pricing", "ratings", 0, 0, 0, client=False),
)


def shop(window: TimeRange) -> ServiceGraph:
    """A shop of ten services with a gateway, an external bank, TCP and gRPC peers, and something wrong at ratings."""
    return build(window, SHOP_PLACES, SHOP_CALLS)


BEYOND_PLACES = (
    *SHOP_PLACES,
    Place("orders-db", "", NodeKind.DATABASE, (), False, ("postgresql",)),
    Place("orders", "", NodeKind.QUEUE, (), False, ("kafka",)),
    Place("mailer", "office", reporting=False),
)

BEYOND_CALLS = (
    *SHOP_CALLS,
    Call("checkout", "orders-db", 40.1, 0.001, 4, mtls_share=None, server=False, by_spans=True),
    Call("checkout", "orders", 38.7, 0, 2, mtls_share=None, server=False, by_spans=True),
    Call("orders", "mailer", 38.6, 0.01, 12, mtls_share=None, client=False, by_spans=True),
)


def beyond(window: TimeRange) -> ServiceGraph:
    """The shop with what spans know beyond its proxies: a database, and a queue that a service takes from."""
    return build(window, BEYOND_PLACES, BEYOND_CALLS)


def empty(window: TimeRange) -> ServiceGraph:
    """The graph before the first proxy reported."""
    return ServiceGraph(window, (), (), truncated=False)


def mesh(window: TimeRange, services: int, edges: int, seed: int = 1) -> ServiceGraph:
    """A mesh of namespaces of eleven services in up to six tiers, the same for the same seed."""
    chance = random.Random(seed)
    spaces = max(2, services // 11)
    places = [Place(f"service-{index:03d}", f"team-{index * spaces // services:02d}") for index in range(services)]
    tiers = [chance.randrange(6) for _ in places]
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < edges:
        low = chance.randrange(services)
        near = chance.random() < 0.6
        high = (low + chance.randrange(-10, 11)) % services if near else int(services * chance.random() ** 3)
        if tiers[low] < tiers[high]:
            pairs.add((low, high))
    calls = [
        Call(
            places[low].name,
            places[high].name,
            per_second=round(10 ** chance.uniform(-1, 3), 3),
            error_share=chance.choice((0.0,) * 12 + (0.004, 0.03, 0.14)),
            median_ms=10 ** chance.uniform(0, 2),
            mtls_share=chance.choice((1.0,) * 9 + (0.0,)),
        )
        for low, high in sorted(pairs)
    ]
    return build(window, places, calls)


def build(window: TimeRange, places: Iterable[Place], calls: Iterable[Call]) -> ServiceGraph:
    """The graph of these nodes and edges."""
    ids = {place.name: place.id for place in places}
    edges = sorted((_edge(window, ids, call) for call in calls), key=lambda edge: edge.id)
    into: defaultdict[str, list[ServiceEdge]] = defaultdict(list)
    out: defaultdict[str, list[ServiceEdge]] = defaultdict(list)
    for edge in edges:
        into[edge.destination].append(edge)
        out[edge.source].append(edge)
    nodes = sorted((_node(place, into[place.id], out[place.id], window) for place in places), key=lambda n: n.id)
    return ServiceGraph(window, tuple(nodes), tuple(edges), truncated=False)


def _node(place: Place, into: list[ServiceEdge], out: list[ServiceEdge], window: TimeRange) -> ServiceNode:
    name = "" if place.kind is NodeKind.UNKNOWN else place.name
    return ServiceNode(
        place.id,
        place.kind,
        CLUSTER if place.namespace else "",
        place.namespace,
        name,
        place.versions,
        place.reporting,
        place.known,
        _traffic(into, window),
        _traffic(out, window),
        workloads=tuple(f"{place.name}-{version}" for version in place.versions),
    )


def _traffic(edges: list[ServiceEdge], window: TimeRange) -> NodeTraffic | None:
    if not edges:
        return None
    requests = sum(edge.headline.rates.requests for edge in edges)
    failed = sum(edge.headline.rates.requests * (edge.headline.errors.share or 0) for edge in edges)
    return NodeTraffic(
        requests, requests / window.seconds, failed / requests if requests else None, 0.0 if requests else None
    )


def _edge(window: TimeRange, ids: dict[str, str], call: Call) -> ServiceEdge:
    client = _view(window, call, Reporter.CLIENT) if call.client else None
    server = _view(window, call, Reporter.SERVER) if call.server else None
    headline = client or server
    assert headline is not None, "a call needs a reporter"
    source, destination = ids[call.source], ids[call.destination]
    return ServiceEdge(
        f"{source}~{destination}~{'tcp' if call.transport is Transport.TCP else 'http'}",
        source,
        destination,
        call.transport,
        Evidence.SPAN if call.by_spans else Evidence.ACCESS_LOG,
        headline,
        client,
        server,
        _notes(call),
        call.pool,
        _security(call),
    )


def _notes(call: Call) -> tuple[Note, ...]:
    if call.by_spans:
        return (Note("sampled", "Measured from spans: only sampled requests are counted."),)
    if call.client and call.server:
        return ()
    if call.server:
        return (Note("client-not-measured", "Only the server's proxy reported: the caller is outside the mesh."),)
    return (Note("server-not-measured", "Only the client's proxy reported: the callee has no proxy that does."),)


def _security(call: Call) -> Note | None:
    if call.mtls_share == 1.0 or not call.per_second:
        return None
    if call.mtls_share is None:
        return Note("security-not-reported", "Measured from spans, which do not say how connections were secured.")
    if call.mtls_share:
        return Note("listener-permissive", f"{call.destination}'s listener takes mutual TLS and plaintext.")
    if not call.client:
        return Note(
            "plaintext-from-outside", f"Callers from outside the mesh come in to {call.destination} as plaintext."
        )
    return Note("callee-without-proxy", f"{call.destination}'s proxy sends nothing: its callers cannot use TLS.")


def _view(window: TimeRange, call: Call, reporter: Reporter) -> EdgeView:
    requests = round(call.per_second * window.seconds)
    failed_share = call.error_share if reporter is Reporter.CLIENT or not call.client else call.error_share / 3
    failed = round(requests * failed_share)
    median = call.median_ms * (1000 if reporter is Reporter.CLIENT else 930)
    grpc = call.transport is Transport.GRPC
    tcp = call.transport is Transport.TCP
    kind = "grpc" if grpc else "no_response" if tcp else "5xx"
    return EdgeView(
        reporter,
        Rates(requests, requests / window.seconds, requests * 310, requests * 2210),
        Errors(
            failed / requests if requests else None,
            0.0 if requests else None,
            {kind: failed} if failed else {},
            _counts((("200", requests - failed), ("503", failed))) if not tcp else {},
            _counts((("0", requests - failed), ("14", failed))) if grpc else {},
        ),
        Latency(median, median * 2.1, median * 3.2, median * 6.4, median * 1.3) if requests else None,
        {flag: round(requests * share) for flag, share in call.flags},
        _encryption(call, requests),
        Retries(
            round(requests * (1 + call.retry_share)),
            round(requests * call.retry_share),
            1 + call.retry_share if requests else None,
        ),
        {"v1": requests},
        {"v1": requests},
        window.start,
        window.end,
    )


def _encryption(call: Call, requests: int) -> Encryption:
    if call.mtls_share is None or not requests:
        return Encryption(None, _counts((("unknown", requests),)), (), ())
    encrypted = round(requests * call.mtls_share)
    counts = _counts((("mtls", encrypted), ("plaintext", requests - encrypted)))
    if not encrypted:
        return Encryption(0.0, counts, (), ())
    return Encryption(encrypted / requests, counts, (_principal(call.source),), (_principal(call.destination),))


def _principal(service: str) -> str:
    return f"spiffe://demo.meshhub/ns/shop/sa/{service}"


def _counts(pairs: Iterable[tuple[str, int]]) -> Counts:
    return dict(sorted(((name, count) for name, count in pairs if count), key=lambda pair: (-pair[1], pair[0])))
