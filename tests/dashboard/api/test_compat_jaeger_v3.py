"""The requests of the Jaeger UI and of Grafana's newer Jaeger data source to API v3, replayed on the real engine."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from meshhub.testing.fake_compat import Call, EmptyStore, Shop, call_of
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import span_record
from storage.client import Store
from traces.compat.model import Trace
from traces.compat.otlp import otlp_json, to_otlp


@pytest.fixture(scope="module")
def shop(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop.opened()
    shop.load(embedded_store, tmp_path_factory.mktemp("compat-v3"))
    return shop


@pytest.fixture(scope="module")
def call_empty() -> Call:
    return call_of(EmptyStore())


@pytest.fixture(scope="module")
def call(embedded_store: Store) -> Call:
    return call_of(embedded_store)


def text(value: str) -> dict[str, Any]:
    return {"stringValue": value}


def resource_of(shop: Shop, service: str) -> dict[str, Any]:
    attributes = {
        "service.name": f"{service}.{shop.namespace}",
        "k8s.cluster.name": "lab",
        "meshhub.node.role": "sidecar",
        "service.instance.id": f"{service}-v1-1",
        "service.namespace": shop.namespace,
        "service.version": "v1",
    }
    return {"attributes": [{"key": key, "value": text(value)} for key, value in attributes.items()]}


def work_of(shop: Shop) -> dict[str, Any]:
    """The span of the application as OTLP/JSON has it."""
    at = shop.start_ns + 2_000_000
    attributes = {
        "team": text(shop.team),
        "items": {"intValue": "3"},
        "ledger": {"intValue": str(2**60)},
        "total": {"doubleValue": 12.5},
        "gift": {"boolValue": True},
        "skus": {"arrayValue": {"values": [text("a"), {"intValue": "7"}]}},
        "seal": {"bytesValue": "AP8="},
    }
    return {
        "traceId": shop.trace_id,
        "spanId": "22" * 8,
        "parentSpanId": "11" * 8,
        "name": "check out",
        "kind": 1,
        "startTimeUnixNano": str(at),
        "endTimeUnixNano": str(at + 15_000_000),
        "attributes": [{"key": key, "value": value} for key, value in attributes.items()],
        "events": [
            {
                "timeUnixNano": str(at + 1_000_000),
                "name": "priced",
                "attributes": [{"key": "currency", "value": text("EUR")}],
            }
        ],
        "links": [{"traceId": "01" * 16, "spanId": "02" * 8}],
        "status": {},
    }


def jaeger_ui(shop: Shop) -> dict[str, str]:
    def time(ns: int) -> str:
        return datetime.fromtimestamp(ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    return {
        "query.serviceName": shop.cart_name,
        "query.startTimeMin": time(shop.start_ns - 10**9),
        "query.startTimeMax": time(shop.start_ns + 10**9),
        "query.searchDepth": "20",
        "query.durationMin": "1ms",
        "query.attributes": json.dumps({"team": shop.team}),
    }


def grafana(shop: Shop) -> str:
    """As Grafana writes it: times are not escaped, so that the + of the zone arrives as a blank."""
    zone = timezone(timedelta(hours=1))
    first, last = (datetime.fromtimestamp(shop.start_ns // 10**9 + each, zone).isoformat() for each in (-1, 1))
    return (
        f"query.service_name={shop.cart_name}&query.start_time_min={first}&query.start_time_max={last}"
        "&query.num_traces=20&query.duration_min=1ms"
    )


def test_services_and_operations(call: Call, shop: Shop) -> None:
    assert {shop.cart_name, shop.pay_name} <= set(call("/api/v3/services").json()["services"])
    both = [{"name": "cart:8080/*", "spanKind": "server"}, {"name": "check out", "spanKind": "internal"}]
    assert call("/api/v3/operations", params={"service": shop.cart_name}).json() == {"operations": both}
    for name in ("spanKind", "span_kind"):
        some = call("/api/v3/operations", params={"service": shop.cart_name, name: "server"})
        assert some.json() == {"operations": both[:1]}


def test_a_trace_is_otlp_json_in_a_result(call: Call, shop: Shop) -> None:
    window = {"start_time": "2026-01-01T00:00:00Z", "endTime": "2036-01-01T00:00:00.123456789+01:00"}
    body = call(f"/api/v3/traces/{shop.trace_id}", params=window).json()
    groups = body["result"]["resourceSpans"]
    assert [group["resource"] for group in groups] == [resource_of(shop, name) for name in ("cart", "cart", "pay")]
    assert groups[1]["scopeSpans"] == [{"scope": {"name": "checkout"}, "spans": [work_of(shop)]}]
    assert groups[2]["scopeSpans"][0]["spans"][0]["status"] == {"code": 2}


@pytest.mark.parametrize("query_of", [jaeger_ui, grafana])
def test_a_search_finds_whole_traces(call: Call, shop: Shop, query_of: Callable[[Shop], Any]) -> None:
    query = query_of(shop)
    answer = call(f"/api/v3/traces?{query}") if isinstance(query, str) else call("/api/v3/traces", params=query)
    assert answer.json() == call(f"/api/v3/traces/{shop.trace_id}").json()


def test_a_search_may_be_in_the_body(call: Call, shop: Shop) -> None:
    query = {name.removeprefix("query."): value for name, value in jaeger_ui(shop).items()}
    query["attributes"] = json.loads(query["attributes"])
    body = {"query": query | {"searchDepth": 5}}
    assert call("/api/v3/traces", "POST", json=body).json() == call(f"/api/v3/traces/{shop.trace_id}").json()
    assert call("/api/v3/trace-summaries", "POST", json=body).json()["summaries"][0]["traceId"] == shop.trace_id
    assert call("/api/v3/traces", "POST", content=b"[").status_code == 400


def test_summaries(call: Call, shop: Shop) -> None:
    expected = {
        "traceId": shop.trace_id,
        "traceID": shop.trace_id,
        "rootServiceName": shop.cart_name,
        "rootOperationName": "cart:8080/*",
        "minStartTimeUnixNano": str(shop.start_ns),
        "maxEndTimeUnixNano": str(shop.start_ns + 20_000_000),
        "spanCount": 3,
        "errorSpanCount": 1,
        "orphanSpanCount": 0,
        "services": [
            {"name": shop.cart_name, "spanCount": 2, "errorSpanCount": 0},
            {"name": shop.pay_name, "spanCount": 1, "errorSpanCount": 1},
        ],
    }
    assert call("/api/v3/trace-summaries", params=jaeger_ui(shop)).json() == {"summaries": [expected]}
    nothing = jaeger_ui(shop) | {"query.serviceName": "other"}
    assert call("/api/v3/trace-summaries", params=nothing).json() == {"summaries": []}


def test_nothing_found_is_404_in_their_shape(call: Call, shop: Shop) -> None:
    error = {"error": {"httpCode": 404, "message": "No traces found"}}
    for answer in (
        call(f"/api/v3/traces/{'0' * 30}ff"),
        call("/api/v3/traces", params=jaeger_ui(shop) | {"query.serviceName": "other"}),
    ):
        assert (answer.status_code, answer.json()) == (404, error)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"query.startTimeMin": ""}, "query.startTimeMin and query.startTimeMax are required"),
        (
            {"query.startTimeMin": "now"},
            'malformed parameter query.startTimeMin: "now" is not a time like 2026-03-01T14:00:00Z',
        ),
        (
            {"query.filter": "{}"},
            "malformed parameter query.filter: this hub does not support it; use query.attributes",
        ),
    ],
)
def test_a_parameter_that_cannot_be_read_is_said(call: Call, shop: Shop, wrong: dict[str, str], message: str) -> None:
    answer = call("/api/v3/traces", params=jaeger_ui(shop) | wrong)
    assert (answer.status_code, answer.json()) == (400, {"error": {"httpCode": 400, "message": message}})


def test_dependencies(call: Call, shop: Shop) -> None:
    window = jaeger_ui(shop)
    wanted = {"startTime": window["query.startTimeMin"], "endTime": window["query.startTimeMax"]}
    found = call("/api/v3/dependencies", params=wanted).json()["dependencies"]
    assert {"parent": shop.cart_name, "child": shop.pay_name, "callCount": "1"} in found


def test_ids_in_otlp_json_are_hex_whatever_attributes_are_called() -> None:
    data = TracesData()
    span = data.resource_spans.add().scope_spans.add().spans.add(trace_id=b"\x01" * 16, span_id=b"\x02" * 8)
    span.attributes.add(key="traceId").value.string_value = "kept"
    [made] = otlp_json(data)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert made == {
        "traceId": "01" * 16,
        "spanId": "02" * 8,
        "attributes": [{"key": "traceId", "value": {"stringValue": "kept"}}],
    }


NAMES = ["serviceName", "startTimeMin", "startTimeMax", "start_time_min", "searchDepth", "durationMin", "attributes"]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["2026-11-21T00:00:00Z", "2026-11-21T00:00:00 01:00", "9999-12-31T23:59:59Z", "{}", "1s", "-5"]),
)


@given(pairs=st.dictionaries(st.sampled_from(NAMES), VALUES))
@settings(max_examples=100, deadline=None)
def test_no_search_is_an_error_of_the_hub(call_empty: Call, pairs: dict[str, str]) -> None:
    named = {f"query.{name}": value for name, value in pairs.items()}
    assert call_empty("/api/v3/traces", params=named).status_code in (400, 404)
    assert call_empty("/api/v3/traces", "POST", json={"query": pairs}).status_code in (400, 404)


FIELDS = ["resourceSpans", "scopeSpans", "spans", "traceId", "spanId", "attributes", "key", "value"]
DOCUMENTS = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner),
)


@given(body=st.binary(max_size=50) | DOCUMENTS.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=100, deadline=None)
def test_nothing_to_transform_is_an_error_of_the_hub(call_empty: Call, body: bytes) -> None:
    assert call_empty("/api/transform", "POST", content=body).status_code in (200, 400)


def test_a_trace_is_what_the_schema_of_the_jaeger_ui_takes() -> None:
    """It shows no trace with a number that JSON does not have, or with a link to nothing."""
    odd = {"ratio": "nan", "load": "-inf"}
    span = span_record(
        Proxy("shop"), "01" * 8, "", 5, 7, attributes=odd, attribute_types=dict.fromkeys(odd, "double"),
        links=[("", "", {}), ("cd" * 16, "02" * 8, {})],
    )  # fmt: skip
    [made] = otlp_json(to_otlp([Trace(span.trace_id, [span])]))["resourceSpans"][0]["scopeSpans"][0]["spans"]
    values = {each["key"]: each["value"] for each in made["attributes"]}
    assert values == {"ratio": text("NaN"), "load": text("-Infinity")}
    assert made["links"] == [{"traceId": "cd" * 16, "spanId": "02" * 8}]


def test_the_jaeger_ui_searches_by_the_name_of_a_span(call: Call, shop: Shop) -> None:
    found = call("/api/v3/trace-summaries", params=jaeger_ui(shop) | {"query.span_name": "check out"}).json()
    assert [each["traceId"] for each in found["summaries"]] == [shop.trace_id]
    other = call("/api/v3/trace-summaries", params=jaeger_ui(shop) | {"query.span_name": "other"})
    assert other.json() == {"summaries": []}
