"""What real Envoys log about real requests, by value."""

import socket
from typing import Any

import grpc
import pytest

from envoy_config import attributes
from meshhub.testing.otlp_receiver import LOOPBACK

pytestmark = pytest.mark.envoy

SPIFFE = "spiffe://lab.example/ns/shop/sa/"
ABSENT = "-"


def both(lab: Any, request_id: str, *, server: str, client: str = "frontend") -> tuple[dict[str, Any], dict[str, Any]]:
    """The client's (outbound) and the server's (inbound) record of a request."""

    def one(service: str, direction: str) -> list[dict[str, Any]]:
        wanted = {"request_id": request_id, "service.name": service, "direction": direction}
        found: list[dict[str, Any]] = lab.hub.access_logs(wanted)
        return found

    return lab.hub.wait_for(lambda: one(client, "2"))[0], lab.hub.wait_for(lambda: one(server, "1"))[0]


def test_both_sides_log_an_http_request(lab: Any) -> None:
    assert lab.get(lab.outbound, "catalog.shop", "/200/both?q=1", {"x-request-id": "both"}).status == 200
    client, server = both(lab, "both", server="catalog")
    shared = {
        "log_type": "DownstreamEnd",
        "method": "GET",
        "path": "/200/both?q=1",
        "authority": "catalog.shop",
        "protocol": "HTTP/1.1",
        "response_code": "200",
        "grpc_status": ABSENT,
        "response_flags": ABSENT,
        "response_code_details": "via_upstream",
        "connection_termination_details": ABSENT,
        "upstream_transport_failure_reason": ABSENT,
        "request_attempts": "1",
        "bytes_received": "0",
        "bytes_sent": "100",
        "log_name": "meshhub",
        "k8s.cluster.name": "lab",
        "meshhub.node.role": "sidecar",
        "service.namespace": "shop",
        "service.version": "v1",
        "body": "",
    }
    assert shared.items() <= client.items()
    assert shared.items() <= server.items()
    assert {
        "service.instance.id": "frontend-v1-0",
        "upstream_cluster": "catalog.shop",
        "route_name": "catalog.shop",
        "upstream_tls_version": "TLSv1.3",
        "upstream_peer_uri_san": f"{SPIFFE}catalog",
        "upstream_local_uri_san": f"{SPIFFE}frontend",
        "downstream_tls_version": ABSENT,
        "downstream_peer_uri_san": ABSENT,
    }.items() <= client.items()
    assert {
        "service.instance.id": "catalog-v1-0",
        "route_name": "application",
        "requested_server_name": "catalog.shop",
        "downstream_tls_version": "TLSv1.3",
        "downstream_peer_uri_san": f"{SPIFFE}frontend",
        "downstream_local_uri_san": f"{SPIFFE}catalog",
        "upstream_tls_version": ABSENT,
        "upstream_peer_uri_san": ABSENT,
    }.items() <= server.items()
    assert server["upstream_cluster"].startswith("inbound|")
    assert client["trace_id"] == server["trace_id"] != ""


def test_durations_are_microseconds_and_fit_each_other(lab: Any) -> None:
    lab.get(lab.outbound, "catalog", "/200/durations", {"x-request-id": "durations"})
    client, server = both(lab, "durations", server="catalog")
    for record in (client, server):
        total = int(record["duration_us"])
        assert int(record["duration_ms"]) <= total / 1000 < int(record["duration_ms"]) + 2
        assert 0 <= int(record["request_duration_us"]) <= int(record["upstream_queue_us"]) <= total
        parts = [record[key] for key in ("upstream_queue_us", "upstream_first_byte_us", "upstream_response_us")]
        assert 0 < sum(int(part) for part in parts) <= total + 3
        assert int(record["response_duration_us"]) >= 0
        assert int(record["upstream_connect_us"]) > 0
    assert int(client["upstream_handshake_us"]) > 0
    assert server["upstream_handshake_us"] == ABSENT
    assert int(server["duration_us"]) < int(client["duration_us"])


def test_every_attribute_of_the_contract_is_sent_and_no_other(lab: Any) -> None:
    lab.get(lab.outbound, "catalog", "/200/keys", {"x-request-id": "keys"})
    client, _ = both(lab, "keys", server="catalog")
    identity = {
        attributes.SERVICE_NAME,
        attributes.SERVICE_NAMESPACE,
        attributes.SERVICE_VERSION,
        attributes.SERVICE_INSTANCE,
        attributes.CLUSTER_NAME,
        attributes.NODE_ROLE,
    }
    envoys_own = {"log_name", "zone_name", "cluster_name", "node_name"}
    of_the_record = {"trace_id", "span_id", "body"}
    assert set(client) == set(attributes.ACCESS_LOG) | identity | envoys_own | of_the_record


