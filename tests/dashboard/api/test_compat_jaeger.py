"""The requests of Grafana's Jaeger data source, Kiali and the Jaeger UI, replayed on the real engine."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshhub.errors import StorageError
from meshhub.testing.fake_compat import Call, EmptyStore, Shop, call_of
from storage.client import Store


@pytest.fixture(scope="module")
def shop(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop.opened()
    shop.load(embedded_store, tmp_path_factory.mktemp("compat"))
    return shop


@pytest.fixture(scope="module")
def call_empty() -> Call:
    return call_of(EmptyStore())


@pytest.fixture(scope="module")
def call(embedded_store: Store) -> Call:
    return call_of(embedded_store)


def tag(key: str, value: Any, kind: str = "string") -> dict[str, Any]:
    return {"key": key, "type": kind, "value": value}


def process(shop: Shop, service: str) -> dict[str, Any]:
    tags = [
        tag("k8s.cluster.name", "lab"),
        tag("meshhub.node.role", "sidecar"),
        tag("service.instance.id", f"{service}-v1-1"),
        tag("service.namespace", shop.namespace),
        tag("service.version", "v1"),
    ]
    return {"serviceName": f"{service}.{shop.namespace}", "tags": tags}


def trace_of(shop: Shop) -> dict[str, Any]:
    """The shop's trace as Jaeger would show it."""
    start, trace = shop.start_ns // 1000, shop.trace_id
    request_id = f"11111111-1111-9111-8111-1111{shop.key}"
    node = f"sidecar~10.0.0.1~cart-v1-1.{shop.namespace}~{shop.namespace}.svc.cluster.local"
    ingress = [
        tag("otel.scope.name", "envoy"),
        tag("component", "proxy"),
        tag("node_id", node),
        tag("guid:x-request-id", request_id),
        tag("http.method", "GET"),
        tag("http.url", "http://cart:8080/"),
        tag("http.protocol", "HTTP/1.1"),
        tag("http.status_code", "200"),
        tag("response_flags", "-"),
        tag("upstream_cluster", "inbound|8080||"),
        tag("request_size", "0"),
        tag("response_size", "100"),
        tag("istio.cluster_id", "lab"),
        tag("span.kind", "server"),
    ]
    work = [
        tag("otel.scope.name", "checkout"),
        tag("team", shop.team),
        tag("items", 3, "int64"),
        tag("ledger", str(2**60), "int64"),
        tag("total", 12.5, "float64"),
        tag("gift", True, "bool"),
        tag("skus", '["a",7]'),
        tag("seal", "AP8=", "binary"),
        tag("span.kind", "internal"),
    ]
    charge = [
        tag("otel.scope.name", "envoy"),
        tag("component", "proxy"),
        tag("guid:x-request-id", request_id),
        tag("http.method", "POST"),
        tag("http.status_code", "503"),
        tag("response_flags", "UF"),
        tag("request_size", "0"),
        tag("response_size", "0"),
        tag("error", "true"),
        tag("span.kind", "server"),
        tag("otel.status_code", "ERROR"),
    ]

    def span(number: str, name: str, at: int, lasts: int, tags: Any, process: str, **more: Any) -> dict[str, Any]:
        return {
            "traceID": trace,
            "spanID": number * 8,
            "operationName": name,
            "references": [],
            "startTime": start + at,
            "duration": lasts,
            "tags": tags,
            "logs": [],
            "processID": process,
            "warnings": None,
        } | more

    def child_of(number: str) -> dict[str, str]:
        return {"refType": "CHILD_OF", "traceID": trace, "spanID": number * 8}

    link = {"refType": "FOLLOWS_FROM", "traceID": "01" * 16, "spanID": "02" * 8}
    log = {"timestamp": start + 3000, "fields": [tag("event", "priced"), tag("currency", "EUR")]}
    return {
        "traceID": trace,
        "spans": [
            span("11", "cart:8080/*", 0, 20_000, ingress, "p1"),
            span("22", "check out", 2_000, 15_000, work, "p1", references=[child_of("11"), link], logs=[log]),
            span("33", "pay:8080/*", 5_000, 3_000, charge, "p2", references=[child_of("22")]),
        ],
        "processes": {"p1": process(shop, "cart"), "p2": process(shop, "pay")},
        "warnings": None,
    }


def in_envelope(data: Any, total: int = 0, errors: Any = None) -> dict[str, Any]:
    return {"data": data, "total": total, "limit": 0, "offset": 0, "errors": errors}


