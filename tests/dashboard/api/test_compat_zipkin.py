"""The requests of Zipkin's UI and clients, replayed on the real engine."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.testing.fake_compat import Call, EmptyStore, Shop, call_of
from storage.client import Store


@pytest.fixture(scope="module")
def shop(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop.opened()
    shop.load(embedded_store, tmp_path_factory.mktemp("compat-zipkin"))
    return shop


@pytest.fixture(scope="module")
def call_empty() -> Call:
    return call_of(EmptyStore())


@pytest.fixture(scope="module")
def call(embedded_store: Store) -> Call:
    return call_of(embedded_store)


def around(shop: Shop) -> dict[str, str]:
    return {"endTs": str(shop.start_ns // 10**6 + 1_000), "lookback": "3600000"}


def spans_of(shop: Shop) -> list[dict[str, Any]]:
    start = shop.start_ns // 1000
    request_id = f"11111111-1111-9111-8111-1111{shop.key}"
    return [
        {
            "traceId": shop.trace_id,
            "id": "11" * 8,
            "name": "cart:8080/*",
            "timestamp": start,
            "localEndpoint": {"serviceName": shop.cart_name},
            "tags": {
                "component": "proxy",
                "node_id": f"sidecar~10.0.0.1~cart-v1-1.{shop.namespace}~{shop.namespace}.svc.cluster.local",
                "guid:x-request-id": request_id,
                "http.method": "GET",
                "http.url": "http://cart:8080/",
                "http.protocol": "HTTP/1.1",
                "http.status_code": "200",
                "response_flags": "-",
                "upstream_cluster": "inbound|8080||",
                "request_size": "0",
                "response_size": "100",
                "istio.cluster_id": "lab",
            },
            "kind": "SERVER",
            "duration": 20_000,
        },
        {
            "traceId": shop.trace_id,
            "id": "22" * 8,
            "name": "check out",
            "timestamp": start + 2_000,
            "localEndpoint": {"serviceName": shop.cart_name},
            "tags": {
                "team": shop.team,
                "items": "3",
                "ledger": str(2**60),
                "total": "12.5",
                "gift": "true",
                "skus": '["a",7]',
                "seal": "AP8=",
            },
            "parentId": "11" * 8,
            "duration": 15_000,
            "annotations": [{"timestamp": start + 3_000, "value": '{"priced":{"currency":"EUR"}}'}],
        },
        {
            "traceId": shop.trace_id,
            "id": "33" * 8,
            "name": "pay:8080/*",
            "timestamp": start + 5_000,
            "localEndpoint": {"serviceName": shop.pay_name},
            "tags": {
                "component": "proxy",
                "guid:x-request-id": request_id,
                "http.method": "POST",
                "http.status_code": "503",
                "response_flags": "UF",
                "request_size": "0",
                "response_size": "0",
                "error": "true",
            },
            "parentId": "22" * 8,
            "kind": "SERVER",
            "duration": 3_000,
        },
    ]


@pytest.mark.parametrize("prefix", ["", "/zipkin"])
def test_lists_of_names(call: Call, shop: Shop, prefix: str) -> None:
    assert {shop.cart_name, shop.pay_name} <= set(call(f"{prefix}/api/v2/services").json())
    names = call(f"{prefix}/api/v2/spans", params={"serviceName": shop.cart_name}).json()
    assert names == ["cart:8080/*", "check out"]
    assert call(f"{prefix}/api/v2/remoteServices", params={"serviceName": shop.cart_name}).json() == []
    missing = call(f"{prefix}/api/v2/spans")
    assert (missing.status_code, missing.text) == (400, "serviceName parameter is missing")


def test_traces_by_their_ids(call: Call, shop: Shop) -> None:
    assert call(f"/zipkin/api/v2/trace/{shop.trace_id}").json() == spans_of(shop)
    assert call("/api/v2/traceMany", params={"traceIds": f"{shop.trace_id},abc"}).json() == [spans_of(shop)]
    absent = call("/api/v2/trace/abc")
    assert (absent.status_code, absent.text) == (404, "abc not found")
    empty = call("/api/v2/traceMany")
    assert (empty.status_code, empty.text) == (400, "traceIds parameter is empty")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"spanName": "check out"},
        {"spanName": "all"},
        {"annotationQuery": "team=TEAM and items=3"},
        {"annotationQuery": "response_flags and http.method=GET"},
        {"minDuration": "20000", "maxDuration": "30000", "limit": "10"},
        {"lookback": "99999999999999"},
    ],
)
def test_a_search_finds_whole_traces(call: Call, shop: Shop, more: dict[str, str]) -> None:
    wanted = around(shop) | {"serviceName": shop.cart_name} | {k: v.replace("TEAM", shop.team) for k, v in more.items()}
    assert call("/zipkin/api/v2/traces", params=wanted).json() == [spans_of(shop)]


@pytest.mark.parametrize(
    "more", [{"serviceName": "other"}, {"annotationQuery": "error=none"}, {"minDuration": "90000000"}]
)
def test_nothing_found_is_an_empty_list(call: Call, shop: Shop, more: dict[str, str]) -> None:
    answer = call("/api/v2/traces", params=around(shop) | {"serviceName": shop.cart_name} | more)
    assert (answer.status_code, answer.json()) == (200, [])


def test_dependencies(call: Call, shop: Shop) -> None:
    wanted = around(shop) | {"endTs": str(shop.start_ns // 10**6 + 60_000)}
    link = {"parent": shop.cart_name, "child": shop.pay_name, "callCount": 1, "errorCount": 1}
    assert link in call("/api/v2/dependencies", params=wanted).json()


def test_completion(call: Call, shop: Shop) -> None:
    assert "http.method" in call("/api/v2/autocompleteKeys").json()
    assert {"GET", "POST"} <= set(call("/api/v2/autocompleteValues", params={"key": "http.method"}).json())
    assert call("/api/v2/autocompleteValues", params={"key": "team"}).json() == []
    assert call("/zipkin/config.json").json()["searchEnabled"] is True


NAMES = ["serviceName", "spanName", "annotationQuery", "endTs", "lookback", "limit", "minDuration", "remoteServiceName"]
VALUES = st.text(max_size=20) | st.integers(-(2**70), 2**70).map(str) | st.sampled_from(["a and b=c", " and ", "="])


@given(pairs=st.dictionaries(st.sampled_from(NAMES), VALUES))
@settings(max_examples=100, deadline=None)
def test_no_search_is_an_error_of_the_hub(call_empty: Call, pairs: dict[str, str]) -> None:
    assert call_empty("/api/v2/traces", params=pairs).status_code in (200, 400)
    assert call_empty("/api/v2/dependencies", params=pairs).status_code in (200, 400)
