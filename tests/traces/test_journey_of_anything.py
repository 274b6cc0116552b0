"""Whatever is stored of a request, a journey is built and no proxy's report is lost."""

import time
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from meshhub.testing.otlp import Proxy
from meshhub.testing.records import START, blank, client_log, server_log
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.journey import Evidence, build_journey
from traces.model import Journey, ProxyReport

names = st.sampled_from(["", "a", "b", "c"])
ids = st.sampled_from(["", "1", "2", "3", "ff" * 8])
texts = st.sampled_from(["", "UF", "UT,URX", "x{y}", "rbac[p]", "é<b>", "a" * 1000])
times = st.one_of(st.integers(START, START + 10**8), st.integers(-(2**62), 2**62))
durations = st.one_of(st.integers(0, 10**5), st.integers(0, 2**63))

access_logs = st.builds(
    AccessLog,
    **{name: names for name, kind in AccessLog.__annotations__.items() if kind is str}
    | dict.fromkeys(("time_unix_nano",), times)
    | {
        name: durations
        for name in AccessLog.__annotations__
        if name.endswith("_us") or name in ("bytes_sent", "bytes_received")
    }
    | {
        "log_type": st.sampled_from(["DownstreamEnd", "DownstreamStart", "UpstreamEnd", "TcpConnectionEnd", ""]),
        "reporter": st.sampled_from(["client", "server", "unknown"]),
        "transport": st.sampled_from(["http", "grpc", "tcp"]),
        "destination_kind": st.sampled_from(["service", "external", "passthrough", ""]),
        "trace_id": ids,
        "span_id": ids,
        "response_flags": texts,
        "response_code_details": texts,
        "connection_termination_details": texts,
        "upstream_transport_failure_reason": texts,
        "response_code": st.integers(0, 65535),
        "grpc_status": st.integers(-1, 127),
        "request_attempts": st.integers(0, 255),
        "attributes": st.just({}),
    },
)

spans = st.builds(
    Span,
    **{name: names for name, kind in Span.__annotations__.items() if kind is str}
    | {
        "time_unix_nano": times,
        "duration_ns": durations,
        "flags": st.just(0),
        "response_code": st.just(0),
        "request_size": st.just(0),
        "response_size": st.just(0),
        "kind": st.sampled_from(["server", "client", "internal", "unspecified"]),
        "component": st.sampled_from(["", "proxy"]),
        "trace_id": ids,
        "span_id": ids,
        "parent_span_id": ids,
        "attributes": st.sampled_from([{}, {"grpc.status_code": "x"}, {"grpc.status_code": "14"}]),
        "attribute_types": st.just({}),
        "events": st.lists(st.tuples(times, names, st.just({})), max_size=1),
        "links": st.just([]),
    },
)

records = st.builds(
    LogRecord,
    **{name: names for name, kind in LogRecord.__annotations__.items() if kind is str}
    | {"time_unix_nano": times, "severity_number": st.just(0), "span_id": ids, "attributes": st.just({})},
)


def reports_of(journey: Journey) -> list[ProxyReport]:
    found = [hop.client for hop in journey.hops] + [each.server for hop in journey.hops for each in hop.attempts]
    return [report for report in found if report is not None]


@given(
    st.text(max_size=50), st.lists(access_logs, max_size=15), st.lists(spans, max_size=8), st.lists(records, max_size=3)
)
def test_a_journey_is_built_and_every_report_is_in_it_once(
    request_id: str, logs: list[AccessLog], made: list[Span], lines: list[LogRecord]
) -> None:
    journey = build_journey(request_id, Evidence(logs, made, lines))
    ended = Counter(log.time_unix_nano for log in logs if log.log_type not in ("DownstreamStart", "UpstreamEnd"))
    shown = Counter(report.time_unix_nano for report in reports_of(journey))
    assert ended <= shown
    assert len(reports_of(journey)) <= len(logs) + len(made)
    assert journey.times.total_us == journey.duration_us == sum(journey.times.parts.values())
    assert all(sum(each.parts.values()) == each.time_us > 0 for each in journey.spent)
    assert all(sum(hop.times.parts.values()) == hop.times.total_us == hop.duration_us for hop in journey.hops)
    told = sum(len(workload.spans) for workload in journey.workloads)
    assert told <= len(made)
    assert sum(len(workload.logs) for workload in journey.workloads) == len(lines)


@given(st.lists(access_logs, max_size=15), st.lists(spans, max_size=8))
def test_hops_are_a_tree_with_parents_before_children(logs: list[AccessLog], made: list[Span]) -> None:
    hops = build_journey("id", Evidence(logs, made, [])).hops
    seen = {""}
    for hop in hops:
        assert hop.id not in seen
        assert hop.parent in seen
        assert hop.depth == hop.id.count(".")
        assert hop.client is not None or any(attempt.server for attempt in hop.attempts)
        assert hop.start_us >= 0
        seen.add(hop.id)


@given(st.lists(access_logs, max_size=10), st.lists(spans, max_size=5))
def test_the_order_in_which_reports_are_read_does_not_matter(logs: list[AccessLog], made: list[Span]) -> None:
    forward = build_journey("id", Evidence(logs, made, []))
    backward = build_journey("id", Evidence(logs[::-1], made, []))
    assert Counter(r.time_unix_nano for r in reports_of(forward)) == Counter(
        r.time_unix_nano for r in reports_of(backward)
    )
    assert len(forward.hops) == len(backward.hops)


def test_a_flood_of_calls_is_arranged_in_time() -> None:
    """2,000 reports: a loop that calls one service a thousand times, then a thousand services that call each other."""
    shop, cart = Proxy("shop"), Proxy("cart")
    loop = [
        log
        for number in range(1000)
        for log in (client_log(shop, cart, number * 2, 1), server_log(shop, cart, number * 2 + 50_000, 1))
    ]
    hosts = [Proxy(f"s{number}") for number in range(1001)]
    chain = [
        log
        for number in range(1000)
        for log in (
            client_log(hosts[number], hosts[number + 1], number, 5000 - 2 * number),
            server_log(hosts[number], hosts[number + 1], number + 0.5, 4999 - 2 * number),
        )
    ]
    started = time.process_time()
    assert sum(hop.server is not None for hop in build_journey("id", Evidence(loop, [], [])).hops) == 1000
    assert build_journey("id", Evidence(chain, [], [])).hops[-1].depth == 999
    assert time.process_time() - started < 20


def test_an_empty_row_is_a_report_like_any_other() -> None:
    journey = build_journey("", Evidence([blank(AccessLog)], [blank(Span)], [blank(LogRecord)]))
    assert len(journey.hops) == 1
