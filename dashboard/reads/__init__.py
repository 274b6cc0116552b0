"""The one door to the domain packages: every page, route and command asks here, by family of questions."""

from alerting.evaluation.board import Board
from dashboard.queries import FilteredQueries
from dashboard.reads.alerts import AlertReads
from dashboard.reads.backups import BackupReads
from dashboard.reads.checkup import CheckupReads
from dashboard.reads.compat import CompatReads
from dashboard.reads.doctor import DoctorReads, OwnedMesh
from dashboard.reads.findings import FindingReads
from dashboard.reads.graphs import GraphReads
from dashboard.reads.happenings import HappeningReads
from dashboard.reads.hub import HubReads
from dashboard.reads.insights import InsightReads
from dashboard.reads.logs import LogReads
from dashboard.reads.proxies import ProxyReads
from dashboard.reads.requests import RequestReads
from dashboard.reads.search import SearchReads
from dashboard.reads.service_slos import BoardSlos
from dashboard.reads.services import ServiceReads
from dashboard.reads.slos import SloReads
from dashboard.reads.traces import TraceReads
from dashboard.reads.wiring import WiringReads
from meshhub.clock import Clock
from storage.settings import RetentionSettings
from topology.settings import TopologySettings


class Reads:
    """Answers the product's questions, one attribute per family.

    Every method of a family blocks, is thread-safe, and raises StorageError when the engine does not answer or the
    question went over its limits.
    """

    def __init__(
        self,
        queries: FilteredQueries,
        clock: Clock,
        topology: TopologySettings | None = None,
        board: Board | None = None,
        retention: RetentionSettings | None = None,
        owned: OwnedMesh | None = None,
    ) -> None:
        """Without settings of the topology, their defaults hold; without a board of SLOs there are none; without the
        retention, nothing is said of it; without a mesh of its own, the doctor expects nothing."""
        self.hub = HubReads(queries, clock)
        self.checkup = CheckupReads()
        self.backups = BackupReads()
        self.graphs = GraphReads(queries, clock, retention.edges if retention else None)
        self.insights = InsightReads(queries, self.graphs, topology or TopologySettings(), clock)
        self.wiring = WiringReads(clock)
        self.proxies = ProxyReads()
        self.requests = RequestReads(queries, clock, self.wiring)
        self.compat = CompatReads(queries, clock)
        self.findings = FindingReads(queries)
        self.doctor = DoctorReads(queries, self.findings, clock, owned)
        self.services = ServiceReads(queries, BoardSlos(board or Board()))
        self.alerts = AlertReads(clock)
        self.happenings = HappeningReads(queries, self.alerts, self.wiring, clock)
        self.slos = SloReads(queries, clock, self.graphs, board or Board(), self.wiring)
        self.traces = TraceReads(queries, clock)
        self.search = SearchReads(queries, clock)
        self.logs = LogReads(queries, clock)
