"""The `topology` section of the settings: what is well and what is not."""

import re
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from meshhub.configuration import Section

MAX_PATTERN_LENGTH = 300
MAX_RULES = 200


class Direction(StrEnum):
    """Which calls of a service a rule is about: those to it, those it makes, or both."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


def _checked_pattern(text: str) -> str:
    if len(text) > MAX_PATTERN_LENGTH:
        raise ValueError(f"expected at most {MAX_PATTERN_LENGTH} characters")
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_checked_pattern)]
"""A regular expression that has to fit the whole text; "" fits where nothing is asked."""

Percent = Annotated[float, Field(ge=0, le=100)]
Milliseconds = Annotated[float, Field(gt=0, le=3_600_000)]


class ToleranceSettings(Section):
    """Which share of requests may end how. Give one of `kind`, `status`, `grpc` and `flag`."""

    kind: Pattern = Field(
        default="", description="Outcomes meant, a regular expression on 5xx, 4xx, grpc, no_response and reset."
    )
    status: Pattern = Field(
        default="", description="HTTP status codes meant, a regular expression; 0 is a request without an answer."
    )
    grpc: Pattern = Field(default="", description="gRPC status numbers meant, a regular expression.")
    flag: Pattern = Field(default="", description="Envoy response flags meant, a regular expression such as UF|UH.")
    degraded: Percent = Field(default=0.1, description="Percent of requests from which on it is degraded.")
    failing: Percent = Field(default=10, description="Percent of requests from which on it is failing.")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if sum(map(bool, (self.kind, self.status, self.grpc, self.flag))) != 1:
            raise ValueError("give exactly one of kind, status, grpc and flag")
        if self.degraded > self.failing:
            raise ValueError(f"degraded ({self.degraded:g} %) is more than failing ({self.failing:g} %)")
        if self.degraded == 0:
            raise ValueError("degraded has to be above 0 %: every edge reaches 0 %")
        return self


class LatencyToleranceSettings(Section):
    """How long requests may take."""

    quantile: Literal["p50", "p90", "p95", "p99"] = Field(default="p99", description="What is compared.")
    degraded_ms: Milliseconds = Field(description="Milliseconds from which on it is degraded.")
    failing_ms: Milliseconds = Field(description="Milliseconds from which on it is failing.")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.degraded_ms > self.failing_ms:
            raise ValueError("degraded_ms is more than failing_ms")
        return self


# Kiali's defaults (https://kiali.io/docs/configuration/health), with connections and gRPC among the failures.
DEFAULT_TOLERANCES = (
    ToleranceSettings(kind="5xx|grpc|no_response|reset", degraded=0.1, failing=10),
    ToleranceSettings(kind="4xx", degraded=10, failing=20),
)


class HealthRuleSettings(Section):
    """What some services tolerate. An edge is held to the first rule that fits its callee (inbound) or caller
    (outbound)."""

    namespace: Pattern = Field(default="", description="Namespaces meant, a regular expression; empty: all.")
    service: Pattern = Field(default="", description="Services meant, a regular expression; empty: all.")
    protocol: Pattern = Field(default="", description="http, grpc and tcp, a regular expression; empty: all.")
    direction: Direction = Field(
        default=Direction.INBOUND, description="inbound: calls to the service; outbound: those it makes; or both."
    )
    minimum_requests: int = Field(
        default=1, ge=1, description="Fewer requests in a window are not held to the tolerances."
    )
    tolerances: tuple[ToleranceSettings, ...] = Field(
        default=DEFAULT_TOLERANCES, max_length=50, description="Each is checked; the worst counts."
    )
    retries: Percent | None = Field(
        default=10,
        description="Percent of attempts that are retries from which on it is degraded: they hide errors and multiply "
        "load. null: none are too many.",
    )
    latency: LatencyToleranceSettings | None = None


class BaselineSettings(Section):
    """How edges and services are compared with the time just before, of the same length."""

    enabled: bool = Field(default=True, description="Compare at all.")
    p_value: float = Field(
        default=0.001,
        gt=0,
        le=0.2,
        description="Chance of being wrong that is accepted when a share of errors is called risen.",
    )
    rise: Percent = Field(
        default=1, description="Percentage points that a share of errors must have risen by at least."
    )
    slowdown: float = Field(default=1.5, ge=1.05, description="Times that p95 and p99 must have grown by at least.")
    slowdown_ms: Milliseconds = Field(default=5, description="Milliseconds that they must have grown by at least.")
    minimum_requests: int = Field(
        default=100, ge=20, description="Requests that both windows need before latency is compared."
    )


class RecentSettings(Section):
    """How the newest seconds of a live window are compared with the rest of it and the time before, so that a fault
    shows when it begins and not when it has filled the window."""

    enabled: bool = Field(default=True, description="Compare at all.")
    seconds: int = Field(
        default=10, ge=10, le=300, description="How much of the end of a window is new: this and up to 10 s more."
    )
    minimum_requests: int = Field(default=10, ge=2, description="Fewer in that time are not judged by themselves.")
    p_value: float = Field(
        default=0.001, gt=0, le=0.2, description="Chance of being wrong that is accepted when they are called worse."
    )
    connection_failures: int = Field(
        default=3, ge=1, description="Connections of a minute, by stats, that may fail less one before it degrades."
    )


class HealthSettings(Section):
    """What is healthy, degraded or failing."""

    rules: tuple[HealthRuleSettings, ...] = Field(
        default=(),
        max_length=MAX_RULES,
        description="What services tolerate; the first that fits counts. What none fits is held to the defaults of a "
        "rule.",
    )
    baseline: BaselineSettings = BaselineSettings()
    recent: RecentSettings = RecentSettings()


class TopologySettings(Section):
    """The service graph: how it is judged."""

    health: HealthSettings = HealthSettings()
