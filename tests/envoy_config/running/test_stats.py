"""The stats of real Envoys: whose they are, what they count, and that there are no others."""

import re
import urllib.request
from typing import Any

import pytest

from envoy_config.emit.stats import CLUSTER, HTTP, LISTENER, TCP
from meshhub.testing.otlp_receiver import LOOPBACK

pytestmark = pytest.mark.envoy

CLASS = re.compile(r"_[1-5]xx$")


def value(lab: Any, metric: str, **wanted: str) -> int:
    """The newest value of a stat of the frontend's proxy, once there is one above zero."""
    attributes = {key.replace("__", "."): text for key, text in wanted.items()}

    def points() -> list[dict[str, Any]]:
        found = lab.hub.points({"metric": metric, "service.name": "frontend", **attributes})
        return [point for point in found if point["value"]]

    newest: int = lab.hub.wait_for(points)[-1]["value"]
    return newest


def test_a_call_is_counted_for_its_cluster_by_a_proxy_with_an_identity(lab: Any) -> None:
    lab.get(lab.outbound, "catalog", "/200/stats")
    lab.get(lab.outbound, "catalog", "/503/once/stats")
    for metric in ("cluster.upstream_rq_total", "cluster.upstream_rq_retry", "cluster.ssl.handshake"):
        assert value(lab, metric, envoy__cluster_name="catalog_shop") > 0
    assert value(lab, "cluster.upstream_rq_xx", envoy__cluster_name="catalog_shop", envoy__response_code_class="2") > 0
    assert value(lab, "http.downstream_rq_total", envoy__http_conn_manager_prefix="outbound") > 0
    point = lab.hub.points({"metric": "cluster.membership_total", "envoy.cluster_name": "catalog_shop"})[0]
    assert {
        "service.name": "frontend",
        "service.namespace": "shop",
        "service.version": "v1",
        "service.instance.id": "frontend-v1-0",
        "k8s.cluster.name": "lab",
        "meshhub.node.role": "sidecar",
        "data": "gauge",
        "value": 1,
    }.items() <= point.items()


def test_the_hub_can_see_what_the_exporters_lost(lab: Any) -> None:
    lab.get(lab.outbound, "catalog", "/200/exporters")
    assert value(lab, "access_logs.open_telemetry_access_log.logs_written") > 0
    assert value(lab, "tracing.opentelemetry.spans_sent") > 0
    assert value(lab, "server.uptime") > 0
    assert value(lab, "cluster.upstream_rq_total", envoy__cluster_name="meshhub_otlp") > 0
    assert lab.hub.points({"metric": "access_logs.open_telemetry_access_log.logs_dropped"})


def test_no_stat_arrives_that_the_hub_does_not_need(lab: Any) -> None:
    lab.get(lab.entrance, "www.example", "/200/all")
    lab.hub.wait_for(lambda: lab.hub.points({"service.name": "gateway", "metric": "http.downstream_rq_total"}))
    scopes = {"cluster": CLUSTER, "http": HTTP, "tcp": TCP, "listener": LISTENER}
    allowed = {f"{scope}.{CLASS.sub('_xx', name)}" for scope, names in scopes.items() for name in names}
    others = {point["metric"] for point in lab.hub.points({})} - allowed
    assert {name.partition(".")[0] for name in others} <= {"server", "access_logs", "tracing"}
    assert "admin" not in {point.get("envoy.http_conn_manager_prefix") for point in lab.hub.points({})}


def test_every_stat_that_is_let_through_exists(lab: Any) -> None:
    """Envoy makes a stat only when it is used, some never here: what exists must be most of what is allowed."""
    pages = []
    for proxy in lab.proxies.values():
        with urllib.request.urlopen(f"http://{LOOPBACK}:{proxy.admin_port}/stats", timeout=10) as page:
            pages.append(page.read().decode())
    text = "\n".join(pages)
    for scope, names in (("cluster", CLUSTER), ("http", HTTP), ("tcp", TCP), ("listener", LISTENER)):
        missing = [
            n for n in names if not CLASS.search(n) and not re.search(rf"^{scope}\..*\.{n}: ", text, re.MULTILINE)
        ]
        assert missing == []


def test_names_and_tags_are_whole_although_names_have_dots(lab: Any) -> None:
    lab.get(lab.outbound, "bank.example", "/200/dots")
    assert value(lab, "cluster.upstream_rq_total", envoy__cluster_name="external|bank_example") > 0
    for point in lab.hub.points({}):
        assert "shop" not in point["metric"]
        assert "example" not in point["metric"]
        assert "." not in point.get("envoy.cluster_name", "")