def around(shop: Shop) -> dict[str, str]:
    return {"start": str(shop.start_ns // 1000 - 10**6), "end": str(shop.start_ns // 1000 + 10**6)}


@pytest.mark.parametrize("prefix", ["", "/jaeger"])
def test_services_are_listed_with_their_namespaces(call: Call, shop: Shop, prefix: str) -> None:
    body = call(f"{prefix}/api/services").json()
    assert {shop.cart_name, shop.pay_name} <= set(body["data"])
    assert body == in_envelope(body["data"], total=len(body["data"]))


@pytest.mark.parametrize("service", ["cart_name", "pay_name"])
def test_operations_of_a_service(call: Call, shop: Shop, service: str) -> None:
    name = getattr(shop, service)
    names = {"cart_name": ["cart:8080/*", "check out"], "pay_name": ["pay:8080/*"]}[service]
    assert call(f"/api/services/{name}/operations").json() == in_envelope(names, total=len(names))


def test_operations_with_their_kinds(call: Call, shop: Shop) -> None:
    found = [{"name": "cart:8080/*", "spanKind": "server"}, {"name": "check out", "spanKind": "internal"}]
    assert call("/api/operations", params={"service": shop.cart_name}).json() == in_envelope(found, total=2)
    some = call("/api/operations", params={"service": shop.cart_name, "spanKind": "server"}).json()
    assert some == in_envelope(found[:1], total=1)
    answer = call("/api/operations")
    assert answer.status_code == 400
    assert answer.json() == in_envelope(None, errors=[{"code": 400, "msg": "parameter 'service' is required"}])


def test_a_trace_by_its_id(call: Call, shop: Shop) -> None:
    assert call(f"/api/traces/{shop.trace_id}").json() == in_envelope([trace_of(shop)])
    grafana = call(f"/api/traces/{shop.trace_id.upper()}", params=around(shop) | {"prettyPrint": "true"})
    assert grafana.json() == in_envelope([trace_of(shop)])
    assert grafana.text.startswith("{\n    ")


def test_the_id_of_a_trace_may_be_in_base64(call: Call, shop: Shop) -> None:
    written = base64.b64encode(bytes.fromhex(shop.trace_id)).decode()
    wanted = call(f"/api/traces/{quote(written, safe='')}" if "/" not in written else f"/api/traces/{shop.trace_id}")
    assert wanted.json() == in_envelope([trace_of(shop)])
    assert call("/api/traces", params={"traceID": written}).json() == in_envelope([trace_of(shop)])


def test_a_trace_that_is_not_there(call: Call) -> None:
    answer = call(f"/api/traces/{'0' * 31}1")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == in_envelope(None, errors=[{"code": 404, "msg": "trace not found"}])
    assert call("/api/traces/nonsense").status_code == 400


def kiali_http(shop: Shop) -> dict[str, str]:
    tags = {"error": "true"}
    return around(shop) | {"service": shop.pay_name, "tags": json.dumps(tags), "minDuration": "1000us", "limit": "100"}


def grafana(shop: Shop) -> dict[str, str]:
    tags = {"http.status_code": "503", "component": "proxy"}
    more = {"minDuration": "1.2ms", "maxDuration": "500ms", "limit": "20", "tags": json.dumps(tags)}
    return around(shop) | {"service": shop.pay_name, "operation": "pay:8080/*"} | more


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tags": '{"team":"TEAM"}'},
        {"tag": "team:TEAM"},
        {"tags": '{"items":"3","gift":"true"}'},
        {"tags": '{"service.version":"v1","istio.cluster_id":"lab"}'},
        {"operation": "check out"},
        {"minDuration": "20ms"},
        {"limit": "0"},
    ],
)
def test_a_search_finds_whole_traces(call: Call, shop: Shop, more: dict[str, str]) -> None:
    wanted = around(shop) | {"service": shop.cart_name} | {k: v.replace("TEAM", shop.team) for k, v in more.items()}
    assert call("/api/traces", params=wanted).json() == in_envelope([trace_of(shop)])


@pytest.mark.parametrize("request_of", [kiali_http, grafana])
def test_recorded_searches(call: Call, shop: Shop, request_of: Callable[[Shop], dict[str, str]]) -> None:
    assert call("/api/traces", params=request_of(shop)).json() == in_envelope([trace_of(shop)])


@pytest.mark.parametrize(
    "more",
    [
        {"service": "other"},
        {"operation": "other"},
        {"tags": '{"team":"other"}'},
        {"tags": '{"cluster":"Kubernetes"}'},
        {"minDuration": "1h"},
        {"maxDuration": "1us"},
        {"start": "1", "end": "2"},
    ],
)
def test_nothing_found_is_an_empty_list(call: Call, shop: Shop, more: dict[str, str]) -> None:
    answer = call("/api/traces", params=around(shop) | {"service": shop.cart_name} | more)
    assert (answer.status_code, answer.json()) == (200, in_envelope([]))


