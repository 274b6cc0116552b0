"""Searches of other tracing tools on every engine: whatever text a condition has, it is that text which is found."""

from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from meshhub.model import Signal
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import load, span, traces_request
from storage.client import Store
from storage.records.compat import FoundTrace, Operation, ServiceName, TraceOutline

TEXTS = ["plain", 'it\'s "so"', "back\\slash", "tab\there", "new\nline", "λ 𝄞", "{x:String}", "%(a)s", "[('a')]", "\\'"]


def wanted(sent: Exchange, **more: object) -> dict[str, object]:
    window = {"start": sent.start - 10**9, "end": sent.start + 10**9}
    nothing = {"tenant": "", "service": "", "operation": "", "shortest": 0, "longest": 0}
    return {**window, **nothing, "limit": 10, "spans_per_trace": 2, **more}


@pytest.mark.parametrize("text", TEXTS)
def test_a_condition_finds_its_text_and_no_other(store: Store, folder: Path, sent: Exchange, text: str) -> None:
    made = span(
        "work", Span.SPAN_KIND_SERVER, trace_id=sent.trace, span_id="01" * 8, start=sent.start, duration=1000,
        attributes={f"key {text}": text},
    )  # fmt: skip
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made])])
    found = [FoundTrace(sent.trace, 1, ["01" * 8])]
    service = f"{sent.caller.service}.{sent.caller.namespace}"
    for key, value, expected in ((f"key {text}", text, found), (f"key {text}", f"{text}!", []), ("key", text, [])):
        conditions = [[("span", key, "=", value, 0.0)]]
        asked = wanted(sent, service=service, any_of=conditions)
        assert store.query("compat_traces_by_attributes", asked, FoundTrace) == expected
    assert store.query("compat_traces", wanted(sent, service=service, operation=text), FoundTrace) == []
    assert store.query("compat_traces", wanted(sent, service=service), FoundTrace) == found


def test_names_and_outlines(store: Store, folder: Path, sent: Exchange) -> None:
    root, orphan = (
        span(
            name, Span.SPAN_KIND_SERVER, trace_id=sent.trace, span_id=span_id, parent_span_id=parent,
            start=sent.start, duration=1000,
        )
        for name, span_id, parent in (("root", "01" * 8, ""), ("lost", "02" * 8, "03" * 8))
    )  # fmt: skip
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [root, orphan])])
    service = f"{sent.caller.service}.{sent.caller.namespace}"
    since = {"start": sent.start / 10**9 - 86_400, "tenant": "", "limit": 10_000}
    assert ServiceName(service) in store.query("compat_services", since, ServiceName)
    names = store.query("compat_operations", since | {"service": service, "kind": ""}, Operation)
    assert sorted(each.name for each in names) == ["lost", "root"]
    [outline] = store.query("compat_trace_outlines", {"trace_ids": [sent.trace], "tenant": ""}, TraceOutline)
    assert outline == TraceOutline(
        sent.trace, service, "root", sent.start, sent.start + 1000, 2, 0, 1, [(service, 2, 0)]
    )
