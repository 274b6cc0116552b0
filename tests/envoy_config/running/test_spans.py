"""The spans of real Envoys: joined across proxies, on whatever the request id looks like, off where a caller says."""

from typing import Any

import pytest

pytestmark = pytest.mark.envoy

CLIENT, SERVER = 3, 2


def spans_of(lab: Any, request_id: str, count: int) -> list[dict[str, Any]]:
    """All spans of a request that have its id, once there are enough."""

    def found() -> list[dict[str, Any]]:
        spans: list[dict[str, Any]] = lab.hub.spans({"guid:x-request-id": request_id})
        return spans if len(spans) >= count else []

    result: list[dict[str, Any]] = lab.hub.wait_for(found)
    return result


@pytest.mark.parametrize("request_id", ["not-a-uuid", "00000000-0000-4000-8000-000000000001"])
def test_a_call_is_a_client_span_with_a_server_span_below(lab: Any, request_id: str) -> None:
    lab.get(lab.outbound, "catalog", "/200/spans", {"x-request-id": request_id})
    client, server = sorted(spans_of(lab, request_id, 2), key=lambda span: -int(span["kind"]))
    assert (client["kind"], client["name"], client["parent_id"]) == (CLIENT, "egress catalog", "")
    assert (server["kind"], server["name"], server["parent_id"]) == (SERVER, "ingress", client["span_id"])
    assert client["trace_id"] == server["trace_id"]
    assert (client["upstream_cluster"], client["http.status_code"]) == ("catalog.shop", "200")
    assert {
        "service.name": "frontend",
        "service.namespace": "shop",
        "service.version": "v1",
        "service.instance.id": "frontend-v1-0",
        "k8s.cluster.name": "lab",
        "meshhub.node.role": "sidecar",
    }.items() <= client.items()


def test_spans_and_access_logs_of_a_request_have_the_same_ids(lab: Any) -> None:
    lab.get(lab.outbound, "catalog", "/200/ids", {"x-request-id": "ids"})
    spans = spans_of(lab, "ids", 2)
    records = lab.hub.wait_for(lambda: len(found := lab.hub.access_logs({"request_id": "ids"})) == 2 and found)
    assert {(s["trace_id"], s["span_id"]) for s in spans} == {(r["trace_id"], r["span_id"]) for r in records}


def test_the_application_gets_w3c_context_and_no_other(lab: Any) -> None:
    lab.get(lab.outbound, "catalog", "/200/w3c", {"x-request-id": "w3c"})
    server = next(span for span in spans_of(lab, "w3c", 2) if span["kind"] == SERVER)
    (headers,) = lab.headers_of["/200/w3c"]
    assert headers["traceparent"] == f"00-{server['trace_id']}-{server['span_id']}-01"
    assert not [name for name in headers if name.startswith("x-b3-")]


def test_a_trace_that_came_in_goes_on(lab: Any) -> None:
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    lab.get(lab.outbound, "catalog", "/200/on", {"x-request-id": "on", "traceparent": f"00-{trace}-{parent}-01"})
    client = next(span for span in spans_of(lab, "on", 2) if span["kind"] == CLIENT)
    assert (client["trace_id"], client["parent_id"]) == (trace, parent)


def test_a_trace_that_is_not_sampled_is_logged_but_has_no_spans(lab: Any) -> None:
    trace = "1af7651916cd43dd8448eb211c80319c"
    lab.get(
        lab.outbound, "catalog", "/200/off", {"x-request-id": "off", "traceparent": f"00-{trace}-b7ad6b7169203331-00"}
    )
    lab.hub.wait_for(lambda: len(lab.hub.access_logs({"request_id": "off", "trace_id": trace})) == 2)
    lab.get(lab.outbound, "catalog", "/200/later", {"x-request-id": "later"})
    spans_of(lab, "later", 2)
    assert lab.hub.spans({"guid:x-request-id": "off"}) == []


def test_a_gateway_is_a_server_and_a_client(lab: Any) -> None:
    lab.get(lab.entrance, "www.example", "/200/gateway", {"x-request-id": "gateway"})
    first = next(span for span in spans_of(lab, "gateway", 2) if span["service.name"] == "gateway")
    assert (first["kind"], first["parent_id"], first["meshhub.node.role"]) == (SERVER, "", "gateway")
    onward = lab.hub.wait_for(lambda: lab.hub.spans({"trace_id": first["trace_id"], "kind": CLIENT}))[0]
    assert (onward["parent_id"], onward["upstream_cluster"]) == (first["span_id"], "frontend.shop")
    server = next(span for span in spans_of(lab, "gateway", 2) if span["service.name"] == "frontend")
    assert server["parent_id"] == onward["span_id"]
