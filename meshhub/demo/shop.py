"""The demo's shop as data: its services, how long they take, how often they fail, whom they call, who visits.

visitors -> gateway -> storefront -> catalog -> pricing (gRPC)
                    |             |-> reviews (v1, v2, v3) -> ratings
                    |             '-> sessions (TCP)
                    |-> cart -> sessions, pricing
                    '-> checkout -> cart
                                 '-> payment -> bank.example (external, TLS)
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from random import Random

NAMESPACE = "shop"
CLUSTER = "demo"
TRUST_DOMAIN = "demo.meshhub"
GATEWAY = "gateway"
BANK_HOST = "bank.example"


class Kind(StrEnum):
    """What a service speaks."""

    GATEWAY = "gateway"
    HTTP = "http"
    GRPC = "grpc"
    TCP = "tcp"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a service works on a request: log-normal, as real services are."""

    median_ms: float
    sigma: float = 0.5

    def seconds(self, random: Random) -> float:
        """Draw one duration."""
        return random.lognormvariate(math.log(self.median_ms), self.sigma) / 1000


@dataclass(frozen=True, slots=True)
class Call:
    """A call an endpoint makes. `{key}` in the path is the key it was asked for; an optional call may fail."""

    service: str
    method: str = "GET"
    path: str = "/"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a service answers to a method and the first segment of a path. Its calls run side by side."""

    method: str
    segment: str
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Workload:
    """One version of a service. `tells` means it sends spans and logs of its own, beside its proxy's.

    It fails with `failure_status`: callers' proxies try again after a 503, but not after a 500. Callers wait
    `timeout_seconds` for an answer, all tries together; the same for all versions.
    """

    service: str
    kind: Kind
    pace: Pace
    endpoints: tuple[Endpoint, ...] = ()
    version: str = "v1"
    instances: int = 1
    failure_share: float = 0.0
    failure_status: int = 503
    timeout_seconds: float = 5.0
    tells: bool = False

    @property
    def name(self) -> str:
        return f"{self.service}:{self.version}"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that visitors make at the gateway; `{key}` stands for a random key below `keys`."""

    name: str
    method: str
    path: str
    weight: float
    keys: int = 200


_PRICING = Call("pricing")
_SESSION = Call("sessions")
_RATINGS = Call("ratings", path="/ratings/{key}", optional=True)
_CATALOG_PRODUCT = Call("catalog", path="/products/{key}")
_REVIEWS = Call("reviews", path="/reviews/{key}", optional=True)

WORKLOADS: tuple[Workload, ...] = (
    Workload(GATEWAY, Kind.GATEWAY, Pace(0.1)),
    Workload(
        "storefront",
        Kind.HTTP,
        Pace(6),
        (
            Endpoint("GET", "", (Call("catalog", path="/products"), _SESSION)),
            Endpoint("GET", "products", (_CATALOG_PRODUCT, _REVIEWS, _SESSION)),
        ),
        tells=True,
    ),
    Workload("catalog", Kind.HTTP, Pace(4), (Endpoint("GET", "products", (_PRICING,)),), failure_share=0.005),
    Workload("reviews", Kind.HTTP, Pace(5), (Endpoint("GET", "reviews"),)),
    Workload("reviews", Kind.HTTP, Pace(8), (Endpoint("GET", "reviews", (_RATINGS,)),), version="v2"),
    Workload("reviews", Kind.HTTP, Pace(14, 0.8), (Endpoint("GET", "reviews", (_RATINGS,)),), version="v3"),
    Workload(
        "ratings",
        Kind.HTTP,
        Pace(3),
        (Endpoint("GET", "ratings"),),
        instances=2,
        failure_share=0.04,
        timeout_seconds=0.8,
    ),
    Workload(
        "cart",
        Kind.HTTP,
        Pace(5),
        (Endpoint("GET", "cart", (_SESSION, _PRICING)), Endpoint("POST", "cart", (_SESSION, _PRICING))),
    ),
    Workload(
        "checkout",
        Kind.HTTP,
        Pace(10),
        (Endpoint("POST", "checkout", (Call("cart", path="/cart/{key}"), Call("payment", "POST", "/payments/{key}"))),),
        tells=True,
    ),
    Workload(
        "payment",
        Kind.HTTP,
        Pace(12, 0.7),
        (Endpoint("POST", "payments", (Call(BANK_HOST, "POST", "/charges"),)),),
        failure_share=0.004,
        failure_status=500,
    ),
    Workload("pricing", Kind.GRPC, Pace(2), failure_share=0.004),
    Workload("sessions", Kind.TCP, Pace(1, 0.3)),
    Workload(BANK_HOST, Kind.EXTERNAL, Pace(40, 0.6), (Endpoint("POST", "charges"),), failure_share=0.002),
)

VISITS: tuple[Visit, ...] = (
    Visit("home", "GET", "/", 3),
    Visit("product", "GET", "/products/{key}", 5),
    Visit("cart", "GET", "/cart/{key}", 1),
    Visit("add to cart", "POST", "/cart/{key}", 1),
    Visit("checkout", "POST", "/checkout/{key}", 1.5),
    Visit("stale link", "GET", "/old-catalog/{key}", 0.2),
)

ENTRANCES: dict[str, str] = {"/cart": "cart", "/checkout": "checkout", "/": "storefront"}
"""Which service the gateway sends a path prefix to; the longest prefix wins."""


def services(*kinds: Kind) -> tuple[str, ...]:
    """The names of the services of these kinds, sorted; all kinds if none is named."""
    return tuple(sorted({w.service for w in WORKLOADS if not kinds or w.kind in kinds}))


def workload(service: str, version: str = "v1") -> Workload:
    """The workload of this name.

    Raises:
        KeyError: the shop has none.
    """
    for candidate in WORKLOADS:
        if (candidate.service, candidate.version) == (service, version):
            return candidate
    raise KeyError(f"{service}:{version}")


def workload_kind(service: str) -> Kind:
    """What the service speaks: the same in all its versions.

    Raises:
        KeyError: the shop has no such service.
    """
    for candidate in WORKLOADS:
        if candidate.service == service:
            return candidate.kind
    raise KeyError(service)


def callees(service: str) -> tuple[str, ...]:
    """The services that this one calls, sorted, over all its versions and endpoints."""
    if service == GATEWAY:
        return tuple(sorted(set(ENTRANCES.values())))
    calls = {call.service for w in WORKLOADS if w.service == service for e in w.endpoints for call in e.calls}
    return tuple(sorted(calls))


def edges() -> tuple[tuple[str, str], ...]:
    """Every (caller, callee) pair that traffic must show, sorted."""
    return tuple((caller, callee) for caller in services() for callee in callees(caller))
