"""The calls of Kiali and of clients of Jaeger's API v3 over gRPC, by a real client on the real engine."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from dashboard.reads.compat import CompatReads
from meshhub.clock import SystemClock
from meshhub.errors import MeshhubError, StorageError
from meshhub.jaeger_grpc import api_v2, api_v3
from meshhub.jaeger_grpc import tempo as tempo_search
from meshhub.jaeger_grpc.api_v2 import QueryServiceV2
from meshhub.jaeger_grpc.idl import jaeger_api_v2_pb2 as v2
from meshhub.jaeger_grpc.idl import jaeger_api_v3_pb2 as v3
from meshhub.jaeger_grpc.idl import tempo_search_pb2 as tempo
from meshhub.jaeger_grpc.server import JaegerGrpcServer
from meshhub.jaeger_grpc.settings import JaegerGrpcSettings, JaegerTlsSettings
from meshhub.jaeger_grpc.spans import CHUNK_SPANS, chunks
from meshhub.settings import load_settings
from meshhub.settings.exposure import jaeger_needs_tokens
from meshhub.testing.fake_compat import EmptyStore, Shop
from meshhub.testing.hub import RunningHub
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import span_record
from storage.client import Store
from traces.compat.model import QueryFault, Trace

TIMEOUT = 20.0


class Client:
    """Calls one server as generated stubs would."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def call(self, method: str, request: Any, answer: Any) -> Any:
        send = self._channel.unary_unary(f"/{method}", type(request).SerializeToString, answer.FromString)
        return send(request, timeout=TIMEOUT)

    def stream(self, method: str, request: Any, answer: Any) -> list[Any]:
        send = self._channel.unary_stream(f"/{method}", type(request).SerializeToString, answer.FromString)
        return list(send(request, timeout=TIMEOUT))


