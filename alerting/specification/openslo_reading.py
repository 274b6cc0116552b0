"""Turns OpenSLO documents into SLOs: references are looked up over all files, and what does not apply is said."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from alerting.specification.indicators import (
    WHICH,
    AvailabilitySection,
    IndicatorSection,
    LatencySection,
    SelectorSection,
    promises,
    rounding,
)
from alerting.specification.model import (
    BurnRate,
    Calendar,
    Indicator,
    Kind,
    Note,
    Period,
    Rolling,
    Selector,
    Slo,
    Target,
)
from alerting.specification.openslo import (
    KINDS,
    ConditionObject,
    ConditionSpec,
    IndicatorObject,
    IndicatorSpec,
    MetricSource,
    Objective,
    OpenObject,
    PolicyObject,
    PolicySpec,
    RatioMetric,
    SloObject,
    SourceObject,
    TargetObject,
    TimeWindow,
)
from alerting.specification.own_form import known_zone
from alerting.specification.quantities import length_text, read_length
from meshhub.configuration import Document, Location, Section, decode
from meshhub.errors import ConfigurationError, Fault

OUR_SOURCE = "meshhub"
SHORT_PART = 12
"""OpenSLO's conditions have one window; the short one is this part of it, as in the SRE Workbook."""

_PERIODS = {"1d": Period.DAY, "1w": Period.WEEK, "1M": Period.MONTH}
_UNITS = {"s": 1, "ms": 0.001}

ObjectT = TypeVar("ObjectT", bound=OpenObject)
SectionT = TypeVar("SectionT", bound=Section)


@dataclass(frozen=True, slots=True)
class Found:
    """A decoded object and its document."""

    document: Document
    content: OpenObject


@dataclass(slots=True)
class Findings:
    """What came of the documents."""

    slos: list[Slo] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Unusable(Exception):
    """Something at a place of a document that cannot be used."""

    def __init__(self, document: Document, location: Location, reason: str) -> None:
        super().__init__(reason)
        self.fault = document.fault(location, f"{'.'.join(map(str, location))}: {reason}")


def decode_object(document: Document) -> Found:
    """One OpenSLO document.

    Raises:
        ConfigurationError: with every fault.
    """
    kind = document.content.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        reason = f"kind: expected one of {', '.join(KINDS)}"
        raise ConfigurationError(document.what, [document.fault(("kind",), reason)])
    return Found(document, decode(document, model))


def read_objects(objects: list[Found]) -> Findings:
    """What the objects of all files say together."""
    return _Reader(objects).read()


