"""OpenSLO v1 (github.com/OpenSLO/OpenSLO) as documents: strict, with every key that the specification has.

What its metric sources ask is meshhub's own: type `meshhub`, and in `spec` the keys of the own form.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from alerting.specification.own_form import NAME, RESERVED
from alerting.specification.quantities import MAX_NAME, MAX_TEXT
from meshhub.configuration import Section

MAX_LISTED = 20

Text = Annotated[str, Field(max_length=MAX_TEXT)]
ObjectName = Annotated[str, Field(min_length=1, max_length=255)]


class OpenSection(Section):
    """A part of a document, its keys in camel case."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, alias_generator=to_camel)


class Metadata(OpenSection):
    """What an object is called."""

    name: ObjectName
    display_name: str = Field(default="", max_length=200)
    labels: dict[str, str | tuple[str, ...]] = Field(default={}, max_length=50)
    annotations: dict[str, str] = Field(default={}, max_length=50)

    def plain_labels(self) -> dict[str, str]:
        """Labels with one value each: several are joined by commas."""
        return {key: value if isinstance(value, str) else ",".join(value) for key, value in sorted(self.labels.items())}


class MetricSource(OpenSection):
    """Where counts come from. `spec` is checked where it is used."""

    metric_source_ref: str = ""
    type: str = ""
    spec: dict[str, Any] = Field(default={})


class Metric(OpenSection):
    """A query."""

    metric_source: MetricSource


class RatioMetric(OpenSection):
    """Good or bad of all."""

    counter: bool = True
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric | None = None
    raw_type: str = ""
    raw: Metric | None = None

    def source(self, side: Literal["good", "bad", "total"]) -> MetricSource:
        """The source of one of its queries; without one, a source that says nothing."""
        metric = {"good": self.good, "bad": self.bad, "total": self.total}[side]
        return metric.metric_source if metric else MetricSource()

    @model_validator(mode="after")
    def _applies(self) -> "RatioMetric":
        if self.raw is not None or self.raw_type:
            raise ValueError("raw: a ratio made elsewhere cannot be evaluated from access logs: give good and total")
        if (self.good is None) == (self.bad is None):
            raise ValueError("expected good or bad, and not both")
        if self.total is None:
            raise ValueError("total: required and missing")
        return self


class IndicatorSpec(OpenSection):
    """What is measured."""

    description: Text = ""
    threshold_metric: Metric | None = None
    ratio_metric: RatioMetric | None = None

    @model_validator(mode="after")
    def _one(self) -> "IndicatorSpec":
        if (self.threshold_metric is None) == (self.ratio_metric is None):
            raise ValueError("expected thresholdMetric or ratioMetric, and not both")
        return self


class InlineIndicator(OpenSection):
    """An indicator within an SLO."""

    metadata: Metadata | None = None
    spec: IndicatorSpec


