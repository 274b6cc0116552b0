"""Services made up from made-up graphs: what the pages of services are developed and tested on."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from dashboard.reads import service_answers as answers
from dashboard.reads.service_model import (
    Instance,
    Route,
    Service,
    ServiceList,
    ServiceRow,
    Side,
    SloStanding,
    Version,
    Wiring,
)
from dashboard.reads.service_sides import choose_side, instance_side, requests_by_side
from dashboard.reads.services import COURSE_STEPS, RECENT, flag_step
from meshhub.errors import NotFound
from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from meshhub.testing.mood import Mood
from storage.records.services import FlagCount, ServiceRequest, SignalReport, VersionBirth, VersionCount
from topology.model import Latency, NodeKind, ServiceEdge, ServiceGraph, ServiceNode
from topology.outliers import find_outliers
from topology.tally import Tally, tally

ROUTES = (("list", "GET", 0.6), ("detail", "GET", 0.3), ("buy", "POST", 0.1))
INSTANCES = 4


class FakeServiceReads:
    """Services of the graphs that `make_graph` makes: busy ones have outliers, those with versions a bad one."""

    def __init__(self, mood: Mood, make_graph: Callable[[TimeRange], ServiceGraph]) -> None:
        self._mood = mood
        self.make_graph = make_graph
        self.slos: tuple[SloStanding, ...] = ()

    def services(self, window: TimeRange) -> ServiceList:
        self._mood.check()
        graph = self.make_graph(window)
        rows = (_row(node, graph) for node in graph.nodes if node.kind is not NodeKind.UNKNOWN)
        return ServiceList(graph, tuple(rows))

    def service(self, node_id: str, window: TimeRange, side: Side | None = None) -> Service:
        self._mood.check()
        graph = self.make_graph(window)
        node = next((node for node in graph.nodes if node.id == node_id), None)
        if node is None:
            close = ", ".join(sorted(node.id for node in graph.nodes)[:2])
            raise NotFound(
                f"could not find the service {node_id[:200]}: none of the {len(graph.nodes)} services with calls "
                f"in this window has this id. Close are: {close}."
            )
        inbound = tuple(edge for edge in graph.edges if edge.destination == node_id)
        outbound = tuple(edge for edge in graph.edges if edge.source == node_id)
        sides = requests_by_side(inbound, outbound)
        shown = side if side in sides else choose_side(sides)
        own = instance_side(sides)
        traffic = node.inbound or node.outbound
        requests, share = (traffic.requests, traffic.error_share or 0.0) if traffic else (0, 0.0)
        latency = _latency(node, graph)
        median = latency.p50 if latency else 0.0
        recent = TimeRange(max(window.start, window.end - RECENT), window.end)
        ends = {end for edge in (*inbound, *outbound) for end in (edge.source, edge.destination)} - {node_id}
        return Service(
            window=window,
            graph=graph,
            node=node,
            side=shown,
            sides=sides,
            inbound=inbound,
            outbound=outbound,
            peers={peer.id: peer for peer in graph.nodes if peer.id in ends},
            routes=tuple(
                Route(method, name, "http", counted(round(requests * part), share, median))
                for name, method, part in ROUTES
                if requests
            ),
            versions=_versions(node, window, requests, share, median) if requests else (),
            instances=_instances(node, window, requests, share, median) if own else (),
            instance_side=own,
            flags=answers.flags(_flags(inbound, window)),
            flag_step=flag_step(window),
            failures=_requests(node, recent, failed=True) if share else (),
            slowest=_requests(node, recent, failed=False) if requests else (),
            recent=recent,
            slos=self.slos,
            wiring=_wiring(node, recent),
        )


def counted(requests: int, error_share: float, median_us: float) -> Tally:
    """So many requests, of which this share was answered with 503, with durations around a median."""
    failed = round(requests * error_share)
    outcomes = {(200, -1, "", False): requests - failed, (503, -1, "UF", False): failed}
    spread = ((0.7, 0.3), (1.0, 0.4), (2.1, 0.2), (3.2, 0.07), (6.4, 0.03))
    buckets = {bucket_of(median_us * factor): max(1, round(requests * part)) for factor, part in spread if requests}
    return tally({key: count for key, count in outcomes.items() if count}, buckets, round(median_us * 1.3 * requests))


def bucket_of(duration_us: float) -> int:
    """The bucket of a duration (SQL function meshhub_duration_bucket)."""
    digits = str(int(duration_us))
    return int(digits) if len(digits) < 3 else int(digits[:2]) + 90 * (len(digits) - 2)


def _row(node: ServiceNode, graph: ServiceGraph) -> ServiceRow:
    traffic = node.inbound or node.outbound
    requests = traffic.requests if traffic else 0
    latency = _latency(node, graph)
    slower = 0.4 if "rating" in node.service or requests % 17 == 3 else 0.97
    before = latency and replace(latency, p95=latency.p95 * slower)
    course = tuple(
        round(requests / COURSE_STEPS * (1 + 0.3 * math.sin(step / 4 + len(node.service))))
        for step in range(COURSE_STEPS)
    )
    return ServiceRow(
        node,
        (Side.CALLERS if node.inbound else Side.CALLS) if requests else None,
        requests,
        traffic.per_second if traffic else None,
        traffic.error_share if traffic else None,
        latency,
        before,
        (INSTANCES if requests > 90_000 else 1) if node.reporting else None,
        course,
    )


def _latency(node: ServiceNode, graph: ServiceGraph) -> Latency | None:
    edges = [edge for edge in graph.edges if edge.destination == node.id]
    edges = edges or [edge for edge in graph.edges if edge.source == node.id]
    return max(
        (edge.headline.latency for edge in edges if edge.headline.latency), key=lambda each: each.p50, default=None
    )


def _versions(node: ServiceNode, window: TimeRange, requests: int, share: float, median: float) -> tuple[Version, ...]:
    start, end = int(window.start.timestamp()), int(window.end.timestamp())
    third = start + (end - start) // 3
    names = node.versions or ("",)
    counts, births = [], []
    for index, name in enumerate(names):
        part = 0.9 if index == 0 else 0.1 / (len(names) - 1)
        bad = index == len(names) - 1 and index > 0
        made = counted(
            max(1, round(requests * part)), min(0.9, share * (3 if bad else 0.6)), median * (2 if bad else 1)
        )
        keys = [(503 if outcome is Outcome.SERVER_ERROR else 200, -1, "", 0) for outcome in made.outcomes]
        first = third if bad else start
        total = round((made.latency.mean if made.latency else 0) * made.requests)
        outcomes = keys, list(made.outcomes.values())
        counts.append(VersionCount(name, first, end - 60, outcomes, total, dict(made.buckets)))
        births.append(VersionBirth(name, first if bad else start - 86_400))
    return answers.versions(counts, births)


def _instances(
    node: ServiceNode, window: TimeRange, requests: int, share: float, median: float
) -> tuple[Instance, ...]:
    number = INSTANCES if requests > 90_000 else 1
    names = [f"{node.service}-7d9c5f6b8-{suffix}" for suffix in ("x2vqk", "b9wzl", "m4ttp", "q7hcd")[:number]]
    tallies = {
        name: counted(
            requests // number, min(0.9, share * (4 if index == 0 else 0.1)), median * (3 if index == number - 2 else 1)
        )
        for index, name in enumerate(names)
    }
    outliers = find_outliers(tallies)
    found = [
        Instance(name, node.versions[:1], window.end - timedelta(seconds=20), each, outliers.get(name, ()))
        for name, each in tallies.items()
    ]
    return tuple(sorted(found, key=lambda each: (not each.outliers, each.name)))


def _flags(inbound: tuple[ServiceEdge, ...], window: TimeRange) -> list[FlagCount]:
    step = flag_step(window)
    first = int(window.start.timestamp()) // step * step
    times = range(first, int(window.end.timestamp()), step)
    return [
        FlagCount(time, flag, round(count / len(times) * (1 + 0.5 * math.sin(time / 200))))
        for edge in inbound
        for flag, count in edge.headline.flags.items()
        for time in times
        if count
    ]


def _requests(node: ServiceNode, window: TimeRange, *, failed: bool) -> tuple[ServiceRequest, ...]:
    end = int(window.end.timestamp() * 1e9)
    return tuple(
        ServiceRequest(
            end - index * 7_300_000_000,
            "client",
            "storefront",
            node.service,
            f"{node.service}-7d9c5f6b8-x2vqk",
            f"6f1c9d52-8f0e-{'9' if index % 3 else '4'}c1b-9c53-0b6a2d4f7e{index:02d}",
            "",
            "GET",
            f"/{node.service}/{index * 37}?page=2",
            "http",
            503 if failed else 200,
            -1,
            "UF" if failed else "",
            1_200 + index * 90 if failed else 980_000 - index * 61_000,
        )
        for index in range(10)
    )


def _wiring(node: ServiceNode, window: TimeRange) -> Wiring:
    if not node.reporting:
        return Wiring(
            window, (SignalReport("access logs", 0, 0, 0, 0, 0, []), SignalReport("stats", 0, 0, 0, 0, 0, []))
        )
    newest = int(window.end.timestamp()) - 2
    return Wiring(
        window,
        (
            SignalReport("access logs", 61_204, newest, INSTANCES, 3_101, 61_204, []),
            SignalReport("spans of proxies", 6_202, newest - 3, INSTANCES, 0, 0, ["1.40.0"]),
            SignalReport("stats", 0, 0, 0, 0, 0, []),
        ),
    )
