from random import Random
from statistics import median, quantiles

import pytest

from meshhub.demo import shop
from meshhub.demo.deployment import deploy
from meshhub.demo.ports import PortPool
from meshhub.demo.shop import WORKLOADS, Call, Kind, Pace, Workload


def calls() -> list[tuple[Workload, Call]]:
    return [(workload, call) for workload in WORKLOADS for endpoint in workload.endpoints for call in endpoint.calls]


def test_the_shop_has_what_a_mesh_is_asked_about() -> None:
    assert len(shop.services(Kind.HTTP)) >= 6
    assert [w.version for w in WORKLOADS if w.service == "reviews"] == ["v1", "v2", "v3"]
    for kind in (Kind.GATEWAY, Kind.GRPC, Kind.TCP, Kind.EXTERNAL):
        assert len(shop.services(kind)) == 1
    assert any(workload.instances > 1 for workload in WORKLOADS)
    assert sum(workload.tells for workload in WORKLOADS) >= 2


@pytest.mark.parametrize(("caller", "call"), [pytest.param(w, c, id=f"{w.name}-{c.service}") for w, c in calls()])
def test_every_call_is_answered_by_an_endpoint(caller: Workload, call: Call) -> None:
    callees = [w for w in WORKLOADS if w.service == call.service]
    assert callees
    if callees[0].kind in (Kind.HTTP, Kind.EXTERNAL):
        segment = call.path.split("/")[1]
        assert all(any((e.method, e.segment) == (call.method, segment) for e in w.endpoints) for w in callees)


def test_visits_that_are_no_mistake_are_answered_by_an_endpoint() -> None:
    for visit in shop.VISITS:
        prefix = max((p for p in shop.ENTRANCES if visit.path.startswith(p)), key=len)
        entrance = shop.workload(shop.ENTRANCES[prefix])
        segment = visit.path.split("/")[1]
        answered = any((e.method, e.segment) == (visit.method, segment) for e in entrance.endpoints)
        assert answered is (visit.name != "stale link")


def test_edges_are_the_callers_and_callees_of_the_drawing() -> None:
    assert shop.edges() == (
        ("cart", "pricing"),
        ("cart", "sessions"),
        ("catalog", "pricing"),
        ("checkout", "cart"),
        ("checkout", "payment"),
        ("gateway", "cart"),
        ("gateway", "checkout"),
        ("gateway", "storefront"),
        ("payment", "bank.example"),
        ("reviews", "ratings"),
        ("storefront", "catalog"),
        ("storefront", "reviews"),
        ("storefront", "sessions"),
    )


def test_an_unknown_service_has_no_kind_and_no_workload() -> None:
    with pytest.raises(KeyError):
        shop.workload_kind("nobody")
    with pytest.raises(KeyError):
        shop.workload("reviews", "v9")


def test_paces_are_log_normal() -> None:
    pace, random = Pace(20, 0.5), Random(3)
    draws = [pace.seconds(random) for _ in range(20_000)]
    assert median(draws) == pytest.approx(0.020, rel=0.03)
    assert quantiles(draws, n=100)[98] == pytest.approx(0.020 * 2.718281828 ** (0.5 * 2.326), rel=0.08)


def test_every_instance_with_a_proxy_has_ports_of_its_own() -> None:
    pool = PortPool()
    instances = deploy(WORKLOADS, pool)
    pool.close()
    assert [i.name for i in instances if i.workload.service == "ratings"] == ["ratings-v1-1", "ratings-v1-2"]
    assert "bank.example" not in {i.workload.service for i in instances}
    ports = [
        port
        for i in instances
        for port in (i.app_port, i.inbound_port, i.outbound_port, i.admin_port, *i.outbound_tcp.values())
    ]
    assert len(ports) == len(set(ports))
    assert {i.workload.service for i in instances if i.outbound_tcp} == {"cart", "storefront"}
