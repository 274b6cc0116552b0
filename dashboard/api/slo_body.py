"""The bodies of /api/v1/slos."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class BurnBody(TypedDict):
    """A pair of windows."""

    severity: str
    long_seconds: float
    short_seconds: float
    threshold: Annotated[float, Field(description="The burn rate that alerts.")]
    long_rate: Annotated[float | None, Field(description="null without requests in the window.")]
    short_rate: float | None
    long_requests: int
    long_bad: int
    short_requests: int
    short_bad: int
    verdict: Annotated[
        str,
        Field(
            description="calm, burning, held_back (too few requests to believe it) or unknown (nothing was measured: "
            "what was so before stays)."
        ),
    ]


class SloBudgetBody(TypedDict):
    """The error budget in force now."""

    start: datetime
    end: Annotated[datetime | None, Field(description="null for a rolling window.")]
    seconds: Annotated[float, Field(description="How long it has to last.")]
    requests: int
    bad: int
    allowed: Annotated[float, Field(description="Requests that may be bad, of those there were.")]
    remaining: Annotated[
        float | None,
        Field(description="The share that is left: 1 untouched, below 0 overspent; null without requests."),
    ]
    exhausted_in_seconds: Annotated[float | None, Field(description="At the present rate; null where it lasts.")]
    complete: Annotated[bool, Field(description="false just after a start, until all of the past is read.")]


class CoverageBody(TypedDict):
    """Minutes of the budget's window by what was measured in them. Unmeasured time is never counted as good."""

    share: Annotated[float | None, Field(description="The measured part: busy and idle.")]
    busy: Annotated[int, Field(description="With requests.")]
    idle: Annotated[int, Field(description="Others sent, this had no requests.")]
    silent: Annotated[int, Field(description="The hub was there, and nobody sent anything.")]
    away: Annotated[int, Field(description="The hub was not there, or this is before all it has.")]


class SloBody(TypedDict):
    """One SLO and how it stands."""

    name: str
    title: str
    description: str
    selects: Annotated[str, Field(description="Whose requests count, in words.", examples=["shop/checkout"])]
    source: Annotated[str, Field(description="The caller it is about: namespace/service; empty for any.")]
    destination: Annotated[str, Field(description="The callee it is about; empty for any.")]
    route: str
    indicator: Annotated[str, Field(description="availability, latency, or availability and latency.")]
    latency_below_ms: Annotated[float | None, Field(description="null for availability.")]
    objective: Annotated[float, Field(description="A share: 0.999.")]
    window: Annotated[str, Field(description="rolling, day, week or month.")]
    owner: str
    runbook: str
    labels: dict[str, str]
    targets: Annotated[list[str], Field(description="Notification targets that the specification names.")]
    origin: Annotated[str, Field(description="Where it is written: file:line, or generated.")]
    verdict: Annotated[str, Field(description="The worst of its burn rates: burning, held_back, unknown, calm.")]
    burn_rates: list[BurnBody]
    budget: SloBudgetBody
    coverage: CoverageBody


class SlosBody(TypedDict):
    """All SLOs, worst first."""

    evaluated_at: Annotated[datetime | None, Field(description="null before the first evaluation.")]
    trouble: Annotated[
        str, Field(description="Why something could not be evaluated or taken; the states are then the last ones.")
    ]
    notes: Annotated[
        list[str], Field(description="What the specifications say that is taken otherwise, or not at all.")
    ]
    slos: list[SloBody]


class ContributionBody(TypedDict):
    """One value of one facet of the requests since the burn began."""

    facet: Annotated[
        str,
        Field(description="caller, callee, dependency, route, version, instance, status, flags or details."),
    ]
    value: str
    requests: int
    bad: int
    share_of_bad: Annotated[float, Field(description="Its part of the bad requests beyond the baseline.")]
    share_of_requests: float
    baseline_bad_share: Annotated[float | None, Field(description="null where the baseline has no requests of it.")]
    first_seen: datetime


class ChangeBody(TypedDict):
    """Something that came as the burn began."""

    time: datetime
    kind: Annotated[str, Field(description="version: seen in the traffic; config: configuration put in force.")]
    text: str


class ExampleBody(TypedDict):
    """A bad request to look at."""

    request_id: str
    time: datetime
    outcome: str
    duration_ms: float


class ExplanationBody(TypedDict):
    """Why an SLO stands as it does. A notification has the same sentences."""

    headline: str
    sentences: list[str]
    since: Annotated[datetime | None, Field(description="When the burn began; null where it does not burn.")]
    contributions: list[ContributionBody]
    changes: list[ChangeBody]
    examples: list[ExampleBody]
    trouble: Annotated[str, Field(description="What could not be found out; empty where all was.")]


class EpisodeBody(TypedDict):
    """A time in which the SLO alerted, or would have."""

    severity: str
    start: datetime
    end: Annotated[datetime | None, Field(description="null where it goes on.")]
    peak: Annotated[float, Field(description="The highest burn rate of a long window in it.")]


class BudgetPointBody(TypedDict):
    """The budget at a time."""

    time: datetime
    remaining: float | None
    requests: Annotated[int, Field(description="Of the hour up to then.")]
    bad: int


class BacktestBody(TypedDict):
    """What an SLO said, or would have said, over the past."""

    name: str
    start: datetime
    end: datetime
    requests: int
    bad: int
    measured_minutes: int
    alerts: Annotated[dict[str, int], Field(description="Times it would have alerted, by severity.")]
    episodes: list[EpisodeBody]
    budget: Annotated[list[BudgetPointBody], Field(description="One point an hour.")]
    notes: list[str]


class SloDetailBody(TypedDict):
    """One SLO: how it stands, why, and what it said in the last days."""

    slo: SloBody
    explanation: ExplanationBody
    past: BacktestBody


class PreviewBody(TypedDict):
    """What a specification would have said."""

    backtests: Annotated[list[BacktestBody], Field(description="By name.")]
    notes: list[str]


class DefaultsBody(TypedDict):
    """Default SLOs for the services that have none."""

    slos: Annotated[list[str], Field(description="Their names.")]
    specification: Annotated[str, Field(description="The file to keep, YAML.")]