@pytest.fixture(scope="module")
def shop(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop.opened()
    shop.load(embedded_store, tmp_path_factory.mktemp("compat-grpc"))
    return shop


def served(queries: Any) -> Iterator[Client]:
    server = JaegerGrpcServer(JaegerGrpcSettings(address="127.0.0.1:0"), CompatReads(queries, SystemClock()))
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    yield Client(channel)
    channel.close()
    server.stop()


@pytest.fixture(scope="module")
def client(embedded_store: Store) -> Iterator[Client]:
    yield from served(embedded_store)


@pytest.fixture
def broken() -> Iterator[Client]:
    def fail() -> None:
        raise StorageError("could not reach the engine", retryable=True)

    yield from served(EmptyStore(fail))


def at(ns: int) -> Timestamp:
    return Timestamp(seconds=ns // 10**9, nanos=ns % 10**9)


def kiali(shop: Shop, **tags: str) -> v2.FindTracesRequest:
    """As Kiali asks for the traces of an application."""
    query = v2.TraceQueryParameters(
        service_name=shop.cart_name,
        start_time_min=at(shop.start_ns - 10**9),
        start_time_max=at(time.time_ns()),
        tags=tags,
        duration_min=Duration(),
        search_depth=100,
    )
    return v2.FindTracesRequest(query=query)


def tags_of(tags: Any) -> dict[str, Any]:
    fields = {
        v2.STRING: "v_str",
        v2.BOOL: "v_bool",
        v2.INT64: "v_int64",
        v2.FLOAT64: "v_float64",
        v2.BINARY: "v_binary",
    }
    return {tag.key: getattr(tag, fields[tag.v_type]) for tag in tags}


def test_services_and_operations_of_v2(client: Client, shop: Shop) -> None:
    services = client.call(f"{api_v2.SERVICE}/GetServices", v2.GetServicesRequest(), v2.GetServicesResponse)
    assert {shop.cart_name, shop.pay_name} <= set(services.services)
    request = v2.GetOperationsRequest(service=shop.cart_name)
    operations = client.call(f"{api_v2.SERVICE}/GetOperations", request, v2.GetOperationsResponse)
    assert operations == v2.GetOperationsResponse(
        operationNames=["cart:8080/*", "check out"],
        operations=[
            v2.Operation(name="cart:8080/*", span_kind="server"),
            v2.Operation(name="check out", span_kind="internal"),
        ],
    )


def test_kiali_finds_the_traces_of_an_application(client: Client, shop: Shop) -> None:
    [chunk] = client.stream(f"{api_v2.SERVICE}/FindTraces", kiali(shop), v2.SpansResponseChunk)
    ingress, work, charge = chunk.spans
    trace = bytes.fromhex(shop.trace_id)
    assert [span.trace_id for span in chunk.spans] == [trace] * 3
    assert [span.span_id for span in chunk.spans] == [b"\x11" * 8, b"\x22" * 8, b"\x33" * 8]
    assert list(ingress.references) == []
    assert list(work.references) == [
        v2.SpanRef(trace_id=trace, span_id=b"\x11" * 8, ref_type=v2.CHILD_OF),
        v2.SpanRef(trace_id=b"\x01" * 16, span_id=b"\x02" * 8, ref_type=v2.FOLLOWS_FROM),
    ]
    assert (ingress.operation_name, ingress.start_time, ingress.duration) == (
        "cart:8080/*", at(shop.start_ns), Duration(nanos=20_000_000),
    )  # fmt: skip
    assert charge.process.service_name == shop.pay_name
    assert tags_of(charge.process.tags)["service.version"] == "v1"
    shown = tags_of(ingress.tags)
    assert (shown["component"], shown["http.status_code"], shown["upstream_cluster"]) == (
        "proxy", "200", "inbound|8080||",
    )  # fmt: skip
    assert shown["node_id"].startswith("sidecar~10.0.0.1~cart-v1-1.")
    assert tags_of(charge.tags)["error"] == "true"
    typed = tags_of(work.tags)
    assert (typed["items"], typed["ledger"], typed["total"], typed["gift"], typed["seal"]) == (
        3, 2**60, 12.5, True, b"\x00\xff",
    )  # fmt: skip
    [log] = work.logs
    assert (log.timestamp, tags_of(log.fields)) == (
        at(shop.start_ns + 3_000_000),
        {"event": "priced", "currency": "EUR"},
    )


def test_tags_narrow_a_search(client: Client, shop: Shop) -> None:
    method = f"{api_v2.SERVICE}/FindTraces"
    assert client.stream(method, kiali(shop, team=shop.team), v2.SpansResponseChunk)
    assert client.stream(method, kiali(shop, cluster="Kubernetes"), v2.SpansResponseChunk) == []


def test_a_trace_by_its_id(client: Client, shop: Shop) -> None:
    request = v2.GetTraceRequest(trace_id=bytes.fromhex(shop.trace_id))
    found = client.stream(f"{api_v2.SERVICE}/GetTrace", request, v2.SpansResponseChunk)
    assert found == client.stream(f"{api_v2.SERVICE}/FindTraces", kiali(shop), v2.SpansResponseChunk)


def test_dependencies_of_both_versions(client: Client, shop: Shop) -> None:
    window = {"start_time": at(shop.start_ns - 10**9), "end_time": at(shop.start_ns + 60 * 10**9)}
    second = client.call(
        f"{api_v2.SERVICE}/GetDependencies", v2.GetDependenciesRequest(**window), v2.GetDependenciesResponse
    )
    link = v2.DependencyLink(parent=shop.cart_name, child=shop.pay_name, call_count=1)
    assert link in second.dependencies
    third = client.call(
        f"{api_v3.SERVICE}/GetDependencies", v3.GetDependenciesRequest(**window), v3.DependenciesResponse
    )
    assert v3.Dependency(parent=shop.cart_name, child=shop.pay_name, call_count=1) in third.dependencies


@pytest.mark.parametrize(
    ("method", "request_message", "code"),
    [
        ("GetTrace", v2.GetTraceRequest(trace_id=b"\x09" * 16), grpc.StatusCode.NOT_FOUND),
        ("GetTrace", v2.GetTraceRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        ("FindTraces", v2.FindTracesRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        ("ArchiveTrace", v2.ArchiveTraceRequest(trace_id=b"\x09" * 16), grpc.StatusCode.UNIMPLEMENTED),
        ("Nothing", v2.GetServicesRequest(), grpc.StatusCode.UNIMPLEMENTED),
    ],
)
def test_what_cannot_be_answered_has_its_status(
    client: Client, method: str, request_message: Any, code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        client.stream(f"{api_v2.SERVICE}/{method}", request_message, v2.SpansResponseChunk)
    assert raised.value.code() == code


def test_an_engine_that_does_not_answer_is_unavailable(broken: Client) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        broken.call(f"{api_v2.SERVICE}/GetServices", v2.GetServicesRequest(), v2.GetServicesResponse)
    assert (raised.value.code(), raised.value.details()) == (grpc.StatusCode.UNAVAILABLE, "could not reach the engine")


def test_v3_speaks_otlp(client: Client, shop: Shop) -> None:
    services = client.call(f"{api_v3.SERVICE}/GetServices", v3.GetServicesRequest(), v3.GetServicesResponse)
    assert shop.cart_name in services.services
    request = v3.GetOperationsRequest(service=shop.pay_name)
    operations = client.call(f"{api_v3.SERVICE}/GetOperations", request, v3.GetOperationsResponse)
    assert operations == v3.GetOperationsResponse(operations=[v3.Operation(name="pay:8080/*", span_kind="server")])
    [data] = client.stream(f"{api_v3.SERVICE}/GetTrace", v3.GetTraceRequest(trace_id=shop.trace_id), TracesData)
    names = [span.name for group in data.resource_spans for span in group.scope_spans[0].spans]
    assert names == ["cart:8080/*", "check out", "pay:8080/*"]
    query = v3.TraceQueryParameters(
        service_name=shop.cart_name,
        attributes={"team": shop.team},
        start_time_min=at(shop.start_ns - 10**9),
        start_time_max=at(shop.start_ns + 10**9),
    )
    assert client.stream(f"{api_v3.SERVICE}/FindTraces", v3.FindTracesRequest(query=query), TracesData) == [data]
    [summaries] = client.stream(
        f"{api_v3.SERVICE}/FindTraceSummaries",
        v3.FindTraceSummariesRequest(query=query),
        v3.FindTraceSummariesResponse,
    )
    [summary] = summaries.summaries
    assert (summary.trace_id, summary.span_count, summary.error_span_count) == (shop.trace_id, 3, 1)


def test_kiali_searches_tempo_as_a_stream(client: Client, shop: Shop) -> None:
    method = f"{tempo_search.SERVICE}/Search"
    request = tempo.SearchRequest(
        Query=f'{{ .service.name = "{shop.pay_name}"  && .node_id =~ ".*"   }} && {{  }}'
        "| select(status, .service_name, .node_id, .component, .upstream_cluster, .http.method, .response_flags)",
        start=shop.start_ns // 10**9 - 1,
        end=shop.start_ns // 10**9 + 1,
        SpansPerSpanSet=10,
        Limit=100,
    )
    assert client.stream(method, request, tempo.SearchResponse) == [tempo.SearchResponse(metrics={})]
    request.Query = request.Query.replace(".node_id =~", ".component =~")
    [answer] = client.stream(method, request, tempo.SearchResponse)
    charge = tempo.Span(
        spanID="33" * 8,
        name="pay:8080/*",
        startTimeUnixNano=shop.start_ns + 5_000_000,
        durationNanos=3_000_000,
        attributes=[
            tempo.KeyValue(key=key, value=tempo.AnyValue(string_value=value))
            for key, value in (
                ("service.name", shop.pay_name), ("component", "proxy"), ("status", "error"),
                ("http.method", "POST"), ("response_flags", "UF"),
            )
        ],
    )  # fmt: skip
    spans = tempo.SpanSet(spans=[charge], matched=1)
    [found] = answer.traces
    assert found == tempo.TraceSearchMetadata(
        traceID=shop.trace_id,
        rootServiceName=shop.cart_name,
        rootTraceName="cart:8080/*",
        startTimeUnixNano=shop.start_ns,
        durationMs=20,
        spanSet=spans,
        spanSets=[spans],
    )
    quoted = {"team": shop.team, "seal": 'none of " and \\'}
    for tags, expected in (({"team": shop.team}, 1), (quoted, 0)):
        by_tags = tempo.SearchRequest(Tags=tags, start=request.start, end=request.end)
        [answer] = client.stream(method, by_tags, tempo.SearchResponse)
        assert len(answer.traces) == expected
    request.Query = "{ } >> { }"
    with pytest.raises(grpc.RpcError) as raised:
        client.stream(method, request, tempo.SearchResponse)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_a_filter_is_refused_never_ignored(client: Client) -> None:
    query = v3.TraceQueryParameters(service_name="cart", filter=b"\x0a\x02eq")
    with pytest.raises(grpc.RpcError) as raised:
        client.stream(f"{api_v3.SERVICE}/FindTraces", v3.FindTracesRequest(query=query), TracesData)
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_large_traces_come_in_messages_that_clients_take() -> None:
    proxy = Proxy("cart", "shop")
    small = [span_record(proxy, f"{number:016x}", "", number, 1) for number in range(CHUNK_SPANS + 1)]
    large = [span_record(proxy, f"{number:016x}", "", 0, 1, attributes={"a": "x" * 700_000}) for number in range(4)]
    sizes = [len(chunk.spans) for chunk in chunks([Trace("ab" * 16, small), Trace("ab" * 16, large)])]
    assert sizes == [CHUNK_SPANS, 2, 1, 1, 1]


@given(
    seconds=st.integers(-(2**63), 2**63 - 1),
    nanos=st.integers(-(2**31), 2**31 - 1),
    depth=st.integers(-(2**31), 2**31 - 1),
    tags=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)
@settings(max_examples=100, deadline=None)
def test_no_query_is_an_error_of_the_hub(seconds: int, nanos: int, depth: int, tags: dict[str, str]) -> None:
    service = QueryServiceV2(CompatReads(EmptyStore(), SystemClock()))
    query = v2.TraceQueryParameters(
        start_time_min=Timestamp(seconds=seconds, nanos=nanos),
        start_time_max=Timestamp(seconds=seconds, nanos=nanos),
        duration_min=Duration(seconds=seconds, nanos=nanos),
        search_depth=depth,
        tags=tags,
    )
    with suppress(QueryFault):
        assert list(service.find_traces(v2.FindTracesRequest(query=query))) == []


def test_an_address_that_is_taken_is_said_and_null_turns_it_off(embedded_store: Store, tmp_path: Path) -> None:
    reads = CompatReads(embedded_store, SystemClock())
    first = JaegerGrpcServer(JaegerGrpcSettings(address="127.0.0.1:0"), reads)
    first.start()
    with pytest.raises(MeshhubError, match=r"jaeger_grpc\.address"):
        JaegerGrpcServer(JaegerGrpcSettings(address=f"127.0.0.1:{first.port}"), reads).start()
    first.stop()
    first.stop()
    nothing = JaegerGrpcServer(JaegerGrpcSettings(address=None), reads)
    nothing.start()
    nothing.stop()
    assert nothing.port == 0
    tls = JaegerTlsSettings(cert_file=tmp_path / "none", key_file=tmp_path / "none")
    with pytest.raises(MeshhubError, match="could not listen"):
        JaegerGrpcServer(JaegerGrpcSettings(address="127.0.0.1:0", tls=tls), reads).start()


def test_other_machines_are_let_in_with_certificates_or_tokens_only() -> None:
    """That a hub asks for tokens is in test_hub_access.py."""
    everywhere = {"MESHHUB_JAEGER_GRPC__ADDRESS": "0.0.0.0:16685"}
    assert jaeger_needs_tokens(load_settings(None, everywhere).settings)
    mutual = {"CERT_FILE": "/cert", "KEY_FILE": "/key", "CLIENT_CA_FILE": "/ca"}
    tls = {f"MESHHUB_JAEGER_GRPC__TLS__{name}": path for name, path in mutual.items()}
    assert not jaeger_needs_tokens(load_settings(None, everywhere | tls).settings)


def test_a_real_hub_serves_them(hub: RunningHub) -> None:
    [port] = [entry["jaeger_grpc"] for entry in hub.log if "jaeger_grpc" in entry]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        Client(channel).call(f"{api_v2.SERVICE}/GetServices", v2.GetServicesRequest(), v2.GetServicesResponse)
    for path in ("/api/services", "/jaeger/api/v3/services", "/zipkin/api/v2/services", "/tempo/api/echo"):
        assert httpx.get(f"{hub.url}{path}", trust_env=False).status_code == 200
