"""SLOs as the rest of the hub knows them, whatever form they were written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from meshhub.model import Reporter

SERVER_FAULT_CODES = (2, 4, 12, 13, 14, 15)
"""gRPC statuses that say the callee failed: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE,
DATA_LOSS (as OpenTelemetry judges server spans). The others are to gRPC what 4xx is to HTTP."""


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """One end of a call. An empty cluster or namespace is any; the service is always named."""

    service: str
    namespace: str = ""
    cluster: str = ""

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.service}" if self.namespace else self.service
        return f"{name}@{self.cluster}" if self.cluster else name


@dataclass(frozen=True, slots=True)
class Selector:
    """Which requests count: those to a service, those from one to another, or all that one sends. At least one end."""

    source: Party | None = None
    destination: Party | None = None
    route: str = ""
    """Envoy's route name; empty: any."""

    @property
    def view(self) -> Reporter:
        """Whose reports count where both sides report: the callee's for a service, the caller's for what one sends."""
        return Reporter.CLIENT if self.source else Reporter.SERVER

    def __str__(self) -> str:
        route = f", route {self.route}" if self.route else ""
        if self.source and self.destination:
            return f"{self.source} → {self.destination}{route}"
        return f"calls of {self.source}{route}" if self.source else f"{self.destination}{route}"


@dataclass(frozen=True, slots=True)
class FailureRule:
    """Which requests failed. A TCP connection fails by its response flags (meshhub.outcome); the rest by this rule.

    A request fails without a response, with an HTTP status of `status_below` or more, with one of these gRPC statuses,
    or with one of `bad_flags`. A request with one of `ignored_flags` does not count at all.
    """

    status_below: int = 500
    bad_flags: tuple[str, ...] = ()
    ignored_flags: tuple[str, ...] = ()
    bad_grpc: tuple[int, ...] = SERVER_FAULT_CODES


class Kind(StrEnum):
    """What makes a request good."""

    AVAILABILITY = "availability"
    """It did not fail."""
    LATENCY = "latency"
    """It was fast. Failed requests do not count, neither as good nor as bad."""
    BOTH = "availability and latency"
    """It did not fail and was fast."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """How requests are told good from bad. `below_us` is the latency threshold in microseconds, 0 for availability."""

    kind: Kind = Kind.AVAILABILITY
    rule: FailureRule = FailureRule()
    below_us: int = 0


@dataclass(frozen=True, slots=True)
class BurnRate:
    """A pair of windows: it burns when the burn rate is at or over `threshold` in both.

    The long window says that it matters, the short one that it goes on. `after` is how long it must burn before it is
    an alert.
    """

    long: timedelta
    short: timedelta
    threshold: float
    severity: str = "page"
    after: timedelta = timedelta(0)


DEFAULT_BURN_RATES = (
    BurnRate(timedelta(hours=1), timedelta(minutes=5), 14.4, "page"),
    BurnRate(timedelta(hours=6), timedelta(minutes=30), 6, "page"),
    BurnRate(timedelta(days=3), timedelta(hours=6), 1, "ticket"),
)
"""Those of the Google SRE Workbook, chapter 5: for a 30-day budget they spend 2 %, 5 % and 10 % of it."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """A budget over the last days, always."""

    length: timedelta = timedelta(days=30)


class Period(StrEnum):
    """What a calendar has."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Calendar:
    """A budget that begins anew with each period of a time zone. Weeks begin on Monday."""

    period: Period
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class LowTraffic:
    """What the long window must at least have seen before a burn is believed: one failed request of two is no burn."""

    requests: int = 10
    failures: int = 5


@dataclass(frozen=True, slots=True)
class Slo:
    """A promise: this share of these requests is good over this window. `name` is unique; `origin` is "file:line"."""

    name: str
    selector: Selector
    objective: float
    """A share, over 0 and under 1."""
    indicator: Indicator = Indicator()
    window: Rolling | Calendar = Rolling()
    burn_rates: tuple[BurnRate, ...] = DEFAULT_BURN_RATES
    low_traffic: LowTraffic = LowTraffic()
    title: str = ""
    description: str = ""
    owner: str = ""
    runbook: str = ""
    """An http or https URL, or empty."""
    labels: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    """Whom alerts go to, where the specification names somebody (OpenSLO's notification targets)."""
    origin: str = ""

    @property
    def budget(self) -> float:
        """The share of requests that may be bad."""
        return round(1 - self.objective, 12)


@dataclass(frozen=True, slots=True)
class Target:
    """A notification target that a specification declares (OpenSLO): what it is called, and its kind in their words."""

    name: str
    kind: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a specification says that is taken otherwise than it is written, or not at all, and why."""

    origin: str
    line: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.origin}:{self.line}: {self.text}" if self.line else f"{self.origin}: {self.text}"


@dataclass(frozen=True, slots=True)
class Specifications:
    """All that was read: SLOs and targets by name, notes by place."""

    slos: tuple[Slo, ...] = ()
    targets: tuple[Target, ...] = ()
    notes: tuple[Note, ...] = ()
