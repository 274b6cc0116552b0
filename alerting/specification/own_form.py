"""The hub's own form of SLOs: short, for the requests of a mesh.

slos:
  - name: checkout-availability
    service: shop/checkout
    objective: 99.9
    indicator: availability
"""

from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from alerting.specification.indicators import IndicatorSection, SelectorSection, promises, rounding
from alerting.specification.model import (
    DEFAULT_BURN_RATES,
    BurnRate,
    Calendar,
    LowTraffic,
    Note,
    Period,
    Rolling,
    Slo,
)
from alerting.specification.quantities import MAX_NAME, MAX_TEXT, Length, Share
from meshhub.configuration import Document, Location, Section, decode
from meshhub.errors import ConfigurationError

MAX_SLOS = 10_000
MAX_BURN_RATES = 10

NAME = r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$"
RESERVED = frozenset({"preview", "defaults"})
"""Names that the API has for something else."""

Text = Annotated[str, Field(max_length=MAX_TEXT)]
LabelKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]
Labels = Annotated[dict[LabelKey, Annotated[str, Field(max_length=250)]], Field(max_length=50)]


class BurnRateSection(Section):
    """A pair of windows and the burn rate that pages."""

    long: Length
    short: Length
    burn: float = Field(gt=0, le=1_000_000)
    severity: str = Field(default="page", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    after: Length | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "BurnRateSection":
        if self.short > self.long:
            raise ValueError("short is longer than long")
        return self

    def rate(self) -> BurnRate:
        made = BurnRate(self.long, self.short, self.burn, self.severity)
        return made if self.after is None else BurnRate(self.long, self.short, self.burn, self.severity, self.after)


class LowTrafficSection(Section):
    """What the long window must have seen at least."""

    requests: int = Field(default=LowTraffic().requests, ge=0, le=1_000_000_000)
    failures: int = Field(default=LowTraffic().failures, ge=1, le=1_000_000_000)


class SloSection(SelectorSection):
    """One SLO."""

    name: str = Field(pattern=NAME, max_length=MAX_NAME)
    title: str = Field(default="", max_length=200)
    objective: Share | None = None
    indicator: IndicatorSection = IndicatorSection.model_validate("availability")
    window: Length | None = None
    calendar: Period | None = None
    time_zone: str = "UTC"
    burn_rates: Annotated[tuple[BurnRateSection, ...], Field(max_length=MAX_BURN_RATES)] | None = None
    low_traffic: LowTrafficSection = LowTrafficSection()
    description: Text = ""
    owner: str = Field(default="", max_length=250)
    runbook: str = Field(default="", max_length=2000)
    labels: Labels = Field(default={})

    @field_validator("burn_rates", mode="before")
    @classmethod
    def _default(cls, value: Any) -> Any:
        return None if value == "default" else value

    @field_validator("runbook")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return web_address(value)

    @field_validator("name")
    @classmethod
    def _free(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"{value} is a name that the API has for something else")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        return known_zone(name)

    def budget_window(self) -> Rolling | Calendar:
        if self.calendar is not None:
            return Calendar(self.calendar, self.time_zone)
        return Rolling() if self.window is None else Rolling(self.window)

    @model_validator(mode="after")
    def _together(self) -> "SloSection":
        if trouble := self.trouble():
            raise ValueError(trouble)
        if self.window is not None and self.calendar is not None:
            raise ValueError("window: not together with calendar: a budget is rolling or begins anew")
        promises(self.indicator, self.objective)
        return self


class OwnForm(Section):
    """A file of the own form."""

    slos: Annotated[tuple[SloSection, ...], Field(max_length=MAX_SLOS)]


def known_zone(name: str) -> str:
    """The name of a time zone that this machine knows.

    Raises:
        ValueError: it does not.
    """
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(
            f"{name[:50]} is no time zone that is known here: expected one such as Europe/Berlin"
        ) from error
    return name


def web_address(value: str) -> str:
    """An http or https URL, or nothing.

    Raises:
        ValueError: it is neither.
    """
    try:
        parts = urlsplit(value)
        usable = not value or (parts.scheme in {"http", "https"} and bool(parts.hostname))
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("expected a URL that begins with https:// or http://")
    return value


def read_own_form(document: Document) -> tuple[list[Slo], list[Note]]:
    """The SLOs of a document, in its order.

    Raises:
        ConfigurationError: with every fault.
    """
    form = decode(document, OwnForm)
    slos: list[Slo] = []
    notes: list[Note] = []
    for index, section in enumerate(form.slos):
        here: Location = ("slos", index)
        named = document.fault((*here, "name"), "")
        slos += _slos(section, f"{named.origin}:{named.line}" if named.line else named.origin)
        latency = section.indicator.latency
        if latency is not None and latency.rounded:
            place = document.fault((*here, "indicator", "latency", "below"), "")
            notes.append(Note(place.origin, place.line, f"{section.name}: {rounding(latency)}"))
    if not slos:
        raise ConfigurationError(document.what, [document.fault(("slos",), "slos: there is none")])
    return slos, notes


def _slos(section: SloSection, origin: str) -> list[Slo]:
    rates = section.burn_rates
    return [
        Slo(
            name=section.name + promise.suffix,
            selector=section.selector(),
            objective=promise.objective,
            indicator=promise.indicator,
            window=section.budget_window(),
            burn_rates=DEFAULT_BURN_RATES if rates is None else tuple(rate.rate() for rate in rates),
            low_traffic=LowTraffic(section.low_traffic.requests, section.low_traffic.failures),
            title=section.title,
            description=section.description,
            owner=section.owner,
            runbook=section.runbook,
            labels=dict(sorted(section.labels.items())),
            origin=origin,
        )
        for promise in promises(section.indicator, section.objective)
    ]
