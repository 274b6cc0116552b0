"""Questions about services: all of a window, and one in full."""

from collections.abc import Sequence
from datetime import timedelta
from difflib import get_close_matches
from math import ceil
from typing import Any

from dashboard.queries import Queries, RecordT
from dashboard.reads import service_answers as answers
from dashboard.reads.bounds import bounds
from dashboard.reads.graphs import MAX_EDGE_REPORTS, measured_part
from dashboard.reads.service_list import Counted, list_services
from dashboard.reads.service_model import NoSlos, Service, ServiceList, Side, Slos, Wiring
from dashboard.reads.service_sides import choose_side, instance_side, requests_by_side
from meshhub.errors import NotFound
from meshhub.model import TimeRange
from storage.records.edges import EdgesSince, ServiceEdgeReport
from storage.records.services import (
    FlagCount,
    InstanceCount,
    NamedInstances,
    NamedLatency,
    RouteCount,
    ServiceRequest,
    SignalReport,
    VersionBirth,
    VersionCount,
)
from topology.graph import build_graph
from topology.model import ServiceGraph, ServiceNode
from topology.spellings import Spellings, spellings

MAX_NAMES = 20_000
MAX_ROUTES = 500
MAX_VERSIONS = 100
MAX_INSTANCES = 2_000
MAX_FLAG_COUNTS = 5_000
REQUESTS_SHOWN = 10
COURSE_STEPS = 30
BUCKET_SECONDS = 10
"""Requests are counted per so many seconds (table edges)."""
RECENT = timedelta(minutes=15)
"""How far back from the end of a window single requests are looked at, which are many."""

_STEPS = (60, 300, 900, 3_600, 7_200, 21_600)
_MOST_STEPS = 100


