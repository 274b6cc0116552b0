"""Rendered bootstraps part by part: the traps of Envoy's telemetry, each avoided, and what the mesh file asked for."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from envoy_config import attributes
from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.emit.stats import stats_config
from envoy_config.intent import Mesh

EVERY = (
    "frontend-v1-0.shop",
    "catalog-v1-0.shop",
    "pricing-v1-0.money",
    "sessions-v1-0.shop",
    "gateway-v2-0.shop",
)
FRONTEND, GATEWAY = EVERY[0], EVERY[4]


def rendered(mesh: Mesh, name: str) -> dict[str, Any]:
    return next(bootstrap(mesh, proxy) for proxy in proxies(mesh) if proxy.id == name)


def nodes(document: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a document."""
    if isinstance(document, dict):
        yield document
        for value in document.values():
            yield from nodes(value)
    elif isinstance(document, list):
        for value in document:
            yield from nodes(value)


def typed(document: Any, name: str) -> list[dict[str, Any]]:
    """Every message of a type, by the last part of its name."""
    return [node for node in nodes(document) if str(node.get("@type", "")).endswith(f".{name}")]


def cluster(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in document["static_resources"]["clusters"] if c["name"] == name)


def virtual_host(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(node for node in nodes(document) if node.get("name") == name and "domains" in node)


@pytest.mark.parametrize("name", EVERY)
class TestTraps:
    """What makes telemetry of Envoy wrong or absent if one does not know it."""

    def test_no_request_id_switches_tracing_off(self, full_mesh: Mesh, name: str) -> None:
        for manager in typed(rendered(full_mesh, name), "HttpConnectionManager"):
            config = manager["request_id_extension"]["typed_config"]
            assert (config["use_request_id_for_trace_sampling"], config["pack_trace_reason"]) == (False, True)
            assert manager["generate_request_id"] is True

    def test_no_dot_in_a_stat_name_breaks_its_tags(self, full_mesh: Mesh, name: str) -> None:
        document = rendered(full_mesh, name)
        for each in document["static_resources"]["clusters"]:
            assert "." not in each.get("alt_stat_name", each["name"])
        for node in nodes(document):
            assert "." not in node.get("stat_prefix", "")

    def test_all_signals_say_who_sends_them(self, full_mesh: Mesh, name: str) -> None:
        proxy = next(proxy for proxy in proxies(full_mesh) if proxy.id == name)
        detectors = typed(rendered(full_mesh, name), "StaticConfigResourceDetectorConfig")
        assert len(detectors) >= 2
        for detector in detectors:
            assert detector["attributes"] == {
                attributes.SERVICE_NAME: proxy.service,
                attributes.SERVICE_NAMESPACE: proxy.namespace,
                attributes.SERVICE_VERSION: proxy.version,
                attributes.SERVICE_INSTANCE: proxy.instance,
                attributes.CLUSTER_NAME: "lab",
                attributes.NODE_ROLE: proxy.role.value,
            }

    def test_every_exporter_names_a_cluster_that_exists(self, full_mesh: Mesh, name: str) -> None:
        document = rendered(full_mesh, name)
        names = {each["name"] for each in document["static_resources"]["clusters"]}
        assert {node["envoy_grpc"]["cluster_name"] for node in nodes(document) if "envoy_grpc" in node} <= names

    def test_nothing_deprecated_is_used(self, full_mesh: Mesh, name: str) -> None:
        document = rendered(full_mesh, name)
        assert not [node for node in nodes(document) if "common_config" in node]
        assert "tracing" not in document

    def test_access_logs_are_batched_text_without_a_body(self, full_mesh: Mesh, name: str) -> None:
        for logger in typed(rendered(full_mesh, name), "OpenTelemetryAccessLogConfig"):
            assert "body" not in logger
            assert "buffer_size_bytes" not in logger
            assert all(isinstance(v["value"]["string_value"], str) for v in logger["attributes"]["values"])
            assert [v["key"] for v in logger["attributes"]["values"]] == list(attributes.ACCESS_LOG)

    def test_stats_are_cumulative_with_tags_as_attributes(self, full_mesh: Mesh, name: str) -> None:
        (sink,) = typed(rendered(full_mesh, name), "SinkConfig")
        assert (sink["report_counters_as_deltas"], sink["report_histograms_as_deltas"]) == (False, False)
        assert (sink["emit_tags_as_attributes"], sink["use_tag_extracted_name"]) == (True, True)

    def test_upstream_clusters_are_told_by_their_real_name(self, full_mesh: Mesh, name: str) -> None:
        assert attributes.ACCESS_LOG["upstream_cluster"] == "%UPSTREAM_CLUSTER_RAW%"

    def test_every_listener_says_its_direction_and_logs(self, full_mesh: Mesh, name: str) -> None:
        for listener in rendered(full_mesh, name)["static_resources"]["listeners"]:
            assert listener["traffic_direction"] in ("INBOUND", "OUTBOUND")
            (network_filter,) = listener["filter_chains"][0]["filters"]
            assert network_filter["typed_config"]["access_log"]

    def test_retried_exports_were_surely_not_stored(self, full_mesh: Mesh, name: str) -> None:
        policies = [node["retry_policy"] for node in nodes(rendered(full_mesh, name)) if "envoy_grpc" in node]
        ambiguous = {"reset", "5xx", "gateway-error", "deadline-exceeded", "internal", "cancelled"}
        assert policies
        assert all(not ambiguous & set(policy["retry_on"].split(",")) for policy in policies)


def test_only_a_gateway_makes_a_span_on_each_side(full_mesh: Mesh) -> None:
    for name in EVERY:
        for manager in typed(rendered(full_mesh, name), "HttpConnectionManager"):
            assert manager["tracing"]["spawn_upstream_span"] is (name == GATEWAY)


def test_visitors_request_ids_are_kept_at_the_gateway(full_mesh: Mesh) -> None:
    for manager in typed(rendered(full_mesh, GATEWAY), "HttpConnectionManager"):
        assert manager["use_remote_address"] is True
        assert manager["preserve_external_request_id"] is True
        assert manager["always_set_request_id_in_response"] is True
    assert all("use_remote_address" not in m for m in typed(rendered(full_mesh, FRONTEND), "HttpConnectionManager"))


def test_signals_can_be_switched_off_one_by_one(full_mesh: Mesh) -> None:
    def without(signal: str) -> dict[str, Any]:
        signals = full_mesh.signals.model_copy(update={signal: False})
        return rendered(full_mesh.model_copy(update={"signals": signals}), FRONTEND)

    assert typed(without("access_logs"), "OpenTelemetryAccessLogConfig") == []
    assert typed(without("spans"), "OpenTelemetryConfig") == []
    assert typed(without("stats"), "SinkConfig") == []
    assert typed(without("stats"), "OpenTelemetryConfig") != []


def test_identities_are_asked_for_on_both_sides(full_mesh: Mesh) -> None:
    document = rendered(full_mesh, FRONTEND)
    (server,) = typed(document, "DownstreamTlsContext")
    assert server["require_client_certificate"] is True
    validation = server["common_tls_context"]["validation_context"]
    assert validation["match_typed_subject_alt_names"] == [
        {"san_type": "URI", "matcher": {"prefix": "spiffe://lab.example/"}}
    ]
    client = cluster(document, "catalog.shop")["transport_socket"]["typed_config"]
    validation = client["common_tls_context"]["validation_context"]
    assert client["sni"] == "catalog.shop"
    assert validation["match_typed_subject_alt_names"] == [
        {"san_type": "URI", "matcher": {"exact": "spiffe://lab.example/ns/shop/sa/catalog"}}
    ]
    assert validation["trusted_ca"] == {"filename": "/etc/meshhub/certificates/ca.pem"}


def test_an_external_service_never_sees_the_meshs_certificate(full_mesh: Mesh) -> None:
    context = cluster(rendered(full_mesh, FRONTEND), "external|bank.example")["transport_socket"]["typed_config"]
    assert "tls_certificates" not in context["common_tls_context"]
    assert context["sni"] == "bank.example"
    assert "transport_socket" not in cluster(rendered(full_mesh, FRONTEND), "external|plain.example")


def test_traffic_settings_become_envoys(full_mesh: Mesh) -> None:
    document = rendered(full_mesh, FRONTEND)
    catalog = cluster(document, "catalog.shop")
    assert catalog["connect_timeout"] == "0.25s"
    assert catalog["circuit_breakers"]["thresholds"] == [
        {
            "max_connections": 10,
            "max_pending_requests": 20,
            "max_requests": 30,
            "retry_budget": {"budget_percent": {"value": 50}, "min_retry_concurrency": 3},
        }
    ]
    assert catalog["outlier_detection"] == {
        "consecutive_5xx": 3,
        "interval": "5s",
        "base_ejection_time": "60s",
        "max_ejection_percent": 34,
    }
    route = virtual_host(document, "catalog.shop")["routes"][0]["route"]
    assert (route["timeout"], route["retry_policy"]["num_retries"]) == ("0s", 4)
    assert route["retry_policy"]["retry_on"] == "5xx,reset-before-request"
    assert route["retry_policy"]["per_try_timeout"] == "0.5s"
    pricing = virtual_host(document, "pricing.money")["routes"][0]["route"]
    assert (pricing["timeout"], "retry_policy" in pricing) == ("15s", False)
    assert "outlier_detection" not in cluster(document, "pricing.money")
    assert virtual_host(document, "external|bank.example")["routes"][0]["route"]["timeout"] == "3s"


def test_the_longest_prefix_of_a_host_is_tried_first(full_mesh: Mesh) -> None:
    host = virtual_host(rendered(full_mesh, GATEWAY), "www.example")
    assert [(r["match"]["prefix"], r["route"]["cluster"]) for r in host["routes"]] == [
        ("/api/catalog", "catalog.shop"),
        ("/", "frontend.shop"),
    ]
    docs = virtual_host(rendered(full_mesh, GATEWAY), "docs.example")["routes"][0]["route"]
    assert docs["host_rewrite_literal"] == "plain.example"


ALLOWED = (
    "cluster.catalog_shop.upstream_rq_total",
    "cluster.catalog_shop.upstream_rq_5xx",
    "cluster.external|bank_example.outlier_detection.ejections_active",
    "cluster.inbound|8080.circuit_breakers.default.rq_pending_open",
    "http.outbound.downstream_rq_total",
    "tcp.sessions_shop.downstream_cx_total",
    "listener.127.0.0.1_15001.downstream_cx_total",
    "listener.[__1]_15006.ssl.fail_verify_error",
    "server.uptime",
    "access_logs.open_telemetry_access_log.logs_dropped",
    "tracing.opentelemetry.spans_dropped",
)
NOT_ALLOWED = (
    "cluster.catalog_shop.upstream_rq_503",
    "cluster.catalog_shop.upstream_rq_time",
    "cluster.catalog_shop.external.upstream_rq_2xx",
    "cluster.a.b.upstream_rq_total",
    "http.admin.downstream_rq_total",
    "http.async-client.downstream_rq_total",
    "http.outbound.tracing.random_sampling",
    "listener.127.0.0.1_15001.worker_0.downstream_cx_total",
    "listener.admin.downstream_cx_total",
    "runtime.load_success",
    "cluster_manager.active_clusters",
)


def matched(stat: str) -> bool:
    """Whether Envoy would make this stat: prefixes by start, expressions (RE2, same syntax here) whole."""
    for pattern in stats_config()["stats_matcher"]["inclusion_list"]["patterns"]:
        if "prefix" in pattern and stat.startswith(pattern["prefix"]):
            return True
        if "safe_regex" in pattern and re.fullmatch(pattern["safe_regex"]["regex"], stat):
            return True
    return False


@pytest.mark.parametrize("stat", ALLOWED)
def test_a_stat_the_hub_needs_is_made(stat: str) -> None:
    assert matched(stat)


@pytest.mark.parametrize("stat", NOT_ALLOWED)
def test_any_other_is_not_made(stat: str) -> None:
    assert not matched(stat)
