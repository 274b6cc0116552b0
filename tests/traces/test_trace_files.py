"""Traces out of files and into them: OTLP and Jaeger JSON."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue

from meshhub.testing.otlp import Proxy
from meshhub.testing.records import span_record
from traces.otlp_json import UnreadableTrace, read_otlp, write_otlp
from traces.otlp_values import readable
from traces.trace_files import MAX_BYTES, read_trace_file
from traces.trace_ids import read_trace_id

TRACE = "ab" * 16
LIST = ArrayValue(values=[AnyValue(int_value=7), AnyValue(string_value="x")]).SerializeToString().hex()

JAEGER = {
    "data": [
        {
            "traceID": "AB" * 8,
            "processes": {"p1": {"serviceName": "shop", "tags": [{"key": "hostname", "value": "pod-1"}]}},
            "spans": [
                {"traceID": "ab" * 8, "spanID": "1", "operationName": "GET", "startTime": 1_000, "duration": 50,
                 "processID": "p1", "references": [], "tags": [
                     {"key": "span.kind", "type": "string", "value": "server"},
                     {"key": "error", "type": "bool", "value": True}],
                 "logs": [{"timestamp": 1_010, "fields": [{"key": "event", "value": "retry"}]}]},
                {"traceID": "ab" * 8, "spanID": "2", "operationName": "db", "startTime": 1_010, "duration": -3,
                 "processID": "p9", "references": [{"refType": "CHILD_OF", "traceID": "ab" * 8, "spanID": "1"}],
                 "tags": None},
            ],
        }
    ]
}  # fmt: skip


def test_what_is_written_is_read_again() -> None:
    span = span_record(
        Proxy("shop"), "01" * 8, "", 5, 7, kind="server", status_code="error", status_message="no",
        attributes={"n": "7", "f": "0.5", "yes": "true", "raw": "00ff", "list": LIST},
        attribute_types={"n": "int", "f": "double", "yes": "bool", "raw": "bytes", "list": "array"},
        component="proxy", request_id="r-1", response_code=503, scope_name="envoy",
        events=[(1_790_000_000_000_000_000, "retry", {"why": "reset"})], links=[("cd" * 16, "02" * 8, {})],
    )  # fmt: skip
    document = json.loads(json.dumps(write_otlp([span])))
    (back,) = read_otlp(document)
    for name in ("time_unix_nano", "duration_ns", "trace_id", "span_id", "name", "kind", "status_code", "service",
                 "namespace", "version", "instance", "cluster", "component", "request_id", "response_code", "events",
                 "links", "attribute_types", "scope_name"):  # fmt: skip
        assert getattr(back, name) == getattr(span, name), name
    assert span.attributes.items() <= back.attributes.items()
    values = {
        each["key"]: each["value"] for each in document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    }
    assert values["list"] == {"arrayValue": {"values": [{"intValue": "7"}, {"stringValue": "x"}]}}
    assert values["n"] == {"intValue": "7"}


def test_lists_are_written_out_for_people() -> None:
    assert readable(LIST, "array") == "[7, x]"
    assert readable("zz", "array") == "zz"
    assert readable("7", "int") == "7"


def test_jaeger_files_are_read() -> None:
    made = read_trace_file(json.dumps(JAEGER).encode())
    (trace,) = made.traces
    first, second = trace.spans
    assert (made.kind, trace.trace_id) == ("Jaeger", "00" * 8 + "ab" * 8)
    assert (first.span.service, first.span.instance, first.span.kind, first.error) == ("shop", "pod-1", "server", True)
    assert first.span.events == [(1_010_000, "retry", {})]
    assert (second.parent, second.length_ns, second.span.service) == (0, 0, "")
    assert [note.code for note in trace.notes] == ["negative-length"]


def test_ids_in_base64_and_names_of_enums_are_taken() -> None:
    span = {"traceId": "q6urq6urq6urq6urq6urqw==", "spanId": "AQEBAQEBAQE=", "name": "x", "kind": "SPAN_KIND_CLIENT",
            "startTimeUnixNano": 5, "endTimeUnixNano": "9", "status": {"code": "STATUS_CODE_ERROR"}}  # fmt: skip
    (made,) = read_otlp({"batches": [{"instrumentationLibrarySpans": [{"spans": [span]}]}]})
    assert (made.trace_id, made.span_id, made.kind, made.status_code) == (TRACE, "01" * 8, "client", "error")
    assert (made.time_unix_nano, made.duration_ns) == (5, 4)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no JSON"),
        (b"[1]", "neither OTLP JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"data": []}', "no span"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [7]}]}]}', "no span"),
        (b" " * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_trace_is_refused_with_the_reason(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableTrace, match=says):
        read_trace_file(content)


NODES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["resourceSpans", "scopeSpans", "spans", "attributes", "key", "value", "stringValue", "arrayValue",
                 "values", "kvlistValue", "intValue", "traceId", "spanId", "events", "links", "status", "code", "data",
                 "kind", "startTimeUnixNano", "endTimeUnixNano", "resource", "tags", "references", "processes",
                 "startTime", "duration", "traceID", "spanID", "processID", "logs", "fields", "scope", "name"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)  # fmt: skip


@example("data", {"spans": [{"processID": []}]})
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["resourceSpans", "data", "spans", "batches"]), NODES)
def test_any_document_is_read_or_refused(name: str, content: Any) -> None:
    try:
        made = read_trace_file(json.dumps({name: [content] if name != "x" else content}).encode())
    except UnreadableTrace:
        return
    assert all(trace.spans for trace in made.traces)
    json.dumps(write_otlp([each.span for each in made.traces[0].spans]))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (TRACE, TRACE),
        (f" {TRACE.upper()} ", TRACE),
        ("abababab-abab-abab-abab-abababababab", TRACE),
        ("AB" * 8, "00" * 8 + "ab" * 8),
        ("0x1f", "0" * 30 + "1f"),
        (f"00-{TRACE}-0102030405060708-01", TRACE),
        ("", ""),
        ("0000", ""),
        ("xyz", ""),
        ("a" * 33, ""),
        ("ä" * 9, ""),
    ],
)
def test_trace_ids_are_read_however_they_are_written(written: str, read: str) -> None:
    assert read_trace_id(written) == read