def test_a_retried_request_shows_its_attempts(lab: Any) -> None:
    assert lab.get(lab.outbound, "catalog", "/503/once/a", {"x-request-id": "retried"}).status == 200
    client, _ = both(lab, "retried", server="catalog")
    assert (client["response_code"], client["request_attempts"]) == ("200", "2")
    servers = lab.hub.wait_for(
        lambda: [
            found
            for found in [lab.hub.access_logs({"request_id": "retried", "direction": "1"})]
            if {record["response_code"] for record in found} == {"200", "503"}
        ]
    )[0]
    assert len(servers) == 2
    assert [headers["x-envoy-attempt-count"] for headers in lab.headers_of["/503/once/a"]] == ["1", "2"]


def test_a_request_that_keeps_failing_says_that_retries_ran_out(lab: Any) -> None:
    assert lab.get(lab.outbound, "catalog", "/503/always", {"x-request-id": "failing"}).status == 503
    client, _ = both(lab, "failing", server="catalog")
    assert (client["request_attempts"], client["response_flags"]) == ("3", "URX")


def test_a_host_that_is_not_declared_is_not_reached(lab: Any) -> None:
    assert lab.get(lab.outbound, "ratings.shop", "/200", {"x-request-id": "undeclared"}).status == 404
    record = lab.hub.wait_for(lambda: lab.hub.access_logs({"request_id": "undeclared"}))[0]
    assert (record["response_flags"], record["upstream_cluster"]) == ("NR", ABSENT)


@pytest.mark.parametrize(("product", "status"), [(b"book", "0"), (b"unknown", "5")])
def test_a_grpc_call_has_its_status(lab: Any, product: bytes, status: str) -> None:
    options = (("grpc.default_authority", "pricing"),)
    metadata = (("x-request-id", f"grpc-{status}"),)
    with grpc.insecure_channel(f"{LOOPBACK}:{lab.outbound}", options=options) as channel:
        call = channel.unary_unary("/Pricing/Quote", bytes, bytes).future(product, timeout=10, metadata=metadata)
        assert str(call.code().value[0]) == status
    for record in both(lab, f"grpc-{status}", server="pricing"):
        assert record["grpc_status"] == status
        assert (record["response_code"], record["protocol"], record["path"]) == ("200", "HTTP/2", "/Pricing/Quote")


def test_a_tcp_connection_is_logged_by_both_sides(lab: Any) -> None:
    with socket.create_connection((LOOPBACK, lab.sessions), timeout=10) as connection:
        connection.sendall(b"session 1")
        assert connection.recv(100) == b"session 1"
    tcp = {"log_type": "TcpConnectionEnd", "bytes_received": "9", "bytes_sent": "9", "response_code": "0"}
    client = lab.hub.wait_for(lambda: lab.hub.access_logs(tcp | {"direction": "2", "service.name": "frontend"}))[0]
    server = lab.hub.wait_for(lambda: lab.hub.access_logs(tcp | {"direction": "1", "service.name": "sessions"}))[0]
    assert (client["upstream_cluster"], client["upstream_peer_uri_san"]) == ("sessions.shop", f"{SPIFFE}sessions")
    assert (server["downstream_peer_uri_san"], server["requested_server_name"]) == (
        f"{SPIFFE}frontend",
        "sessions.shop",
    )
    assert int(client["duration_ms"]) >= 0
    assert client["duration_us"] == ABSENT


def test_an_external_call_has_tls_without_a_mesh_identity(lab: Any) -> None:
    assert lab.get(lab.outbound, "bank.example", "/200/bank", {"x-request-id": "bank"}).status == 200
    record = lab.hub.wait_for(lambda: lab.hub.access_logs({"request_id": "bank"}))[0]
    assert (record["upstream_cluster"], record["upstream_tls_version"]) == ("external|bank.example", "TLSv1.3")
    assert (record["upstream_peer_uri_san"], record["upstream_local_uri_san"]) == (ABSENT, ABSENT)


def test_a_gateway_keeps_a_visitors_request_id_and_tells_it(lab: Any) -> None:
    answer = lab.get(lab.entrance, "www.example", "/200/visit", {"x-request-id": "visitor"})
    assert (answer.status, answer.headers["x-request-id"]) == (200, "visitor")
    client, server = both(lab, "visitor", client="gateway", server="frontend")
    assert (client["meshhub.node.role"], client["upstream_cluster"]) == ("gateway", "frontend.shop")
    assert (client["authority"], client["route_name"]) == ("www.example", "*/")
    assert server["downstream_peer_uri_san"] == f"{SPIFFE}gateway"


def test_a_gateway_makes_an_id_where_there_is_none(lab: Any) -> None:
    made = lab.get(lab.entrance, "www.example", "/200/no-id").headers["x-request-id"]
    client, server = both(lab, made, client="gateway", server="frontend")
    assert client["trace_id"] == server["trace_id"]


def test_the_token_is_sent_with_every_export(lab: Any) -> None:
    lab.get(lab.outbound, "catalog", "/200/token", {"x-request-id": "token"})
    both(lab, "token", server="catalog")
    assert {kept.metadata.get("authorization") for kept in lab.hub.kept} == {"Bearer mesh-token.1"}