class ServiceReads:
    """Every service of a window, or one of them."""

    def __init__(self, queries: Queries, slos: Slos | None = None) -> None:
        self._queries = queries
        self._slos = slos or NoSlos()

    def services(self, window: TimeRange) -> ServiceList:
        """All services, by node id; what is unknown is none. Empty where nothing was measured."""
        window, reports = self._reports(window)
        graph = _graph(reports, window)
        names = spellings(reports)
        step = course_step(window)
        steps = max(1, ceil(window.seconds / step))
        before = TimeRange(window.start - window.length, window.start)
        silent = sorted(
            {
                source[2]
                for node in graph.nodes
                if not node.inbound
                for source in names.get(node.id, Spellings()).sources
            }
        )
        counted = Counted(
            answered=self._latencies(window, step),
            answered_before=self._latencies(before, step),
            called=self._latencies(window, step, silent) if silent else [],
            called_before=self._latencies(before, step, silent) if silent else [],
            instances=self._queries.query(
                "service_instance_names", bounds(window) | {"limit": MAX_NAMES}, NamedInstances
            ),
        )
        return ServiceList(graph, list_services(graph, names, counted, steps))

    def service(self, node_id: str, window: TimeRange, side: Side | None = None) -> Service:
        """One service in full, by the id of its node.

        Args:
            node_id: as the graph has it.
            window: what is shown; single requests are of its last 15 minutes.
            side: whose numbers; by default the callers' if they saw nearly all, else the service's own.

        Raises:
            NotFound: no edge of the window has it; the message names ids that are close.
        """
        window, reports = self._reports(window)
        graph = _graph(reports, window)
        node = next((node for node in graph.nodes if node.id == node_id), None)
        if node is None:
            raise NotFound(_not_found(node_id, graph, window))
        inbound = tuple(edge for edge in graph.edges if edge.destination == node_id)
        outbound = tuple(edge for edge in graph.edges if edge.source == node_id)
        sides = requests_by_side(inbound, outbound)
        shown = side if side in sides else choose_side(sides)
        own = instance_side(sides)
        names = spellings(reports).get(node_id, Spellings())
        recent = TimeRange(max(window.start, window.end - RECENT), window.end)
        step = flag_step(window)
        ends = {end for edge in (*inbound, *outbound) for end in (edge.source, edge.destination)} - {node_id}
        versions, births = self._versions(names, window, shown, own)
        flags = self._asked("service_flags", FlagCount, names, window, shown, limit=MAX_FLAG_COUNTS, step=step)
        return Service(
            window=window,
            graph=graph,
            node=node,
            side=shown,
            sides=sides,
            inbound=inbound,
            outbound=outbound,
            peers={peer.id: peer for peer in graph.nodes if peer.id in ends},
            routes=answers.routes(self._asked("service_routes", RouteCount, names, window, shown, limit=MAX_ROUTES)),
            versions=answers.versions(versions, births),
            instances=answers.instances(
                self._asked("service_instances", InstanceCount, names, window, own, limit=MAX_INSTANCES)
            ),
            instance_side=own,
            flags=answers.flags(flags),
            flag_step=step,
            failures=tuple(
                self._asked("service_recent_failures", ServiceRequest, names, recent, shown, limit=REQUESTS_SHOWN)
            ),
            slowest=tuple(self._asked("service_slowest", ServiceRequest, names, recent, shown, limit=REQUESTS_SHOWN)),
            recent=recent,
            slos=self._slos.slos_of(node, window),
            wiring=self._wiring(node, names, recent),
        )

    def _reports(self, window: TimeRange) -> tuple[TimeRange, Sequence[ServiceEdgeReport]]:
        (oldest,) = self._queries.query("edges_since", {}, EdgesSince)
        window = measured_part(window, oldest.since)
        parameters = bounds(window) | {"by": "service", "limit": MAX_EDGE_REPORTS}
        return window, self._queries.query("service_edges_in_window", parameters, ServiceEdgeReport)

    def _latencies(self, window: TimeRange, step: int, callers: Sequence[str] = ()) -> list[NamedLatency]:
        parameters = {"step": step, "calls": int(bool(callers)), "services": list(callers), "limit": MAX_NAMES}
        return self._queries.query("service_list", bounds(window) | parameters, NamedLatency)

    def _asked(
        self,
        name: str,
        into: type[RecordT],
        names: Spellings,
        window: TimeRange,
        side: Side | None,
        **parameters: int,
    ) -> list[RecordT]:
        """The answer to a question about one side of a service; nothing where the side is none."""
        if side is None:
            return []
        given = bounds(window) | _named(names) | {"side": side.value} | parameters
        return self._queries.query(name, given, into)

    def _versions(
        self, names: Spellings, window: TimeRange, shown: Side | None, own: Side | None
    ) -> tuple[list[VersionCount], list[VersionBirth]]:
        """Of the shown side; where it knows no version, as callers do not, of the side that the service reports."""
        sides = list(dict.fromkeys((shown, own)))
        for side in sides:
            counts = self._asked("service_versions", VersionCount, names, window, side, limit=MAX_VERSIONS)
            if any(each.version for each in counts) or side is sides[-1]:
                break
        births = self._asked("service_version_births", VersionBirth, names, window, side, limit=MAX_VERSIONS)
        return counts, births

    def _wiring(self, node: ServiceNode, names: Spellings, window: TimeRange) -> Wiring:
        if not node.service:
            return Wiring(window, ())
        own = {(node.cluster, node.namespace, node.service), *names.sources}
        found = self._queries.query("service_reports", bounds(window) | {"names": sorted(own)}, SignalReport)
        return Wiring(window, tuple(sorted(found, key=lambda report: report.signal)))


def course_step(window: TimeRange) -> int:
    """The length in seconds of the steps of a course: whole buckets of ten seconds, so that no step is empty for lying
    between two of them.
    """
    return BUCKET_SECONDS * max(1, ceil(window.seconds / COURSE_STEPS / BUCKET_SECONDS))


def flag_step(window: TimeRange) -> int:
    """The length in seconds of the steps in which a window is counted: whole minutes, at most a hundred of them."""
    return next((step for step in _STEPS if window.seconds / step <= _MOST_STEPS), _STEPS[-1])


def _graph(reports: Sequence[ServiceEdgeReport], window: TimeRange) -> ServiceGraph:
    return build_graph(reports, window, truncated=len(reports) == MAX_EDGE_REPORTS)


def _named(names: Spellings) -> dict[str, Any]:
    return {
        "sources": list(names.sources),
        "destinations": list(names.destinations),
        "services": sorted({destination[3] for destination in names.destinations}),
    }


def _not_found(node_id: str, graph: ServiceGraph, window: TimeRange) -> str:
    known = {node.id: node.service for node in graph.nodes if node.service}
    close = get_close_matches(node_id[:200], known, n=3, cutoff=0.5)
    wanted = node_id.rsplit(":", 1)[-1][:200]
    close += [name for name, service in known.items() if service == wanted and name not in close][:3]
    text = (
        f"could not find the service {node_id[:200]}: none of the {len(known):,} services with calls from "
        f"{window.start:%Y-%m-%d %H:%M:%S} to {window.end:%Y-%m-%d %H:%M:%S} UTC has this id."
    )
    return f"{text} Close are: {', '.join(close)}." if close else text