class CalendarSpec(OpenSection):
    """When a calendar window begins."""

    start_time: str = ""
    time_zone: str = "UTC"

    @field_validator("start_time", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> str:
        return str(value)


class TimeWindow(OpenSection):
    """Over what a budget goes."""

    duration: str
    is_rolling: bool | None = None
    calendar: CalendarSpec | None = None


class Objective(OpenSection):
    """What is promised."""

    display_name: str = Field(default="", max_length=200)
    op: Literal["lte", "gte", "lt", "gt"] | None = None
    value: float | None = None
    target: float | None = Field(default=None, gt=0, lt=1)
    target_percent: float | None = Field(default=None, gt=0, lt=100)
    time_slice_target: float | None = None
    time_slice_window: float | str | None = None

    @model_validator(mode="after")
    def _one(self) -> "Objective":
        if (self.target is None) == (self.target_percent is None):
            raise ValueError("expected target or targetPercent, and not both")
        return self

    @property
    def share(self) -> float:
        return self.target if self.target is not None else round((self.target_percent or 0) / 100, 12)


class Condition(OpenSection):
    """When it burns."""

    kind: Literal["burnrate"] = "burnrate"
    threshold: float = Field(gt=0, le=1_000_000)
    lookback_window: str
    alert_after: str = "0m"


class ConditionSpec(OpenSection):
    """A condition and how severe it is."""

    description: Text = ""
    severity: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    condition: Condition


class ConditionEntry(OpenSection):
    """A condition within a policy, or the name of one."""

    condition_ref: str = ""
    kind: Literal["AlertCondition"] | None = None
    metadata: Metadata | None = None
    spec: ConditionSpec | None = None

    @model_validator(mode="after")
    def _one(self) -> "ConditionEntry":
        if bool(self.condition_ref) == (self.spec is not None):
            raise ValueError("expected conditionRef or spec, and not both")
        return self


class TargetSpec(OpenSection):
    """Who is told."""

    target: str = Field(min_length=1, max_length=200)
    description: Text = ""


class TargetEntry(OpenSection):
    """A target within a policy, or the name of one."""

    target_ref: str = ""
    kind: Literal["AlertNotificationTarget"] | None = None
    metadata: Metadata | None = None
    spec: TargetSpec | None = None

    @model_validator(mode="after")
    def _one(self) -> "TargetEntry":
        if bool(self.target_ref) == (self.spec is not None and self.metadata is not None):
            raise ValueError("expected targetRef, or metadata and spec")
        return self


class PolicySpec(OpenSection):
    """When whom."""

    description: Text = ""
    alert_when_no_data: bool = False
    alert_when_resolved: bool = False
    alert_when_breaching: bool = False
    conditions: Annotated[tuple[ConditionEntry, ...], Field(min_length=1, max_length=1)]
    notification_targets: Annotated[tuple[TargetEntry, ...], Field(max_length=MAX_LISTED)] = ()


class PolicyEntry(OpenSection):
    """A policy within an SLO, or the name of one."""

    alert_policy_ref: str = ""
    kind: Literal["AlertPolicy"] | None = None
    metadata: Metadata | None = None
    spec: PolicySpec | None = None

    @model_validator(mode="after")
    def _one(self) -> "PolicyEntry":
        if bool(self.alert_policy_ref) == (self.spec is not None):
            raise ValueError("expected alertPolicyRef or spec, and not both")
        return self


class SloSpec(OpenSection):
    """The promise."""

    description: Text = ""
    service: str = Field(min_length=1, max_length=512)
    indicator: InlineIndicator | None = None
    indicator_ref: str = ""
    time_window: Annotated[tuple[TimeWindow, ...], Field(max_length=1)] = ()
    budgeting_method: Literal["Occurrences", "Timeslices", "RatioTimeslices"]
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1, max_length=MAX_LISTED)]
    alert_policies: Annotated[tuple[PolicyEntry, ...], Field(max_length=MAX_LISTED)] = ()

    @model_validator(mode="after")
    def _one(self) -> "SloSpec":
        if (self.indicator is None) == (not self.indicator_ref):
            raise ValueError("expected indicator or indicatorRef, and not both")
        return self

    @field_validator("budgeting_method")
    @classmethod
    def _occurrences(cls, value: str) -> str:
        if value != "Occurrences":
            raise ValueError(f"{value} is not evaluated: budgets are counted in requests (Occurrences)")
        return value


class SloMetadata(Metadata):
    """What an SLO is called: by its name in the API's paths."""

    name: str = Field(pattern=NAME, max_length=MAX_NAME)

    @field_validator("name")
    @classmethod
    def _free(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"{value} is a name that the API has for something else")
        return value


class SourceSpec(OpenSection):
    """A data source. Its connection details are not used."""

    description: Text = ""
    type: str
    connection_details: Any = None


class ServiceSpec(OpenSection):
    """A service in words."""

    description: Text = ""


class OpenObject(OpenSection):
    """What every document has."""

    api_version: Literal["openslo/v1"]
    metadata: Metadata


class SloObject(OpenObject):
    """kind: SLO."""

    kind: Literal["SLO"]
    metadata: SloMetadata
    spec: SloSpec


class IndicatorObject(OpenObject):
    """kind: SLI."""

    kind: Literal["SLI"]
    spec: IndicatorSpec


class PolicyObject(OpenObject):
    """kind: AlertPolicy."""

    kind: Literal["AlertPolicy"]
    spec: PolicySpec


class ConditionObject(OpenObject):
    """kind: AlertCondition."""

    kind: Literal["AlertCondition"]
    spec: ConditionSpec


class TargetObject(OpenObject):
    """kind: AlertNotificationTarget."""

    kind: Literal["AlertNotificationTarget"]
    spec: TargetSpec


class SourceObject(OpenObject):
    """kind: DataSource."""

    kind: Literal["DataSource"]
    spec: SourceSpec


class ServiceObject(OpenObject):
    """kind: Service."""

    kind: Literal["Service"]
    spec: ServiceSpec = ServiceSpec()


KINDS: dict[str, type[OpenObject]] = {
    "SLO": SloObject,
    "SLI": IndicatorObject,
    "AlertPolicy": PolicyObject,
    "AlertCondition": ConditionObject,
    "AlertNotificationTarget": TargetObject,
    "DataSource": SourceObject,
    "Service": ServiceObject,
}
