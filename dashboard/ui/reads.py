"""What the pages ask of the hub, by family. `dashboard.reads` answers it, and `meshhub.testing.fake_reads` in tests.

Every method blocks, is thread-safe, and raises a MeshhubError whose message is fit to be shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from alerting.alerts.model import Alert
from alerting.evaluation.state import Evaluation
from alerting.groups import Group
from alerting.ledger.ledger import AuditEntry, Event
from alerting.ledger.notifications import LogEntry
from alerting.outbox import Outcome
from alerting.pager import AlertStatus
from alerting.silences import Silence
from dashboard.reads.alerts import AlertHistory
from dashboard.reads.findings import Findings
from dashboard.reads.happenings import Happening
from dashboard.reads.hub import DataAge, HubHealth, Process
from dashboard.reads.log_answers import ExportFormat, LogDetail, LogFacets, LogHistogram, LogOrder, LogPage, Tail
from dashboard.reads.requests import Glance
from dashboard.reads.search_answers import SearchFacets
from dashboard.reads.service_model import Service, ServiceList, Side
from dashboard.reads.slos import Defaults, Preview, SloDetail
from dashboard.reads.traces import Inspected, Rank
from dashboard.reads.wiring import VersionDetail
from dashboard.reads.wiring_bundles import MeshBundle
from envoy_config.ads.overview import ProxyOverview
from envoy_config.doctor.model import Checkup
from envoy_config.history.model import Version
from meshhub.expression import Suggestion
from meshhub.model import TimeRange
from topology.analysis.model import BlastRadius, GraphAnalysis
from topology.diff.model import GraphDiff
from topology.health.model import HealthReport
from topology.model import Perspective, ServiceGraph, ServiceNode
from topology.series import EdgeSeries, NodeSeries
from traces.difference import Contrast
from traces.model import Journey
from traces.search import Scatter, SearchPage, Sort
from traces.structure import Difference
from traces.trace_model import Trace, TraceSpan


class HubReads(Protocol):
    """dashboard.reads.hub.HubReads."""

    def age(self) -> DataAge: ...

    def health(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth: ...

    def processes(self) -> Sequence[Process]: ...


class GraphReads(Protocol):
    """dashboard.reads.graphs.GraphReads."""

    def graph(
        self, window: TimeRange, *, perspective: Perspective = Perspective.SERVICE, idle: bool = False
    ) -> ServiceGraph: ...


class InsightReads(Protocol):
    """dashboard.reads.insights.InsightReads."""

    def health(self, graph: ServiceGraph) -> HealthReport: ...

    def diff(self, before: TimeRange, after: TimeRange) -> GraphDiff: ...

    def analysis(self, graph: ServiceGraph) -> GraphAnalysis: ...

    def blast_radius(self, graph: ServiceGraph, node_id: str) -> BlastRadius: ...

    def edge_series(self, edge_id: str, window: TimeRange) -> EdgeSeries: ...

    def node_series(self, node_id: str, window: TimeRange) -> NodeSeries: ...


class HappeningReads(Protocol):
    """dashboard.reads.happenings.HappeningReads."""

    def births(self, node: ServiceNode, window: TimeRange) -> tuple[Happening, ...]: ...

    def crossings(self, node: ServiceNode, window: TimeRange) -> tuple[Happening, ...]: ...

    def applied(self, window: TimeRange, node: ServiceNode | None = None) -> tuple[Happening, ...]: ...


class ServiceReads(Protocol):
    """dashboard.reads.services.ServiceReads."""

    def services(self, window: TimeRange) -> ServiceList: ...

    def service(self, node_id: str, window: TimeRange, side: Side | None = None) -> Service:
        """Raises NotFound, with a message that names ids that are close."""
        ...


class RequestReads(Protocol):
    """dashboard.reads.requests.RequestReads."""

    def glance(self, request_id: str) -> Glance:
        """Raises NotFound, with a message that says what was searched."""
        ...

    def journey(self, request_id: str) -> Journey:
        """Raises NotFound, with a message that says what was searched."""
        ...


class DoctorReads(Protocol):
    """dashboard.reads.doctor.DoctorReads."""

    def checkup(self, length: timedelta = ...) -> Checkup: ...


class Bundles(Protocol):
    """dashboard.reads.wiring_bundles.Bundles."""

    def bundles(self) -> tuple[MeshBundle, ...]: ...


class WiringReads(Protocol):
    """dashboard.reads.wiring.WiringReads."""

    def history(self, *, mesh: str = "", limit: int = 100, before: int | None = None) -> tuple[Version, ...]: ...

    def version(self, version: int) -> VersionDetail: ...

    @property
    def bundles(self) -> Bundles: ...


class ProxyReads(Protocol):
    """dashboard.reads.proxies.ProxyReads."""

    def overview(self) -> ProxyOverview: ...

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str: ...


class FindingReads(Protocol):
    """dashboard.reads.findings.FindingReads."""

    def findings(self, window: TimeRange) -> Findings: ...


class TraceReads(Protocol):
    """dashboard.reads.traces.TraceReads."""

    def trace(self, wanted: str, *, fresh: bool = False) -> Trace:
        """Raises NotFound or UnusableTraceId, with a message that says what was searched or what it takes."""
        ...

    def compare(self, wanted: str, other: str) -> tuple[Difference, ...]: ...

    def rank(self, chosen: TraceSpan) -> Rank: ...

    def inspect(self, content: bytes) -> Inspected: ...


class SearchReads(Protocol):
    """dashboard.reads.search.SearchReads."""

    def traces(
        self, window: TimeRange, expression: str, sort: Sort = ..., limit: int = ..., cursor: str | None = None
    ) -> SearchPage:
        """Raises ExpressionFault for an expression that cannot be read."""
        ...

    def stream(
        self, window: TimeRange, expression: str, sort: Sort = ..., limit: int = ..., cursor: str | None = None
    ) -> Iterator[SearchPage]: ...

    def facets(self, window: TimeRange, expression: str) -> SearchFacets: ...

    def scatter(self, window: TimeRange, expression: str, points: int = ...) -> Scatter: ...

    def difference(self, window: TimeRange, selection: str, baseline: str = "") -> Contrast: ...

    def complete(self, text: str, cursor: int) -> list[Suggestion]: ...


class LogReads(Protocol):
    """dashboard.reads.logs.LogReads. Raises ExpressionFault for an expression that cannot be read."""

    def rows(
        self, window: TimeRange, expression: str, order: LogOrder = ..., cursor: str | None = None, limit: int = ...
    ) -> LogPage: ...

    def facets(self, window: TimeRange, expression: str, fields: Sequence[str] = ...) -> LogFacets: ...

    def histogram(self, window: TimeRange, expression: str) -> LogHistogram: ...

    def tail(self, expression: str, cursor: str | None = None, limit: int = ...) -> Tail: ...

    def export(self, window: TimeRange, expression: str, form: ExportFormat, limit: int = ...) -> Iterator[bytes]: ...

    def row(self, row_id: str) -> LogDetail:
        """Raises NotFound."""
        ...

    def complete(self, text: str, cursor: int) -> list[Suggestion]: ...


class SloReads(Protocol):
    """dashboard.reads.slos.SloReads."""

    def overview(self) -> Evaluation: ...

    def detail(self, name: str, length: timedelta = ...) -> SloDetail:
        """Raises NotFound."""
        ...

    def preview(self, text: str, length: timedelta) -> Preview:
        """Raises ConfigurationError, with every fault of the specification."""
        ...

    def defaults(self) -> Defaults: ...


class AlertReads(Protocol):
    """dashboard.reads.alerts.AlertReads. Raises NotFound where alerting does not run."""

    def alerts(self) -> list[AlertStatus]: ...

    def groups(self) -> list[Group]: ...

    def alert(self, fingerprint: str) -> AlertHistory: ...

    def events(self, since: timedelta = ...) -> list[Event]: ...

    def acknowledge(self, fingerprint: str, who: str, comment: str = "") -> Alert: ...

    def silences(self) -> list[Silence]: ...

    def silence(self, wanted: Silence, who: str) -> Silence:
        """Raises UnusableSilence."""
        ...

    def preview(self, silence: Silence) -> list[Alert]: ...

    def expire(self, silence_id: str, who: str) -> None: ...

    def notifications(self, *, limit: int = ..., before: int | None = None) -> list[LogEntry]: ...

    def audit(self) -> list[AuditEntry]: ...

    def receivers(self) -> Mapping[str, Sequence[str]]: ...

    def test(self, receiver: str, who: str) -> list[tuple[str, Outcome]]: ...


class Reads(Protocol):
    """All families."""

    @property
    def hub(self) -> HubReads: ...

    @property
    def graphs(self) -> GraphReads: ...

    @property
    def insights(self) -> InsightReads: ...

    @property
    def happenings(self) -> HappeningReads: ...

    @property
    def doctor(self) -> DoctorReads: ...

    @property
    def wiring(self) -> WiringReads: ...

    @property
    def proxies(self) -> ProxyReads: ...

    @property
    def findings(self) -> FindingReads: ...

    @property
    def services(self) -> ServiceReads: ...

    @property
    def requests(self) -> RequestReads: ...

    @property
    def traces(self) -> TraceReads: ...

    @property
    def search(self) -> SearchReads: ...

    @property
    def logs(self) -> LogReads: ...

    @property
    def slos(self) -> SloReads: ...

    @property
    def alerts(self) -> AlertReads: ...