class _Reader:
    def __init__(self, objects: list[Found]) -> None:
        self._objects = objects
        self._named: Mapping[type[OpenObject], dict[str, Found]] = defaultdict(dict)
        self._findings = Findings()

    def read(self) -> Findings:
        for found in self._objects:
            names = self._named[type(found.content)]
            name = found.content.metadata.name
            if name in names:
                reason = f"metadata.name: another {found.document.content['kind']} is called {name}"
                self._findings.faults.append(found.document.fault(("metadata", "name"), reason))
            names[name] = found
        for found in self._objects:
            try:
                self._take(found)
            except _Unusable as error:
                self._findings.faults.append(error.fault)
        return self._findings

    def _take(self, found: Found) -> None:
        content = found.content
        if isinstance(content, SloObject):
            self._findings.slos += self._slos(found, content)
        elif isinstance(content, TargetObject):
            self._add_target(Target(content.metadata.name, content.spec.target, content.spec.description))
        elif isinstance(content, SourceObject) and content.spec.connection_details is not None:
            self._note(found.document, ("spec", "connectionDetails"), "not used: SLOs are evaluated in the hub")

    def _slos(self, found: Found, slo: SloObject) -> Iterator[Slo]:
        document, spec = found.document, slo.spec
        rates, targets = self._policies(found, slo)
        objectives = list(enumerate(spec.objectives))
        for index, objective in objectives:
            selector, indicator = self._measured(found, slo, objective, index)
            named = document.fault(("metadata", "name"), "")
            yield Slo(
                name=slo.metadata.name if not index else f"{slo.metadata.name}-{index + 1}",
                selector=selector,
                objective=objective.share,
                indicator=indicator,
                window=self._window(document, spec.time_window),
                burn_rates=rates,
                title=objective.display_name or slo.metadata.display_name,
                description=spec.description,
                owner=slo.metadata.plain_labels().get("team", ""),
                labels=slo.metadata.plain_labels(),
                targets=targets,
                origin=f"{named.origin}:{named.line}" if named.line else named.origin,
            )

    def _window(self, document: Document, windows: tuple[TimeWindow, ...]) -> Rolling | Calendar:
        if not windows:
            return Rolling()
        window, here = windows[0], ("spec", "timeWindow", 0)
        if window.calendar is None and window.is_rolling is not False:
            return Rolling(self._length(document, (*here, "duration"), window.duration))
        if window.calendar is None or window.is_rolling:
            raise _Unusable(document, here, "expected isRolling: true or a calendar, and not both")
        if window.duration not in _PERIODS:
            reason = "calendar windows are 1d, 1w or 1M: a quarter or a year is longer than counts are kept"
            raise _Unusable(document, (*here, "duration"), reason)
        if window.calendar.start_time:
            self._note(document, (*here, "calendar", "startTime"), "not used: periods begin at midnight")
        try:
            return Calendar(_PERIODS[window.duration], known_zone(window.calendar.time_zone))
        except ValueError as error:
            raise _Unusable(document, (*here, "calendar", "timeZone"), str(error)) from error

    def _measured(self, found: Found, slo: SloObject, objective: Objective, index: int) -> tuple[Selector, Indicator]:
        source, spec, here = self._indicator(found, slo)
        if spec.ratio_metric is not None:
            if objective.op is not None or objective.value is not None:
                raise _Unusable(
                    found.document, ("spec", "objectives", index), "op and value are for a thresholdMetric only"
                )
            return self._ratio(found, slo, source, spec.ratio_metric, (*here, "ratioMetric"))
        return self._threshold(found, slo, objective, index, source, spec, here)

    def _indicator(self, found: Found, slo: SloObject) -> tuple[Document, IndicatorSpec, Location]:
        """The indicator, the document it is in, and where there."""
        if slo.spec.indicator is not None:
            return found.document, slo.spec.indicator.spec, ("spec", "indicator", "spec")
        at = ("spec", "indicatorRef")
        document, other = self._look_up(found.document, at, IndicatorObject, slo.spec.indicator_ref, "SLI")
        return document, other.spec, ("spec",)

    def _ratio(
        self, found: Found, slo: SloObject, document: Document, ratio: RatioMetric, here: Location
    ) -> tuple[Selector, Indicator]:
        total_at = (*here, "total", "metricSource")
        total = self._query(document, total_at, ratio.source("total"))
        if rules := set(total) & {"availability", "latency"}:
            raise _Unusable(document, (*total_at, "spec"), f"{min(rules)} belongs to good")
        side: Literal["good", "bad"] = "good" if ratio.good else "bad"
        side_at = (*here, side, "metricSource")
        rule = self._query(document, side_at, ratio.source(side))
        for key in WHICH:
            if key in rule and rule.pop(key) != total.get(key):
                raise _Unusable(document, (*side_at, "spec", key), "differs from that of total: good is a part of it")
        if side == "bad" and "latency" in rule:
            raise _Unusable(document, (*side_at, "spec", "latency"), "says what is good: write it under good")
        indicator = self._checked(IndicatorSection, document, (*side_at, "spec"), rule or {"availability": {}})
        if indicator.latency is not None:
            if indicator.latency.at is not None:
                raise _Unusable(document, (*side_at, "spec", "latency", "at"), "the objective's target says the share")
            self._note_rounding(document, (*side_at, "spec", "latency", "below"), indicator.latency)
        selector = self._selector(found, slo, document, (*total_at, "spec"), total)
        return selector, promises(indicator, 0.5)[0].indicator

    def _threshold(
        self,
        found: Found,
        slo: SloObject,
        objective: Objective,
        index: int,
        document: Document,
        spec: IndicatorSpec,
        here: Location,
    ) -> tuple[Selector, Indicator]:
        at = (*here, "thresholdMetric", "metricSource")
        source = spec.threshold_metric.metric_source if spec.threshold_metric else MetricSource()
        query = self._query(document, at, source)
        unit = query.pop("unit", "s")
        if query.pop("measure", "latency") != "latency":
            raise _Unusable(document, (*at, "spec", "measure"), "expected latency: nothing else has a threshold here")
        if unit not in _UNITS:
            raise _Unusable(document, (*at, "spec", "unit"), "expected s or ms")
        rule = self._checked(
            AvailabilitySection, document, (*at, "spec", "availability"), query.pop("availability", None) or {}
        )
        placed = ("spec", "objectives", index)
        if objective.op not in ("lt", "lte") or objective.value is None or not 0 < objective.value < 1e6:
            raise _Unusable(found.document, placed, "a latency needs op: lt or lte, and a value over 0")
        latency = LatencySection(below=timedelta(seconds=objective.value * _UNITS[unit]))
        if objective.op == "lte":
            self._note(found.document, (*placed, "op"), "lte is taken as lt: a request of exactly the value is slow")
        self._note_rounding(found.document, (*placed, "value"), latency)
        selector = self._selector(found, slo, document, (*at, "spec"), query)
        return selector, Indicator(Kind.LATENCY, rule.rule(), latency.below_us)

    def _query(self, document: Document, here: Location, source: MetricSource) -> dict[str, Any]:
        """The `spec` of a metric source that is ours."""
        kind = source.type
        if not kind and source.metric_source_ref:
            at = (*here, "metricSourceRef")
            kind = self._look_up(document, at, SourceObject, source.metric_source_ref, "DataSource")[1].spec.type
        if kind.lower() != OUR_SOURCE:
            reason = (
                f"{kind or 'no type'}: the hub evaluates its own access logs only. Write type: {OUR_SOURCE}, and in "
                "spec service (or from and to), availability, latency"
            )
            raise _Unusable(document, (*here, "type"), reason)
        return dict(source.spec)

    def _selector(
        self, found: Found, slo: SloObject, document: Document, here: Location, query: dict[str, Any]
    ) -> Selector:
        named = {key: query[key] for key in query if key in WHICH}
        for key in query.keys() - named.keys():
            raise _Unusable(document, (*here, key), f"unknown key: expected {', '.join(WHICH)}")
        if not any(key in named for key in ("service", "from", "to")):
            document, here = found.document, ("spec", "service")
            named = {"service": slo.spec.service} | named
        section = self._checked(SelectorSection, document, here, named)
        if trouble := section.trouble():
            raise _Unusable(document, here, trouble)
        return section.selector()

    def _policies(self, found: Found, slo: SloObject) -> tuple[tuple[BurnRate, ...], tuple[str, ...]]:
        """The burn rates and the names of the targets of an SLO. Without policies nothing alerts, as OpenSLO has it."""
        rates: list[BurnRate] = []
        targets: set[str] = set()
        for index, entry in enumerate(slo.spec.alert_policies):
            here: Location = ("spec", "alertPolicies", index)
            if entry.spec is not None:
                document, spec, place = found.document, entry.spec, (*here, "spec")
            else:
                at = (*here, "alertPolicyRef")
                document, policy = self._look_up(
                    found.document, at, PolicyObject, entry.alert_policy_ref, "AlertPolicy"
                )
                spec, place = policy.spec, ("spec",)
            rates += self._rates(document, place, spec)
            targets |= set(self._targets(document, place, spec))
        if not slo.spec.alert_policies:
            self._note(found.document, ("spec",), f"{slo.metadata.name} has no alertPolicies: nothing alerts on it")
        return tuple(dict.fromkeys(rates)), tuple(sorted(targets))

    def _rates(self, document: Document, here: Location, spec: PolicySpec) -> Iterator[BurnRate]:
        if spec.alert_when_no_data:
            self._note(
                document,
                (*here, "alertWhenNoData"),
                "not an alert of the SLO: what is not measured is shown as coverage",
            )
        if not spec.alert_when_breaching:
            self._note(document, here, "alertWhenBreaching is not true: its condition alerts nobody")
            return
        if not spec.alert_when_resolved:
            self._note(
                document, here, "alertWhenResolved is not true: resolves are sent all the same, to close what opened"
            )
        entry = spec.conditions[0]
        place = (*here, "conditions", 0)
        if entry.spec is not None:
            yield self._rate(document, (*place, "spec"), entry.spec)
        else:
            at = (*place, "conditionRef")
            other, condition = self._look_up(document, at, ConditionObject, entry.condition_ref, "AlertCondition")
            yield self._rate(other, ("spec",), condition.spec)

    def _rate(self, document: Document, here: Location, spec: ConditionSpec) -> BurnRate:
        condition, at = spec.condition, (*here, "condition")
        long = self._length(document, (*at, "lookbackWindow"), condition.lookback_window)
        after = timedelta(0)
        if condition.alert_after.strip("smhdw") != "0":
            after = self._length(document, (*at, "alertAfter"), condition.alert_after)
        short = max(timedelta(seconds=int(long.total_seconds() / SHORT_PART)), timedelta(seconds=5))
        self._note(
            document,
            (*at, "lookbackWindow"),
            f"with a short window of {length_text(short)}, a twelfth, so that the alert ends soon after the burn",
        )
        return BurnRate(long, min(short, long), condition.threshold, spec.severity, after)

    def _targets(self, document: Document, here: Location, spec: PolicySpec) -> Iterator[str]:
        for index, entry in enumerate(spec.notification_targets):
            at = (*here, "notificationTargets", index)
            if entry.spec is not None and entry.metadata is not None:
                self._add_target(Target(entry.metadata.name, entry.spec.target, entry.spec.description))
                yield entry.metadata.name
            else:
                self._look_up(document, (*at, "targetRef"), TargetObject, entry.target_ref, "AlertNotificationTarget")
                yield entry.target_ref

    def _add_target(self, target: Target) -> None:
        if target not in self._findings.targets:
            self._findings.targets.append(target)

    def _look_up(
        self, document: Document, here: Location, kind: type[ObjectT], name: str, what: str
    ) -> tuple[Document, ObjectT]:
        found = self._named[kind].get(name)
        if found is None or not isinstance(found.content, kind):
            raise _Unusable(document, here, f"there is no {what} called {name[:100]} in the files given")
        return found.document, found.content

    def _length(self, document: Document, here: Location, text: str) -> timedelta:
        try:
            return read_length(text)
        except ValueError as error:
            raise _Unusable(document, here, str(error)) from error

    def _checked(self, model: type[SectionT], document: Document, here: Location, content: object) -> SectionT:
        try:
            return model.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            message = str(first["msg"]).removeprefix("Value error, ")
            reason = "unknown key" if first["type"] == "extra_forbidden" else message
            raise _Unusable(document, (*here, *first["loc"]), reason) from error

    def _note(self, document: Document, here: Location, text: str) -> None:
        place = document.fault(here, "")
        note = Note(place.origin, place.line, text)
        if note not in self._findings.notes:
            self._findings.notes.append(note)

    def _note_rounding(self, document: Document, here: Location, latency: LatencySection) -> None:
        if latency.rounded:
            self._note(document, here, rounding(latency))
