"""Reads what both sides of every edge reported over a window: its numbers from the engine, its names from memory."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds
from dashboard.reads.series_names import SeriesNames
from meshhub.model import TimeRange
from storage.records.edges import EdgeCounts, EdgeLatencies, SeriesName, ServiceEdgeReport
from topology.model import Perspective

MAX_SERIES = 400_000
"""Series that are read at a time, the busiest."""

MAX_PRINCIPALS = 8
"""Principals of one side of an edge that are told."""

Latency = tuple[float, float, float, float]
Members = Sequence[int]
"""Places in the columns."""


class EdgeReports:
    """Reads reports. Thread-safe."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._names = SeriesNames(queries)

    def read(self, window: TimeRange, *, by: Perspective, limit: int) -> list[ServiceEdgeReport]:
        """What service_edges_in_window answers, in less time: the busiest edges, if there are more than `limit`.

        Raises:
            StorageError: the engine did not answer.
        """
        asked = bounds(window) | {"by": by.value}
        # Side by side: latency takes most of the engine's time, counts and names most of Python's.
        with ThreadPoolExecutor(1, "latency") as beside:
            merging = beside.submit(self._queries.query, "edge_latency_in_window", asked, EdgeLatencies)
            (counts,) = self._queries.query("edge_counts_in_window", asked | {"limit": MAX_SERIES}, EdgeCounts)
            names = self._names.of(counts.series, window)
            by_edge = _places_by_edge(counts.edge)
            (latencies,) = merging.result()
        took = dict(
            zip(
                latencies.edge,
                zip(latencies.p50, latencies.p90, latencies.p95, latencies.p99, strict=True),
                strict=True,
            )
        )
        columns = _Columns(counts, names)
        # What came between the questions has no latency or name yet: it is there the next time.
        unnamed = {edge for edge, series in zip(counts.edge, counts.series, strict=True) if series not in names}
        busiest = _busiest(by_edge, counts.requests, limit)
        return [
            columns.report(places, took[edge], by)
            for edge, places in busiest.items()
            if edge in took and edge not in unnamed
        ]


def _places_by_edge(edges: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, edge in enumerate(edges):
        if edge in found:
            found[edge].append(place)
        else:
            found[edge] = [place]
    return found


def _busiest(places: dict[int, list[int]], requests: Sequence[int], limit: int) -> dict[int, list[int]]:
    if len(places) <= limit:
        return places
    ranked = sorted(places.items(), key=lambda each: -sum(requests[place] for place in each[1]))
    return dict(ranked[:limit])


class _Columns:
    """Makes reports of the columns and their names."""

    def __init__(self, counts: EdgeCounts, names: Mapping[int, SeriesName]) -> None:
        self._counts = counts
        self._names = names
        self._times: dict[int, datetime] = {}

    def report(self, places: Members, latency: Latency, by: Perspective) -> ServiceEdgeReport:
        if len(places) > 1:
            return self._several(places, latency, by)
        counts, place = self._counts, places[0]
        name = self._names[counts.series[place]]
        requests = counts.requests[place]
        return ServiceEdgeReport(
            name.signal,
            name.reporter,
            name.source_role,
            name.source_cluster,
            name.source_namespace,
            name.source_service,
            name.destination_kind,
            name.destination_cluster,
            name.destination_namespace,
            name.destination_service,
            "tcp" if name.transport == "tcp" else "http",
            requests,
            requests if name.transport == "grpc" else 0,
            counts.attempts[place],
            counts.bytes_sent[place],
            counts.bytes_received[place],
            counts.duration_us_sum[place],
            list(latency),
            ([(name.response_code, name.grpc_status, name.response_flags, name.security)], [requests]),
            {name.source_version: requests},
            {name.destination_version: requests},
            [name.source_principal] if name.source_principal else [],
            [name.destination_principal] if name.destination_principal else [],
            self._time(counts.first_seen[place]),
            self._time(counts.last_seen[place]),
            name.source_version if by is Perspective.VERSION else "",
            name.destination_version if by is Perspective.VERSION else "",
            name.source_workload if by is Perspective.WORKLOAD else "",
            name.destination_workload if by is Perspective.WORKLOAD else "",
            {name.source_workload: requests},
            {name.destination_workload: requests},
            name.relation,
        )

    def _several(self, places: Members, latency: Latency, by: Perspective) -> ServiceEdgeReport:
        counts, names = self._counts, [self._names[self._counts.series[place]] for place in places]
        name = names[0]
        outcomes: dict[tuple[int, int, str, str], int] = {}
        sources: dict[str, int] = {}
        destinations: dict[str, int] = {}
        callers: dict[str, int] = {}
        callees: dict[str, int] = {}
        total = grpc = attempts = sent = received = duration = 0
        # One pass, without Counters: a mesh with failures has thousands of these.
        for place, each in zip(places, names, strict=True):
            requests = counts.requests[place]
            total += requests
            grpc += requests if each.transport == "grpc" else 0
            attempts += counts.attempts[place]
            sent += counts.bytes_sent[place]
            received += counts.bytes_received[place]
            duration += counts.duration_us_sum[place]
            key = each.response_code, each.grpc_status, each.response_flags, each.security
            outcomes[key] = outcomes.get(key, 0) + requests
            sources[each.source_version] = sources.get(each.source_version, 0) + requests
            destinations[each.destination_version] = destinations.get(each.destination_version, 0) + requests
            callers[each.source_workload] = callers.get(each.source_workload, 0) + requests
            callees[each.destination_workload] = callees.get(each.destination_workload, 0) + requests
        keys = sorted(outcomes)
        return ServiceEdgeReport(
            name.signal,
            name.reporter,
            max([each.source_role for each in names]),
            name.source_cluster,
            name.source_namespace,
            name.source_service,
            name.destination_kind,
            name.destination_cluster,
            name.destination_namespace,
            name.destination_service,
            "tcp" if name.transport == "tcp" else "http",
            total,
            grpc,
            attempts,
            sent,
            received,
            duration,
            list(latency),
            (keys, [outcomes[key] for key in keys]),
            sources,
            destinations,
            _principals([each.source_principal for each in names]),
            _principals([each.destination_principal for each in names]),
            self._time(min([counts.first_seen[place] for place in places])),
            self._time(max([counts.last_seen[place] for place in places])),
            name.source_version if by is Perspective.VERSION else "",
            name.destination_version if by is Perspective.VERSION else "",
            name.source_workload if by is Perspective.WORKLOAD else "",
            name.destination_workload if by is Perspective.WORKLOAD else "",
            callers,
            callees,
            name.relation,
        )

    def _time(self, seconds: int) -> datetime:
        time = self._times.get(seconds)
        if time is None:
            time = self._times[seconds] = datetime.fromtimestamp(seconds, UTC)
        return time


def _principals(principals: Iterable[str]) -> list[str]:
    return sorted({*filter(None, principals)})[:MAX_PRINCIPALS]
