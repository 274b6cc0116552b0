"""docs/reference/metrics.md from the instruments that the hub's parts create."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import Meter, NoOpMeter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.trace import NoOpTracer
from prometheus_client import CollectorRegistry

from alerting.evaluation.board import Board
from alerting.evaluation.service import EvaluationService
from alerting.settings import AlertingSettings
from collector.service import Collector
from collector.settings import CollectorSettings
from envoy_config.ads.service import AdsService
from envoy_config.ads.settings import AdsSettings
from meshhub.app.alerting import observe_leadership
from meshhub.app.engine_watch import EngineWatch
from meshhub.app.observed_queries import ObservedQueries
from meshhub.clock import SystemClock
from meshhub.model import Signal
from meshhub.telemetry.process import observe_process
from meshhub.testing.reference.markdown import code, page, table
from meshhub.web.observation import Observation

INTRODUCTION = """\
What the hub says of itself: at `GET /metrics` (OpenMetrics or Prometheus text, with the names of the second column),
in its own store as telemetry of the service `meshhub` (every `telemetry.history_seconds`), and to the OTLP endpoint of
`telemetry.otlp`, if there is one. The number of attribute sets of each is bounded."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument as it was created; `kind` is counter, gauge, updowncounter or histogram."""

    name: str
    kind: str
    unit: str
    description: str


class RecordingMeter(NoOpMeter):
    """Notes what is created on it."""

    def __init__(self) -> None:
        super().__init__("reference")
        self.instruments: list[Instrument] = []

    def create_counter(self, name: str, unit: str = "", description: str = "") -> Any:
        return self._note("counter", name, unit, description)

    def create_up_down_counter(self, name: str, unit: str = "", description: str = "") -> Any:
        return self._note("updowncounter", name, unit, description)

    def create_histogram(self, name: str, unit: str = "", description: str = "", **_options: Any) -> Any:
        return self._note("histogram", name, unit, description)

    def create_observable_counter(
        self, name: str, _callbacks: Sequence[Any] | None = None, unit: str = "", description: str = ""
    ) -> Any:
        return self._note("counter", name, unit, description)

    def create_observable_gauge(
        self, name: str, _callbacks: Sequence[Any] | None = None, unit: str = "", description: str = ""
    ) -> Any:
        return self._note("gauge", name, unit, description)

    def _note(self, kind: str, name: str, unit: str, description: str) -> None:
        self.instruments.append(Instrument(name, kind, unit, description))


class _NoEngine:
    """Stands where an engine is asked for; nothing is started, so nothing reaches it."""

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None:
        raise NotImplementedError

    def query(self, name: str, parameters: Mapping[str, Any], into: type[Any]) -> list[Any]:
        raise NotImplementedError

    def query_filtered(self, name: str, parameters: Mapping[str, Any], into: type[Any], pieces: Any) -> list[Any]:
        raise NotImplementedError

    def export(self, name: str, parameters: Mapping[str, Any], pieces: Any, form: str) -> bytes:
        raise NotImplementedError

    def ping(self) -> None:
        raise NotImplementedError


async def _no_application(_scope: Any, _receive: Any, _send: Any) -> None:
    raise NotImplementedError


def instruments() -> list[Instrument]:
    """Every instrument of a hub, by name. Each part that takes a meter is made here once and never started."""
    meter = RecordingMeter()
    observe_process(meter)
    watch = EngineWatch(_NoEngine(), list, meter)
    Collector(CollectorSettings(), Path("reference"), watch, meter)
    AdsService(AdsSettings(), Path("reference"), SystemClock(), meter)
    Observation(_no_application, meter, NoOpTracer())
    ObservedQueries(_NoEngine(), meter, NoOpTracer())
    EvaluationService(AlertingSettings(), _NoEngine(), SystemClock(), meter, Board())
    observe_leadership(meter, bool)
    return sorted(meter.instruments, key=lambda instrument: instrument.name)


def prometheus_names(known: Sequence[Instrument]) -> list[str]:
    """The name of each at /metrics."""
    names: list[str] = []
    for instrument in known:
        registry = CollectorRegistry()
        provider = MeterProvider(
            [PrometheusMetricReader(True, scope_info_enabled=False, registry=registry)], shutdown_on_exit=False
        )
        _record_one(provider.get_meter("reference"), instrument)
        names.extend(_exposed_name(family.name, family.type) for family in registry.collect())
        provider.shutdown()
    return names


def metrics_page() -> str:
    """The page: one line per metric."""
    known = instruments()
    rows = [
        (code(each.name), code(exposed), each.kind, code(each.unit), each.description)
        for each, exposed in zip(known, prometheus_names(known), strict=True)
    ]
    return page("Metrics", INTRODUCTION, table(("Metric", "At /metrics", "Kind", "Unit", "Meaning"), rows))


def _record_one(meter: Meter, instrument: Instrument) -> None:
    name, unit, description = instrument.name, instrument.unit, instrument.description
    if instrument.kind == "counter":
        meter.create_counter(name, unit, description).add(1)
    elif instrument.kind == "updowncounter":
        meter.create_up_down_counter(name, unit, description).add(1)
    elif instrument.kind == "histogram":
        meter.create_histogram(name, unit, description).record(1)
    else:
        meter.create_gauge(name, unit, description).set(1)


def _exposed_name(family: str, kind: str) -> str:
    return f"{family}_total" if kind == "counter" else family
