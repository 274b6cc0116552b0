"""Calls between services by parents and children of spans: each counts once, whatever is asked again."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from meshhub.model import Signal
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import Proxy, load, span, traces_request
from storage.client import Store
from storage.records.edges import ServiceEdgeReport

MINUTE = 60
CALLER, CALLEE, INNER, OTHER = ("01" * 8, "02" * 8, "03" * 8, "04" * 8)
CLIENT, SERVER, INTERNAL = OtlpSpan.SPAN_KIND_CLIENT, OtlpSpan.SPAN_KIND_SERVER, OtlpSpan.SPAN_KIND_INTERNAL
NEVER = 2**32 - 1
"""When no span is late any more."""


_ago = itertools.count(3, 3)


def exchange() -> tuple[Exchange, int]:
    """An exchange in a minute some minutes ago, and that minute, which is no other test's: it counts once."""
    minute = (int(time.time()) // MINUTE - next(_ago)) * MINUTE
    return Exchange.of((minute + 30) * 10**9), minute


def made(sent: Exchange, kind: "OtlpSpan.SpanKind.ValueType", span_id: str, parent: str = "") -> OtlpSpan:
    return span(
        "work", kind, trace_id=sent.trace, span_id=span_id, parent_span_id=parent, start=sent.start, duration=2_000_000
    )


def calls(store: Store, sent: Exchange, reporter: str = "server") -> list[ServiceEdgeReport]:
    question = {"start": sent.start / 1e9 - 120, "end": sent.start / 1e9 + 120, "by": "service", "limit": 10_000}
    found = store.query("service_edges_in_window", question, ServiceEdgeReport)
    return [
        edge
        for edge in found
        if edge.reporter == reporter and sent.caller.service in edge.destination_service + edge.source_service
    ]


def test_a_servers_span_under_another_services_is_a_call_and_counts_once(store: Store, folder: Path) -> None:
    sent, minute = exchange()
    own = [made(sent, CLIENT, CALLER), made(sent, INTERNAL, INNER, CALLEE), made(sent, SERVER, OTHER, CALLER)]
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, own)])
    load(store, folder, Signal.TRACES, [traces_request(sent.callee, [made(sent, SERVER, CALLEE, CALLER)])])
    for again in (minute - MINUTE, minute, minute, minute + MINUTE):
        store.count_calls_by_parent(again, NEVER)
    [edge] = calls(store, sent)
    assert (edge.signal, edge.source_service, edge.destination_service) == (
        "span", sent.caller.service, sent.callee.service,
    )  # fmt: skip
    assert (edge.requests, edge.duration_us_sum, edge.outcomes) == (1, 2000, ([(200, -1, "", "unknown")], [1]))
    assert edge.destination_kind == "service"


def test_both_ends_may_share_one_span_id(store: Store, folder: Path) -> None:
    sent, minute = exchange()
    asking = [made(sent, SERVER, OTHER), made(sent, CLIENT, CALLEE, OTHER)]
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, asking)])
    load(store, folder, Signal.TRACES, [traces_request(sent.callee, [made(sent, SERVER, CALLEE, OTHER)])])
    store.count_calls_by_parent(minute, NEVER)
    [edge] = calls(store, sent)
    assert (edge.source_service, edge.requests) == (sent.caller.service, 1)


def test_what_ends_without_an_http_status_ends_as_the_span_says(store: Store, folder: Path) -> None:
    sent, minute = exchange()
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made(sent, CLIENT, CALLER)])])
    failed, grpc, refused = (made(sent, SERVER, span_id, CALLER) for span_id in (CALLEE, INNER, OTHER))
    failed.status.code = Status.STATUS_CODE_ERROR
    for each, status in ((grpc, 0), (refused, 14)):
        each.attributes.add(key="rpc.system").value.string_value = "grpc"
        each.attributes.add(key="rpc.grpc.status_code").value.int_value = status
    load(store, folder, Signal.TRACES, [traces_request(sent.callee, [failed, grpc, refused])])
    store.count_calls_by_parent(minute, NEVER)
    [edge] = calls(store, sent)
    assert sorted(edge.outcomes[0]) == [
        (200, 0, "", "unknown"), (200, 14, "", "unknown"), (500, -1, "", "unknown"),
    ]  # fmt: skip
    assert edge.grpc_requests == 2


def sent_at(store: Store, folder: Path, sent: Exchange, made_by: Proxy, spans: Sequence[OtlpSpan], second: int) -> None:
    load(store, folder, Signal.TRACES, [traces_request(made_by, spans)], received=second * 10**9)


def look_twice(store: Store, minute: int) -> None:
    """Both looks, each asked for again, as after a crash or by another hub."""
    for _ in range(2):
        store.count_calls_by_parent(minute, minute + 90)
        store.count_calls_by_parent(minute, minute + 360, minute + 90)


def test_a_call_whose_parent_or_child_came_late_counts_in_the_second_look_and_once(store: Store, folder: Path) -> None:
    sent, minute = exchange()
    other = "05" * 8
    served = [made(sent, SERVER, CALLEE, CALLER), made(sent, SERVER, INNER, OTHER)]
    sent_at(store, folder, sent, sent.callee, served, minute + 90)
    sent_at(store, folder, sent, sent.caller, [made(sent, CLIENT, CALLER)], minute + 80)
    store.count_calls_by_parent(minute, minute + 90)
    assert calls(store, sent)[0].requests == 1
    sent_at(store, folder, sent, sent.caller, [made(sent, CLIENT, OTHER)], minute + 91)
    sent_at(store, folder, sent, sent.callee, [made(sent, SERVER, other, CALLER)], minute + 360)
    sent_at(store, folder, sent, sent.callee, [made(sent, SERVER, "06" * 8, CALLER)], minute + 361)
    look_twice(store, minute)
    [edge] = calls(store, sent)
    assert (edge.requests, edge.source_service) == (3, sent.caller.service)


def test_a_parent_that_comes_again_late_makes_no_call_of_what_was_one(store: Store, folder: Path) -> None:
    sent, minute = exchange()
    asking = [made(sent, CLIENT, CALLER)]
    sent_at(store, folder, sent, sent.caller, asking, minute + 70)
    sent_at(store, folder, sent, sent.callee, [made(sent, SERVER, CALLEE, CALLER)], minute + 70)
    sent_at(store, folder, sent, sent.caller, asking, minute + 200)
    sent_at(
        store, folder, sent, Proxy(f"{sent.caller.service}-other"), [made(sent, CLIENT, CALLEE, CALLER)], minute + 200
    )
    look_twice(store, minute)
    [edge] = calls(store, sent)
    assert edge.requests == 1, "also where a span that came later names a closer caller"


def test_what_was_loaded_after_its_look_does_not_make_a_call_count_twice(store: Store, folder: Path) -> None:
    """A segment may wait for longer than the look does: its calls are missing then, and no others are there twice."""
    sent, minute = exchange()
    sent_at(store, folder, sent, sent.caller, [made(sent, CLIENT, CALLER)], minute + 70)
    sent_at(store, folder, sent, sent.callee, [made(sent, SERVER, CALLEE, CALLER)], minute + 70)
    store.count_calls_by_parent(minute, minute + 90)
    sent_at(store, folder, sent, sent.callee, [made(sent, SERVER, INNER, CALLER)], minute + 70)
    look_twice(store, minute)
    [edge] = calls(store, sent)
    assert edge.requests == 1
