"""The requests of Grafana's Tempo data source and of Kiali on Tempo, replayed on the real engine."""

import base64
from typing import Any

import pytest
from google.protobuf.wrappers_pb2 import BytesValue
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from meshhub.errors import StorageError
from meshhub.testing.fake_compat import Call, EmptyStore, Shop, call_of
from storage.client import Store

PROTOBUF = {"Accept": "application/protobuf"}


@pytest.fixture(scope="module")
def shop(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop.opened()
    shop.load(embedded_store, tmp_path_factory.mktemp("compat-tempo"))
    return shop


@pytest.fixture(scope="module")
def call_empty() -> Call:
    return call_of(EmptyStore())


@pytest.fixture(scope="module")
def call(embedded_store: Store) -> Call:
    return call_of(embedded_store)


def around(shop: Shop) -> dict[str, str]:
    return {"start": str(shop.start_ns // 10**9 - 1), "end": str(shop.start_ns // 10**9 + 1)}


def text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def found(shop: Shop, spans: list[dict[str, Any]], matched: int) -> dict[str, Any]:
    span_set = {"spans": spans, "matched": matched}
    trace = {
        "traceID": shop.trace_id,
        "rootServiceName": shop.cart_name,
        "rootTraceName": "cart:8080/*",
        "startTimeUnixNano": str(shop.start_ns),
        "durationMs": 20,
        "spanSet": span_set,
        "spanSets": [span_set],
    }
    return {"traces": [trace], "metrics": {}}


def charge(shop: Shop, *attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "spanID": "33" * 8,
        "name": "pay:8080/*",
        "startTimeUnixNano": str(shop.start_ns + 5_000_000),
        "durationNanos": "3000000",
        "attributes": list(attributes),
    }


@pytest.mark.parametrize(("path", "expected"), [("/api/echo", "echo"), ("/status/services", "querier: Running\n")])
@pytest.mark.parametrize("prefix", ["", "/tempo", "/api/traces/v1/acme/tempo"])
def test_health_of_the_data_source(call: Call, prefix: str, path: str, expected: str) -> None:
    answer = call(f"{prefix}{path}")
    assert (answer.status_code, answer.text) == (200, expected)
    assert call(f"{prefix}/api/status/buildinfo").json()["version"] == "v2.9.0"


def test_kiali_searches_by_traceql(call: Call, shop: Shop) -> None:
    query = (
        f'{{ .service.name = "{shop.pay_name}"   }} && {{  }}| select(status, .service_name, .node_id, .component, '
        ".upstream_cluster, .http.method, .response_flags, resource.hostname)"
    )
    wanted = around(shop) | {"q": query, "spss": "10", "limit": "100", "minDuration": "1ms"}
    shown = charge(
        shop,
        text("service.name", shop.pay_name),
        text("status", "error"),
        text("component", "proxy"),
        text("http.method", "POST"),
        text("response_flags", "UF"),
    )
    assert call("/tempo/api/search", params=wanted).json() == found(shop, [shown], 1)


@pytest.mark.parametrize(
    "condition",
    [
        "span.http.status_code >= 500",
        "span.http.status_code = 503",
        'span.http.status_code = "503"',
        "status = error",
        "duration < 4ms",
        'name =~ "pay.*" && kind = server',
        '.response_flags != "-"',
        'resource.service.version = "v1" && .error = "true"',
        'name = "nothing" || status = error',
        'resource.service.name = "PAY"',
    ],
)
def test_grafana_searches_by_traceql(call: Call, shop: Shop, condition: str) -> None:
    condition = condition.replace("PAY", shop.pay_name)
    query = (
        f'{{resource.service.namespace="{shop.namespace}" && resource.service.instance.id="pay-v1-1" && ({condition})}}'
    )
    body = call("/api/search", params=around(shop) | {"q": query, "limit": "20", "spss": "3"}).json()
    assert [each["spanID"] for each in body["traces"][0]["spanSet"]["spans"]] == ["33" * 8]


def test_the_service_may_be_named_without_its_namespace(call: Call, shop: Shop) -> None:
    query = f'{{resource.service.name="cart" && resource.service.namespace="{shop.namespace}"}} | select(span.items)'
    body = call("/api/search", params=around(shop) | {"q": query, "spss": "1"}).json()
    assert body["traces"][0]["spanSet"]["matched"] == 2
    assert len(body["traces"][0]["spanSet"]["spans"]) == 1


@pytest.mark.parametrize("condition", ["status = ok", "duration > 1h", ".team = nothing".replace("nothing", '"x"')])
def test_nothing_found(call: Call, shop: Shop, condition: str) -> None:
    query = f'{{resource.service.name="{shop.cart_name}" && {condition}}}'
    answer = call("/tempo/api/search", params=around(shop) | {"q": query})
    assert (answer.status_code, answer.json()) == (200, {"traces": [], "metrics": {}})


def test_another_tenant_sees_nothing(call: Call, shop: Shop) -> None:
    base = "/api/traces/v1/acme/tempo/api"
    query = f'{{resource.service.name="{shop.cart_name}"}}'
    assert call(f"{base}/search", params=around(shop) | {"q": query}).json()["traces"] == []
    assert call(f"{base}/traces/{shop.trace_id}").status_code == 404
    assert call(f"/tempo/api/traces/{shop.trace_id}").status_code == 200


def test_a_query_that_cannot_be_read_says_where(call: Call) -> None:
    answer = call("/tempo/api/search", params={"q": "{} | rate()"})
    assert answer.status_code == 400
    assert answer.text == (
        "invalid TraceQL query: parse error at line 1, col 6: | rate is not supported: only | select(...) is"
    )


def test_a_trace_as_kiali_reads_it(call: Call, shop: Shop) -> None:
    batches = call(f"/tempo/api/traces/{shop.trace_id}").json()["batches"]
    assert [len(batch["scopeSpans"]) for batch in batches] == [1, 1, 1]
    assert batches[2]["resource"]["attributes"][0] == text("service.name", shop.pay_name)
    [span] = batches[2]["scopeSpans"][0]["spans"]
    assert span["traceId"] == base64.b64encode(bytes.fromhex(shop.trace_id)).decode()
    assert (span["kind"], span["status"], span["parentSpanId"]) == (
        "SPAN_KIND_SERVER", {"code": "STATUS_CODE_ERROR"}, base64.b64encode(b"\x22" * 8).decode(),
    )  # fmt: skip
    assert text("response_flags", "UF") in span["attributes"]


def test_a_trace_as_grafana_reads_it(call: Call, shop: Shop) -> None:
    first = call(f"/tempo/api/traces/{shop.trace_id}", headers=PROTOBUF)
    assert first.headers["content-type"] == "application/protobuf"
    data = TracesData.FromString(first.content)
    assert [group.scope_spans[0].spans[0].name for group in data.resource_spans] == [
        "cart:8080/*", "check out", "pay:8080/*",
    ]  # fmt: skip
    second = call(f"/api/v2/traces/{shop.trace_id}", headers=PROTOBUF)
    assert TracesData.FromString(BytesValue.FromString(second.content).value) == data
    body = call(f"/tempo/api/v2/traces/{shop.trace_id}").json()
    batches = call(f"/tempo/api/traces/{shop.trace_id}").json()["batches"]
    assert body == {"trace": {"resourceSpans": batches}, "metrics": {}}


@pytest.mark.parametrize("path", ["/tempo/api/traces/abc", "/api/v2/traces/abc"])
def test_a_trace_that_is_not_there(call: Call, path: str) -> None:
    answer = call(path)
    assert (answer.status_code, answer.text) == (404, "trace not found")
    assert call(path.replace("abc", "xyz")).status_code == 400


def test_names_of_tags(call: Call, shop: Shop) -> None:
    names = call("/tempo/api/search/tags", params=around(shop)).json()["tagNames"]
    assert {"service.name", "service.version", "team", "http.status_code", "istio.cluster_id", "status"} <= set(names)
    scopes = call("/tempo/api/v2/search/tags", params=around(shop)).json()["scopes"]
    assert [each["name"] for each in scopes] == ["resource", "span", "intrinsic"]
    assert scopes[2]["tags"] == ["duration", "kind", "name", "status"]
    [only] = call("/api/v2/search/tags", params=around(shop) | {"scope": "resource"}).json()["scopes"]
    assert "service.namespace" in only["tags"]
    assert call("/api/v2/search/tags", params={"scope": "moon"}).status_code == 400


@pytest.mark.parametrize(
    ("tag", "kind", "value"),
    [
        ("resource.service.name", "string", "PAY"),
        (".service.name", "string", "PAY"),
        ("span.http.status_code", "string", "503"),
        ("span.items", "int", "3"),
        ("status", "keyword", "error"),
        ("name", "string", "check out"),
        ("team", "string", "TEAM"),
    ],
)
def test_values_of_tags(call: Call, shop: Shop, tag: str, kind: str, value: str) -> None:
    value = value.replace("PAY", shop.pay_name).replace("TEAM", shop.team)
    typed = call(f"/tempo/api/v2/search/tag/{tag}/values", params=around(shop)).json()["tagValues"]
    assert {"type": kind, "value": value} in typed
    assert value in call(f"/tempo/api/search/tag/{tag}/values", params=around(shop)).json()["tagValues"]


def test_an_engine_that_does_not_answer_is_told() -> None:
    def fail() -> None:
        raise StorageError("could not reach the engine", retryable=True)

    answer = call_of(EmptyStore(fail))("/tempo/api/search")
    assert (answer.status_code, answer.text) == (503, "could not reach the engine")


VALUES = st.text(max_size=20) | st.integers(-(2**70), 2**70).map(str) | st.sampled_from(["{}", "a=b", "1s", '{.a="b"}'])
NAMES = st.sampled_from(["q", "tags", "start", "end", "limit", "spss", "minDuration", "maxDuration", "scope"])


@given(pairs=st.dictionaries(NAMES, VALUES), path=st.sampled_from(["search", "search/tags", "search/tag/x/values"]))
@settings(max_examples=100, deadline=None)
def test_no_search_is_an_error_of_the_hub(call_empty: Call, pairs: dict[str, str], path: str) -> None:
    assert call_empty(f"/tempo/api/{path}", params=pairs).status_code in (200, 400)


@given(key=st.text(max_size=10), value=st.text(max_size=10), operator=st.sampled_from(["=", "!=", "=~", "!~"]))
@settings(max_examples=30, deadline=None)
def test_the_engine_takes_every_query_that_is_read(embedded_store: Store, key: str, value: str, operator: str) -> None:
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    query = f'{{span."x{key}" {operator} {quoted}}}'
    assert call_of(embedded_store)("/tempo/api/search", params={"q": query}).status_code in (200, 400)
