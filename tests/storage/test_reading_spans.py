"""Spans are read back by value: times in nanoseconds, ids in hex, types kept, nothing invented."""

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from meshhub.model import Signal
from meshhub.testing.by_ids import of_request, of_trace
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import Proxy, key_values, load, proxy_attributes, span, traces_request
from meshhub.testing.records import blank
from storage.client import Store
from storage.records.spans import Span

LIMIT = {"limit": 1000}


def test_a_span_of_a_proxy_comes_back_in_columns(store: Store, folder: Path, sent: Exchange) -> None:
    attributes = proxy_attributes(
        sent.request,
        **{
            "http.method": "GET",
            "http.url": "http://reviews/reviews/7",
            "http.protocol": "HTTP/2",
            "http.status_code": "503",
            "node_id": "n1",
            "peer.address": "10.0.0.1",
            "request_size": "12",
            "response_size": "345",
            "response_flags": "UF",
            "upstream_cluster": "reviews.test",
            "user_agent": "curl/8",
            "upstream.peer.identity": "spiffe://m/ns/test/sa/reviews",
        },
    )
    made = span(
        "egress reviews", OtlpSpan.SPAN_KIND_CLIENT, trace_id=sent.trace, span_id="a1" * 8, parent_span_id="b2" * 8,
        start=sent.start, duration=1_234_567, attributes=attributes,
    )  # fmt: skip
    made.flags = 0x301
    made.trace_state = "vendor=1"
    made.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message="upstream failed"))
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made])])

    expected = replace(
        blank(Span),
        time_unix_nano=sent.start,
        duration_ns=1_234_567,
        trace_id=sent.trace,
        span_id="a1" * 8,
        parent_span_id="b2" * 8,
        trace_state="vendor=1",
        flags=0x301,
        name="egress reviews",
        kind="client",
        status_code="error",
        status_message="upstream failed",
        cluster="lab",
        namespace="test",
        service=sent.caller.service,
        version="v1",
        instance=sent.caller.name,
        scope_name="envoy",
        component="proxy",
        request_id=sent.request,
        node_id="n1",
        method="GET",
        url="http://reviews/reviews/7",
        protocol="HTTP/2",
        response_code=503,
        response_flags="UF",
        user_agent="curl/8",
        peer_address="10.0.0.1",
        request_size=12,
        response_size=345,
        upstream_cluster="reviews.test",
        attributes={"upstream.peer.identity": "spiffe://m/ns/test/sa/reviews"},
        resource_attributes=json.dumps(resource_of(sent.caller), separators=(",", ":")),
    )
    assert store.query("spans_by_ids", of_trace(store, sent.trace), Span) == [expected]
    assert store.query("spans_by_ids", of_request(store, sent.request), Span) == [expected]


def test_every_type_of_attribute_survives(store: Store, folder: Path, sent: Exchange) -> None:
    listed = AnyValue(array_value=ArrayValue(values=[AnyValue(string_value="a"), AnyValue(int_value=-1)]))
    values = {
        "text": AnyValue(string_value="λ"),
        "integer": AnyValue(int_value=-(2**63)),
        "float": AnyValue(double_value=1.5),
        "yes": AnyValue(bool_value=True),
        "no": AnyValue(bool_value=False),
        "bytes": AnyValue(bytes_value=b"\x00\xff"),
        "list": listed,
        "nothing": AnyValue(),
        "empty": AnyValue(string_value=""),
    }
    made = span(
        "work", OtlpSpan.SPAN_KIND_INTERNAL, trace_id=sent.trace, span_id="01" * 8, start=sent.start, duration=0
    )
    made.attributes.extend(KeyValue(key=key, value=value) for key, value in values.items())
    made.events.add(time_unix_nano=sent.start + 7, name="retry", attributes=key_values({"try": "2"}))
    made.links.add(trace_id=b"\x11" * 16, span_id=b"\x22" * 8, attributes=key_values({"why": "batch"}))
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made], scope="app")])

    [read] = store.query("spans_by_ids", of_trace(store, sent.trace), Span)
    assert read.attributes == {
        "text": "λ",
        "integer": str(-(2**63)),
        "float": "1.5",
        "yes": "true",
        "no": "false",
        "bytes": "00ff",
        "list": listed.array_value.SerializeToString().hex(),
        "nothing": "",
        "empty": "",
    }
    assert read.attribute_types == {
        "integer": "int", "float": "double", "yes": "bool", "no": "bool", "bytes": "bytes", "list": "array",
        "nothing": "none",
    }  # fmt: skip
    assert read.events == [(sent.start + 7, "retry", {"try": "2"})]
    assert read.links == [("11" * 16, "22" * 8, {"why": "batch"})]


def test_an_application_keeps_the_attributes_that_have_columns(store: Store, folder: Path, sent: Exchange) -> None:
    attributes = {"http.request.method": "GET", "url.full": "http://x/", "user_agent": "sdk"}
    made = span(
        "work", OtlpSpan.SPAN_KIND_SERVER, trace_id=sent.trace, span_id="01" * 8, start=sent.start, duration=0,
        attributes=attributes,
    )  # fmt: skip
    made.attributes.add(key="http.response.status_code", value=AnyValue(int_value=404))
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made], scope="app")])

    [read] = store.query("spans_by_ids", of_trace(store, sent.trace), Span)
    assert read.attributes == attributes | {"http.response.status_code": "404"}
    assert (read.method, read.url, read.response_code, read.component) == ("GET", "http://x/", 404, "")


def test_istios_own_attributes_win_over_the_resource(store: Store, folder: Path, sent: Exchange) -> None:
    attributes = {
        "istio.canonical_service": "reviews",
        "istio.canonical_revision": "v3",
        "istio.namespace": "bookinfo",
        "istio.cluster_id": "Kubernetes",
    }
    made = span(
        "reviews.bookinfo.svc.cluster.local:9080/*", OtlpSpan.SPAN_KIND_SERVER, trace_id=sent.trace, span_id="01" * 8,
        start=sent.start, duration=1, attributes=proxy_attributes(sent.request, **attributes),
    )  # fmt: skip
    request = traces_request(sent.caller, [made])
    del request.resource_spans[0].resource.attributes[:]
    load(store, folder, Signal.TRACES, [request])
    [read] = store.query("spans_by_ids", of_trace(store, sent.trace), Span)
    assert (read.cluster, read.namespace, read.service, read.version) == ("Kubernetes", "bookinfo", "reviews", "v3")
    assert read.attributes == attributes


def test_an_id_of_another_length_finds_nothing_and_harms_nothing(store: Store) -> None:
    for odd in ("", "ab", "ff" * 40, "no hex at all"):
        assert store.query("spans_by_ids", of_trace(store, odd), Span) == []


def test_a_short_trace_id_is_found_by_its_digits(store: Store, folder: Path, sent: Exchange) -> None:
    short = secrets.token_hex(8)
    made = span("work", OtlpSpan.SPAN_KIND_SERVER, trace_id=short, span_id="06" * 8, start=sent.start, duration=1)
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made])])
    found = [store.query("spans_by_ids", of_trace(store, id_), Span) for id_ in (short, short.zfill(32))]
    assert [[read.trace_id for read in spans] for spans in found] == [[short.zfill(32)]] * 2


def resource_of(proxy: Proxy) -> dict[str, Any]:
    return {attribute.key: attribute.value.string_value for attribute in proxy.resource().attributes}
