"""What is read of services on the real engine: what proxies send over OTLP comes out as it is shown."""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from dashboard.reads.service_model import NoSlos, Service, Side, SloStanding
from dashboard.reads.services import ServiceReads
from meshhub.errors import NotFound
from meshhub.model import Signal, TimeRange
from meshhub.outcome import Outcome
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    inbound,
    load,
    logs_request,
    outbound,
    proxy_attributes,
    span,
    traces_request,
)
from storage.client import Store
from topology.canary import Standing
from topology.model import NodeKind, ServiceNode

MINUTE = 60_000_000_000


@dataclass(frozen=True)
class Scene:
    """Services under names of this scene's own, and the window in which they called each other."""

    space: str
    window: TimeRange

    def id(self, service: str) -> str:
        return f"lab:{self.space}:{service}"


def proxies(space: str) -> dict[str, Proxy]:
    odd = 'we"ird <b>ß</b> 🚀'
    return {
        "gateway": Proxy("gateway", space, role="gateway"),
        "front": Proxy("front", space),
        "back-a": Proxy("back", space, instance="back-a"),
        "back-b": Proxy("back", space, instance="back-b"),
        "back-c": Proxy("back", space, version="v2", instance="back-c"),
        "odd": Proxy(odd, space),
    }


@pytest.fixture(scope="module")
def scene(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """gateway → front → back (two instances of v1; one of v2 that fails and is slow, since three minutes) and → odd,
    which has no proxy of its own; front retries."""
    folder: Path = tmp_path_factory.mktemp("services")
    space = f"services-{secrets.token_hex(4)}"
    known = proxies(space)
    end = time.time_ns() // MINUTE * MINUTE
    start = end - 10 * MINUTE
    sent: dict[str, list[Any]] = {name: [] for name in known}
    for index in range(300):
        at = start + index * 2_000_000_000
        trace = secrets.token_hex(16)
        flow = {"request_id": f"{space}-{index}", "traceparent": f"00-{trace}-{'01' * 8}-0{int(index % 4 == 0)}"}
        young = at >= end - 3 * MINUTE
        server = known["back-c"] if young and index % 2 else known[("back-a", "back-b")[index % 2]]
        bad = server.version == "v2" and index % 3 == 0
        fault = (
            {"response_code": "503", "response_flags": "UF,URX", "response_code_details": "upstream_reset"}
            if bad
            else {}
        )
        slow = {"duration_us": "250000" if server.version == "v2" else f"{10_000 + index}"}
        gateway, front = known["gateway"], known["front"]

        def log(attributes: dict[str, str], at: int = at, trace: str = trace) -> Any:
            return access_log(at, attributes, trace_id=trace, span_id="01" * 8)

        sent["gateway"].append(log(outbound(gateway, front, path="/buy", **flow, duration_us="300000")))
        sent["front"].append(log(inbound(gateway, front, path="/buy", route_name="buy", **flow)))
        route = "list" if index % 5 else "detail"
        sent["front"].append(log(outbound(front, server, route_name=route, **flow, **fault, **slow)))
        answer = inbound(front, server, method="POST", route_name="inbound", **flow, **slow)
        name = next(name for name, proxy in known.items() if proxy is server)
        sent[name].append(log(answer | ({"response_code": "503"} if bad else {})))
    sent["front"].append(access_log(start, outbound(known["front"], known["odd"], upstream_cluster=f"odd.{space}")))
    requests = [logs_request(known[name], records) for name, records in sent.items() if records]
    load(embedded_store, folder, Signal.LOGS, requests)
    spans = [
        span(
            "ingress",
            Span.SPAN_KIND_SERVER,
            trace_id=secrets.token_hex(16),
            span_id="0a" * 8,
            start=end - MINUTE,
            duration=1000,
            attributes=proxy_attributes("x"),
        )
    ]
    load(embedded_store, folder, Signal.TRACES, [traces_request(known["front"], spans)])
    return Scene(space, TimeRange(_time(start - MINUTE), _time(end + MINUTE)))


def _time(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


@pytest.fixture(scope="module")
def reads(embedded_store: Store) -> ServiceReads:
    return ServiceReads(embedded_store)


@pytest.fixture(scope="module")
def back(reads: ServiceReads, scene: Scene) -> Service:
    return reads.service(scene.id("back"), scene.window)


def test_the_list_has_every_service_with_the_latency_of_all_its_callers(reads: ServiceReads, scene: Scene) -> None:
    rows = {row.node.id: row for row in reads.services(scene.window).rows if row.node.namespace == scene.space}
    back, front, gateway = (rows[scene.id(name)] for name in ("back", "front", "gateway"))
    assert (back.requests, back.side, back.instances) == (300, Side.CALLERS, 3)
    assert back.latency is not None
    assert back.latency.p99 == pytest.approx(250_000, rel=0.05)
    assert back.latency.p50 == pytest.approx(10_150, rel=0.05)
    assert sum(back.course) == 300
    assert (front.requests, front.side, front.instances) == (300, Side.CALLERS, 1)
    assert (gateway.requests, gateway.side, gateway.instances) == (300, Side.CALLS, 1)
    assert gateway.node.kind is NodeKind.GATEWAY
    assert back.before is None, "nothing was there before"


def test_the_time_before_is_what_a_latency_is_compared_with(reads: ServiceReads, scene: Scene) -> None:
    late = TimeRange(scene.window.end - timedelta(minutes=4), scene.window.end)
    [row] = [row for row in reads.services(late).rows if row.node.id == scene.id("back")]
    assert row.latency is not None
    assert row.before is not None
    assert row.before.p95 < 12_000 < 240_000 < row.latency.p95
    assert len(row.course) == 24
    assert all(row.course[:18]), "a step of a steady course is empty; only its last minute is"


def test_callers_stand_for_a_service_that_they_see_nearly_all_of(back: Service) -> None:
    assert back.side is Side.CALLERS
    assert back.sides == {Side.CALLERS: 300, Side.OWN: 300}
    assert [edge.source for edge in back.inbound] == [back.inbound[0].source]
    assert back.outbound == ()


def test_routes_are_those_of_the_side_that_is_shown(reads: ServiceReads, scene: Scene, back: Service) -> None:
    assert [(each.method, each.name, each.tally.requests) for each in back.routes] == [
        ("GET", "list", 240),
        ("GET", "detail", 60),
    ]
    own = reads.service(scene.id("back"), scene.window, Side.OWN)
    assert [(each.method, each.name, each.tally.requests) for each in own.routes] == [("POST", "inbound", 300)]


def test_versions_stand_side_by_side_and_the_new_one_was_born(reads: ServiceReads, scene: Scene) -> None:
    own = reads.service(scene.id("back"), scene.window, Side.OWN)
    assert [each.name for each in reads.service(scene.id("back"), scene.window).versions] == ["v1", "v2"], (
        "callers do not know versions"
    )
    old, new = own.versions
    assert (old.name, old.born, old.comparison.standing) == ("v1", None, Standing.BASE)
    assert (new.name, new.comparison.standing) == ("v2", Standing.WORSE)
    assert new.born == scene.window.end - timedelta(minutes=4)
    assert new.tally.outcomes[Outcome.SERVER_ERROR] == 15
    assert "More errors: 33.33% (15 of 45)" in new.comparison.reasons[0]
    assert "Slower: p95 255 ms" in new.comparison.reasons[1]


def test_an_instance_that_is_off_is_marked_with_its_numbers(back: Service) -> None:
    assert back.instance_side is Side.OWN
    assert [(each.name, bool(each.outliers), each.versions) for each in back.instances] == [
        ("back-c", True, ("v2",)),
        ("back-a", False, ("v1",)),
        ("back-b", False, ("v1",)),
    ]
    assert [outlier.code for outlier in back.instances[0].outliers] == ["errors", "latency"]


def test_flags_have_a_course(back: Service) -> None:
    assert list(back.flags) == ["UF", "URX"]
    assert sum(requests for _, requests in back.flags["UF"]) == 15
    assert back.flag_step == 60


def test_single_requests_are_linked_by_their_ids(back: Service, scene: Scene) -> None:
    assert len(back.failures) == 10
    assert {each.response_code for each in back.failures} == {503}
    assert all(each.request_id.startswith(scene.space) for each in back.failures)
    times = [each.time_unix_nano for each in back.failures]
    assert times == sorted(times, reverse=True)
    assert [each.duration_us for each in back.slowest] == [250_000] * 10


def test_wiring_says_what_the_hub_was_sent(reads: ServiceReads, scene: Scene) -> None:
    front = reads.service(scene.id("front"), scene.window)
    reports = {report.signal: report for report in front.wiring.reports}
    logs = reports["access logs"]
    assert (logs.records, logs.with_context, logs.sampled, logs.instances) == (601, 600, 150, 1)
    assert reports["spans of proxies"].records == 1
    assert reports["stats"].records == 0
    assert "spans of applications" not in reports


def test_a_gateway_is_shown_by_its_own_calls(reads: ServiceReads, scene: Scene) -> None:
    gateway = reads.service(scene.id("gateway"), scene.window)
    assert (gateway.side, gateway.instance_side) == (Side.CALLS, Side.CALLS)
    assert [each.name for each in gateway.instances] == ["gateway-v1-1"]
    assert gateway.routes[0].tally.requests == 300


def test_a_service_without_proxy_is_what_its_callers_saw(reads: ServiceReads, scene: Scene) -> None:
    odd = reads.service(f":{scene.space}:odd", scene.window)
    assert odd.node.reporting is False
    assert (odd.side, odd.instance_side, odd.instances) == (Side.CALLERS, None, ())
    assert odd.routes[0].tally.requests == 1


def test_an_unknown_id_says_what_was_searched_and_what_is_close(reads: ServiceReads, scene: Scene) -> None:
    with pytest.raises(NotFound, match=rf"services with calls from .* Close are: .*{scene.id('back')}"):
        reads.service(f"lab:{scene.space}:bakc", scene.window)
    for wanted in ("", "'; DROP TABLE edges", "x" * 5000, "🚀" * 300):
        with pytest.raises(NotFound, match="could not find the service"):
            reads.service(wanted, scene.window)


def test_a_window_without_data_has_no_services(reads: ServiceReads) -> None:
    then = datetime(2021, 1, 1, tzinfo=UTC)
    assert reads.services(TimeRange(then, then + timedelta(hours=1))).rows == ()


def test_objectives_come_from_who_knows_them(embedded_store: Store, scene: Scene) -> None:
    class Known(NoSlos):
        def slos_of(self, node: ServiceNode, window: TimeRange) -> tuple[SloStanding, ...]:
            return (SloStanding(f"{node.service}-availability", "99.9 % over 30 d", 0.4, False),)

    found = ServiceReads(embedded_store, Known()).service(scene.id("back"), scene.window)
    assert found.slos[0].name == "back-availability"
    assert ServiceReads(embedded_store).service(scene.id("back"), scene.window).slos == ()
