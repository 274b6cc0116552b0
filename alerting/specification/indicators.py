"""What the own form and OpenSLO's metric sources share: whose requests count, and which of them are good."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_validator

from alerting.specification.model import FailureRule, Indicator, Kind, Party, Selector
from alerting.specification.quantities import GrpcStatus, Length, Share, read_party, whole_buckets
from meshhub.configuration import Section

MAX_LISTED = 50
WHICH = ("service", "from", "to", "route", "cluster", "namespace")
"""The keys of a SelectorSection, in the order of the messages."""

Flag = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]{0,9}$")]
Flags = Annotated[tuple[Flag, ...], Field(max_length=MAX_LISTED)]
PartyName = Annotated[str, AfterValidator(lambda text: str(read_party(text)))]
Name = Annotated[str, Field(max_length=253)]


class AvailabilitySection(Section):
    """Which requests failed."""

    status_below: int = Field(default=FailureRule().status_below, ge=100, le=600)
    bad_flags: Flags = ()
    ignored_flags: Flags = ()
    bad_grpc: Annotated[tuple[GrpcStatus, ...], Field(max_length=MAX_LISTED)] = FailureRule().bad_grpc

    def rule(self) -> FailureRule:
        return FailureRule(
            self.status_below,
            tuple(sorted(set(self.bad_flags))),
            tuple(sorted(set(self.ignored_flags))),
            tuple(sorted(set(self.bad_grpc))),
        )


class LatencySection(Section):
    """Which requests were fast, and which share of them has to be where that is a promise of its own."""

    below: Length
    at: Share | None = None

    @property
    def below_us(self) -> int:
        return whole_buckets(self.below)

    @property
    def rounded(self) -> bool:
        return timedelta(microseconds=self.below_us) != self.below


class IndicatorSection(Section):
    """How requests are told good from bad."""

    availability: AvailabilitySection | None = None
    latency: LatencySection | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """`availability` for `availability: {}`, also below `indicator:`."""
        if value == "availability":
            return {"availability": {}}
        if isinstance(value, dict) and "availability" in value and value["availability"] is None:
            return value | {"availability": {}}
        return value

    @model_validator(mode="after")
    def _any(self) -> "IndicatorSection":
        if self.availability is None and self.latency is None:
            raise ValueError("expected availability, latency or both")
        return self


class SelectorSection(Section):
    """Whose requests count."""

    service: PartyName | None = None
    from_: PartyName | None = Field(default=None, alias="from")
    to: PartyName | None = None
    route: Annotated[str, Field(max_length=253)] = ""
    cluster: Name = ""
    namespace: Name = ""

    @field_validator("cluster", "namespace")
    @classmethod
    def _plain(cls, value: str) -> str:
        if value:
            read_party(value)
        return value

    @property
    def given(self) -> bool:
        return bool(self.service or self.from_ or self.to)

    def trouble(self) -> str:
        """What is wrong with the keys together; empty if nothing is."""
        if self.service and (self.from_ or self.to):
            return "service: not together with from or to: those name an edge"
        if not self.given:
            return "expected service, or from and to for an edge, or from alone for all calls of a service"
        both = [p for p in (self.service, self.from_, self.to) if p and "/" in p]
        if self.namespace and both:
            return f"namespace: {both[0]} names one already"
        if self.to and not self.from_:
            return "to: without from it is a service: write service"
        return ""

    def selector(self) -> Selector:
        """The selector; of keys without trouble."""
        return Selector(
            self._party(self.from_) if self.from_ else None,
            self._party(self.service or self.to or "") if self.service or self.to else None,
            self.route,
        )

    def _party(self, name: str) -> Party:
        party = read_party(name)
        return replace(party, namespace=party.namespace or self.namespace, cluster=self.cluster)


@dataclass(frozen=True, slots=True)
class Promise:
    """One of the promises that an indicator makes: `suffix` tells its name from the SLO's."""

    suffix: str
    indicator: Indicator
    objective: float


def promises(section: IndicatorSection, objective: float | None) -> list[Promise]:
    """What an indicator promises: availability and latency together, or each for itself where latency has a share.

    Raises:
        ValueError: a share is missing, or there are two for one promise.
    """
    rule = (section.availability or AvailabilitySection()).rule()
    latency = section.latency
    if latency is None:
        return [Promise("", Indicator(Kind.AVAILABILITY, rule), _needed(objective))]
    if section.availability is None:
        if latency.at is not None and objective is not None and latency.at != objective:
            raise ValueError("latency.at and the objective say different shares: leave one out")
        share = _needed(objective if latency.at is None else latency.at)
        return [Promise("", Indicator(Kind.LATENCY, rule, latency.below_us), share)]
    if latency.at is None:
        return [Promise("", Indicator(Kind.BOTH, rule, latency.below_us), _needed(objective))]
    return [
        Promise("", Indicator(Kind.AVAILABILITY, rule), _needed(objective)),
        Promise("-latency", Indicator(Kind.LATENCY, rule, latency.below_us), latency.at),
    ]


def rounding(latency: LatencySection) -> str:
    """What is said of a threshold that had to be rounded."""
    return (
        f"the threshold is rounded to {latency.below_us / 1000:g} ms: durations are counted by their two leading digits"
    )


def _needed(objective: float | None) -> float:
    if objective is None:
        raise ValueError("objective: required and missing")
    return objective
