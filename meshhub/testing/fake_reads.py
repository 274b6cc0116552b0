"""Answers of the hub made up: the dashboard is developed and tested on them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from dashboard.reads.backups import BackupReads
from dashboard.reads.checkup import CheckupReads
from dashboard.reads.hub import DataAge, HubHealth, Process, Series
from dashboard.reads.requests import Glance
from meshhub.errors import NotFound
from meshhub.model import TimeRange
from meshhub.testing import graphs, journeys
from meshhub.testing.fake_alerts import FakeAlertReads
from meshhub.testing.fake_doctor import FakeDoctorReads
from meshhub.testing.fake_findings import FakeFindingReads
from meshhub.testing.fake_happenings import FakeHappeningReads
from meshhub.testing.fake_insights import FakeInsightReads
from meshhub.testing.fake_logs import FakeLogReads
from meshhub.testing.fake_proxies import fake_proxies
from meshhub.testing.fake_search import FakeSearchReads
from meshhub.testing.fake_services import FakeServiceReads
from meshhub.testing.fake_slos import FakeSloReads
from meshhub.testing.fake_traces import FakeTraceReads
from meshhub.testing.fake_wiring import fake_wiring
from meshhub.testing.mood import Mood
from storage.records.hub import TableSize
from topology.model import Perspective, ServiceGraph
from traces.model import Journey

TABLES = (
    TableSize("access_logs", 1_840_221, 79_402_112, 913_004_221, 12),
    TableSize("spans", 402_118, 17_203_400, 240_114_800, 9),
    TableSize("metrics_sum", 612_400, 8_320_001, 77_120_400, 8),
    TableSize("edges", 48_120, 2_203_110, 12_120_988, 6),
    TableSize("request_index", 612_044, 1_530_221, 14_689_056, 5),
)
SIGNALS = (("traces", 410.0), ("logs", 1850.0), ("metrics", 320.0))


class FakeGraphReads:
    """`make_graph` makes the graph of a window; `windows` are those that were asked for."""

    def __init__(self, mood: Mood, make_graph: Callable[[TimeRange], ServiceGraph]) -> None:
        self._mood = mood
        self.make_graph = make_graph
        self.windows: list[TimeRange] = []

    def graph(
        self,
        window: TimeRange,
        *,
        perspective: Perspective = Perspective.SERVICE,
        idle: bool = False,  # noqa: ARG002 - a made-up graph has no others
    ) -> ServiceGraph:
        """The same nodes and edges in every perspective."""
        self._mood.check()
        self.windows.append(window)
        graph = self.make_graph(window)
        return graph if graph.perspective is perspective else replace(graph, perspective=perspective)


class FakeRequestReads:
    """Knows three journeys: sampled, not sampled, failed."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood

    def glance(self, request_id: str) -> Glance:
        """Only the hops: `journey` is still to be asked."""
        return Glance(self.journey(request_id), whole=False)

    def journey(self, request_id: str) -> Journey:
        self._mood.check()
        for made in (journeys.sampled(), journeys.unsampled(), journeys.failed()):
            if made.request_id == request_id:
                return made
        raise NotFound(
            f"could not find the request {request_id}: no access log, span or log record of the last 7 days has this id"
        )


class FakeHubReads:
    """A hub whose data is as old as `data_age` says."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self.data_age = DataAge(1.4, 2.1, 4.0)

    def age(self) -> DataAge:
        self._mood.check()
        return self.data_age

    def processes(self) -> list[Process]:
        """A collector that is gone, and others."""
        return [
            Process("mesh-collector-0/collector", ("collector",), "0.1.0", 2.0),
            Process("mesh-collector-1/collector", ("collector",), "0.1.0", 64.0, silent=True),
            Process("mesh-web-7d9/web", ("web",), "0.1.0", 1.0, (("engine", "could not reach the engine"),)),
            Process("mesh-alerting-0/alerting", ("alerting",), "0.1.0", 3.0, leads=True),
        ]

    def health(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth:
        self._mood.check()
        return HubHealth(window, self.data_age, TABLES, tuple(s for s in _history(window) if s.metric in metrics))


class FakeReads:
    """A hub of which everything can be set: the graph it draws, the age of its data, and what it cannot answer."""

    def __init__(self, graph: Callable[[TimeRange], ServiceGraph] = graphs.shop) -> None:
        self.mood = Mood()
        self.hub = FakeHubReads(self.mood)
        self.checkup = CheckupReads()
        self.backups = BackupReads()
        self.graphs = FakeGraphReads(self.mood, graph)
        self.insights = FakeInsightReads(self.mood, self.graphs.make_graph)
        self.happenings = FakeHappeningReads(self.mood)
        self.services = FakeServiceReads(self.mood, graph)
        self.requests = FakeRequestReads(self.mood)
        self.traces = FakeTraceReads(self.mood)
        self.doctor = FakeDoctorReads(self.mood)
        self.findings = FakeFindingReads(self.mood)
        self.alerts = FakeAlertReads()
        self.slos = FakeSloReads(self.mood)
        self.search = FakeSearchReads(self.mood)
        self.logs = FakeLogReads(self.mood)
        self.wiring = fake_wiring()
        self.proxies = fake_proxies()


def _history(window: TimeRange) -> tuple[Series, ...]:
    made: list[Series] = []
    for signal, rate in SIGNALS:
        counters = {
            "meshhub.receiver.accepted": rate,
            "meshhub.receiver.accepted.bytes": rate * 420,
            "meshhub.receiver.refused": 0.02 if signal == "logs" else 0.0,
            "meshhub.loader.inserted.bytes": rate * 400,
            "meshhub.quarantine.records": 0.0,
            "meshhub.loader.insert.duration.count": 1.0,
            "meshhub.loader.insert.duration.sum": 0.034,
        }
        made += [Series(name, (("signal", signal),), _counter(window, each)) for name, each in counters.items()]
        made.append(Series("meshhub.loader.lag", (("signal", signal),), _gauge(window, 0.9)))
        made.append(Series("meshhub.journal.bytes", (("signal", signal),), _gauge(window, rate * 900)))
    return tuple(sorted(made, key=lambda series: (series.metric, series.attributes)))


def _times(window: TimeRange) -> list[float]:
    start, step = window.start.timestamp(), max(10.0, window.seconds / 90)
    return [start + step * index for index in range(int(window.seconds / step))]


def _counter(window: TimeRange, rate: float) -> tuple[tuple[float, float], ...]:
    total, made = 0.0, []
    times = _times(window)
    step = times[1] - times[0]
    for time in times:
        total += rate * step * (1 + 0.25 * math.sin(time / 130))
        made.append((time, total))
    return tuple(made)


def _gauge(window: TimeRange, value: float) -> tuple[tuple[float, float], ...]:
    return tuple((time, value * (1 + 0.3 * math.sin(time / 90))) for time in _times(window))