def test_traces_by_ids_name_those_that_are_missing(call: Call, shop: Shop) -> None:
    answer = call("/api/traces", params={"traceID": [shop.trace_id, "abc"]})
    errors = [{"msg": "trace not found", "traceID": "0000000000000abc"}]
    assert answer.json() == in_envelope([trace_of(shop)], errors=errors)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": "yesterday"}, "unable to parse param 'start': \"yesterday\" is not an integer"),
        (
            {"minDuration": "5"},
            "unable to parse param 'minDuration': \"5\" is not a duration like 1.2s, 100ms or 500us",
        ),
        ({"tag": "x"}, "malformed 'tag' parameter, expecting key:value, received: \"x\""),
        ({"minDuration": "2s", "maxDuration": "1s"}, "'maxDuration' should be greater than 'minDuration'"),
        ({"tags": "[]"}, "malformed 'tags' parameter, cannot unmarshal JSON: expected an object of texts"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_said(call: Call, wrong: dict[str, str], message: str) -> None:
    answer = call("/api/traces", params={"service": "cart"} | wrong)
    assert answer.status_code == 400
    assert answer.json() == in_envelope(None, errors=[{"code": 400, "msg": message}])


def test_dependencies_are_there_without_a_batch_job(call: Call, shop: Shop) -> None:
    wanted = {"endTs": str(shop.start_ns // 10**6 + 60_000), "lookback": "3600000"}
    link = {"parent": shop.cart_name, "child": shop.pay_name, "callCount": 1}
    everything = call("/api/dependencies", params=wanted).json()
    assert link in everything["data"]
    assert call("/api/dependencies", params=wanted | {"service": shop.pay_name}).json() == in_envelope([link])


def monitor(shop: Shop, **more: str) -> dict[str, str]:
    """What the Monitor page of the Jaeger UI sends."""
    return {
        "service": shop.pay_name,
        "endTs": str(shop.start_ns // 10**6 + 60_000),
        "lookback": "600000",
        "step": "60000",
        "ratePer": "600000",
        "spanKind": "server",
    } | more


@pytest.mark.parametrize(
    ("which", "more", "value", "text"),
    [
        ("latencies", {"quantile": "0.95"}, 3.095, "0.95th quantile latency"),
        ("calls", {}, 1 / 60, "calls/sec"),
        ("errors", {}, 1.0, "error rate, computed as a fraction of errors/sec over calls/sec"),
    ],
)
def test_metrics_of_a_service(
    call: Call, shop: Shop, which: str, more: dict[str, str], value: float, text: str
) -> None:
    minute = shop.start_ns // (60 * 10**9) * 60
    [point] = call(f"/api/metrics/{which}", params=monitor(shop, **more)).json()["metrics"][0]["metricPoints"]
    assert point["gaugeValue"]["doubleValue"] == pytest.approx(value)
    body = call(f"/api/metrics/{which}", params=monitor(shop, groupByOperation="true", **more)).json()
    name = {"latencies": "latencies", "calls": "call_rate", "errors": "error_rate"}[which]
    assert body == {
        "name": f"service_operation_{name}",
        "type": "GAUGE",
        "help": f"{text}, grouped by service & operation",
        "metrics": [
            {
                "labels": [
                    {"name": "operation", "value": "GET"},
                    {"name": "service_name", "value": shop.pay_name},
                ],
                "metricPoints": [
                    {
                        "gaugeValue": {"doubleValue": pytest.approx(value)},
                        "timestamp": datetime.fromtimestamp(minute, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    }
                ],
            }
        ],
    }


def test_metrics_need_a_service(call: Call) -> None:
    message = "unable to parse param 'service': please provide at least one service name"
    assert call("/api/metrics/calls").json() == in_envelope(None, errors=[{"code": 400, "msg": message}])
    assert call("/api/metrics/minstep").json() == in_envelope(60_000)
    assert call("/api/metrics/other").status_code == 404


def test_otlp_is_transformed(call: Call, shop: Shop) -> None:
    otlp = call(f"/api/v3/traces/{shop.trace_id}").json()["result"]
    [made] = call("/api/transform", "POST", json=otlp).json()["data"]
    assert made == trace_of(shop)
    answer = call("/api/transform", "POST", content=b"{")
    assert answer.status_code == 400
    assert answer.json()["data"] is None


def test_there_is_no_archive_and_that_is_said(call: Call, shop: Shop) -> None:
    answer = call(f"/api/archive/{shop.trace_id}", "POST")
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["msg"].startswith("archive storage was not configured")


def test_an_engine_that_does_not_answer_is_told_in_their_shape() -> None:
    def fail() -> None:
        raise StorageError("could not reach the engine", retryable=True)

    call = call_of(EmptyStore(fail))
    answer = call("/api/services")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == in_envelope(None, errors=[{"code": 503, "msg": "could not reach the engine"}])
    assert call("/api/v3/services").json() == {"error": {"httpCode": 503, "message": "could not reach the engine"}}


NAMES = ["service", "operation", "start", "end", "limit", "minDuration", "maxDuration", "tag", "tags", "traceID", "raw"]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["1us", "-1", "9" * 19, '{"a":"b"}', '{"a":{}}', "a:b", "0", "true", "null", "1h5m", "\x00"]),
    st.integers(-(2**70), 2**70).map(str),
)


@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_search_is_an_error_of_the_hub(call_empty: Call, pairs: list[tuple[str, str]]) -> None:
    answer = call_empty("/api/traces", params=pairs)
    assert answer.status_code in (200, 400)
    assert set(answer.json()) == {"data", "total", "limit", "offset", "errors"}


@given(text=st.text(max_size=20), value=st.text(max_size=20))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_engine_takes_any_text(call: Call, shop: Shop, text: str, value: str) -> None:
    wanted = around(shop) | {"service": text, "operation": value, "tags": json.dumps({text: value})}
    assert call("/api/traces", params=wanted).json() == in_envelope([])
