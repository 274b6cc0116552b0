"""Traces by value: the tree of whatever spans say, clocks, the critical path, self time, pairs, holes."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.testing.otlp import Proxy
from meshhub.testing.records import client_log, server_log, span_record
from storage.records.access_logs import AccessLog
from storage.records.spans import Span
from traces.journey import Evidence
from traces.trace import build_trace
from traces.trace_gaps import find_breaks
from traces.trace_model import NONE, Break, Flaw, Side, Trace

SHOP, CART, STOCK = Proxy("shop"), Proxy("cart"), Proxy("stock")
TRACE = "ab" * 16
MS = 1_000_000


def sid(number: int) -> str:
    return f"{number:016x}"


def a_span(proxy: Proxy, number: int, parent: int, at: float, length: float, **changes: object) -> Span:
    made = span_record(proxy, sid(number), sid(parent) if parent else "", at, length, **changes)
    return replace(made, name=f"s{number}") if "name" not in changes else made


def trace(*spans: Span, logs: tuple[AccessLog, ...] = ()) -> Trace:
    return build_trace(TRACE, Evidence(logs, spans, ()))


def drawn(made: Trace) -> list[str]:
    return [f"{'.' * each.depth}{each.span.name}" for each in made.spans]


def codes(made: Trace) -> list[str]:
    return [note.code for note in made.notes]


def test_children_stand_below_their_parents_by_start() -> None:
    made = trace(
        a_span(SHOP, 4, 1, 60, 20), a_span(SHOP, 1, 0, 0, 100), a_span(SHOP, 3, 2, 12, 5), a_span(SHOP, 2, 1, 10, 40)
    )
    assert drawn(made) == ["s1", ".s2", "..s3", ".s4"]
    assert [(each.parent, each.below) for each in made.spans] == [(NONE, 3), (0, 1), (1, 0), (0, 0)]
    assert [each.self_ns / MS for each in made.spans] == [40, 35, 5, 20]
    assert (made.length_ns, made.roots, made.main_root, made.notes) == (100 * MS, (0,), 0, ())


def test_nothing_is_no_trace() -> None:
    made = trace()
    assert (made.spans, made.roots, made.main_root, made.length_ns, made.notes) == ((), (), NONE, 0, ())


def test_the_critical_path_follows_what_ended_last_and_leaves_out_what_ran_beside_it() -> None:
    made = trace(
        a_span(SHOP, 1, 0, 0, 100),
        a_span(SHOP, 2, 1, 10, 30),
        a_span(SHOP, 3, 1, 15, 10),
        a_span(SHOP, 4, 1, 50, 45),
        a_span(SHOP, 5, 4, 60, 100),
        a_span(SHOP, 6, 1, 20, 500, kind="consumer"),
    )
    path = {each.span.name: [(a / MS, b / MS) for a, b in each.critical] for each in made.spans}
    assert path == {
        "s1": [(0, 10), (40, 50), (95, 100)],
        "s2": [(10, 40)],
        "s3": [],
        "s6": [],
        "s4": [(50, 60)],
        "s5": [(60, 95)],
    }
    assert sum(b - a for each in made.spans for a, b in each.critical) == 100 * MS


@pytest.mark.parametrize("late", [-3_600_000, -250, 250, 3_600_000])
def test_a_skewed_clock_is_corrected_and_said(late: float) -> None:
    made = trace(
        a_span(SHOP, 1, 0, 0, 100, kind="client"),
        a_span(CART, 2, 1, 10 - late, 50, kind="server"),
        a_span(CART, 3, 2, 20 - late, 10),
    )
    assert drawn(made) == ["s1", ".s2", "..s3"]
    assert made.spans[1].start_ns == 25 * MS
    assert made.spans[2].start_ns == 35 * MS
    assert [(clock.service, clock.spans) for clock in made.clocks] == [("cart", 2)]
    assert codes(made) == ["clock-skew"]
    assert ("behind" if late > 0 else "ahead") in made.notes[0].text


def test_clocks_that_may_be_right_are_left_alone_and_so_is_work_handed_over() -> None:
    made = trace(
        a_span(SHOP, 1, 0, 0, 100, kind="producer"),
        a_span(CART, 2, 1, 7_200_000, 50, kind="consumer"),
        a_span(STOCK, 3, 1, 90, 5, kind="server"),
    )
    assert made.clocks == ()
    assert made.length_ns == 7_200_050 * MS


def test_a_missing_parent_does_not_set_the_clock() -> None:
    made = trace(a_span(CART, 9, 77, -500, 5), a_span(SHOP, 1, 0, 0, 100), a_span(CART, 2, 1, -490, 50, kind="server"))
    assert [clock.service for clock in made.clocks] == ["cart"]


def test_cycles_and_self_parents_become_roots_and_every_span_is_shown_once() -> None:
    made = trace(a_span(SHOP, 1, 3, 0, 9), a_span(SHOP, 2, 1, 1, 7), a_span(SHOP, 3, 2, 2, 5), a_span(SHOP, 4, 4, 3, 1))
    assert drawn(made) == ["s1", ".s2", "..s3", "s4"]
    assert [each.flaws for each in made.spans] == [(Flaw.CYCLE,), (), (), (Flaw.SELF_PARENT,)]
    assert codes(made) == ["self-parent", "cycle"]


def test_repeated_ids_are_told_from_copies_and_from_shared_spans() -> None:
    twice = a_span(SHOP, 2, 1, 1, 2)
    made = trace(
        a_span(SHOP, 1, 0, 0, 10),
        twice,
        twice,
        replace(twice, name="other"),
        a_span(SHOP, 3, 1, 5, 4, kind="client"),
        a_span(CART, 3, 1, 6, 2, kind="server", name="shared"),
        a_span(CART, 4, 3, 6.5, 1),
    )
    assert drawn(made) == ["s1", ".s2", ".other", ".s3", "..shared", "...s4"]
    assert codes(made) == ["repeated-id", "copies"]
    assert [each.span.name for each in made.spans if each.flaws] == ["other"]


def test_two_roots_hours_apart_are_both_shown_on_one_scale() -> None:
    hours = 5 * 3_600_000
    made = trace(a_span(SHOP, 1, 0, 0, 10), a_span(SHOP, 2, 1, 1, 8), a_span(CART, 3, 0, hours, 20))
    assert drawn(made) == ["s1", ".s2", "s3"]
    assert (made.roots, made.length_ns) == ((0, 2), (hours + 20) * MS)
    assert made.spans[2].start_ns == hours * MS


def test_negative_lengths_are_shown_as_none() -> None:
    made = trace(replace(a_span(SHOP, 1, 0, 0, 1), duration_ns=-5))
    assert (made.spans[0].length_ns, codes(made)) == (0, ["negative-length"])


def test_errors_are_told_from_errors_below() -> None:
    made = trace(
        a_span(SHOP, 1, 0, 0, 10), a_span(SHOP, 2, 1, 1, 8), a_span(SHOP, 3, 2, 2, 2, response_code=503),
        a_span(SHOP, 4, 2, 5, 2, status_code="error"), a_span(SHOP, 5, 1, 9, 1, response_code=404),
    )  # fmt: skip
    assert [(each.error, each.errors_below) for each in made.spans] == [
        (False, 2), (False, 2), (True, 0), (True, 0), (False, 0)
    ]  # fmt: skip


def test_a_proxy_is_paired_with_its_application_on_both_ways() -> None:
    made = trace(
        a_span(SHOP, 1, 0, 0, 100, kind="client"),
        a_span(SHOP, 2, 1, 2, 90, kind="client", component="proxy"),
        a_span(CART, 3, 2, 10, 60, kind="server", component="proxy"),
        a_span(CART, 4, 3, 15, 40, kind="server"),
    )
    assert [(pair.side, pair.outer, pair.inner, pair.overhead_ns // MS) for pair in made.pairs] == [
        (Side.OUTBOUND, 0, 1, 10),
        (Side.INBOUND, 2, 3, 20),
    ]


def test_a_missing_span_is_blamed_on_whom_the_access_logs_name() -> None:
    logged = server_log(SHOP, CART, 0, 5, span_id=sid(77), trace_id=TRACE)
    called = server_log(STOCK, CART, 0, 5, span_id=sid(2), trace_id=TRACE)
    made = trace(a_span(SHOP, 1, 77, 0, 5), a_span(CART, 2, 88, 1, 5, kind="server"), logs=(logged, called))
    assert [(gap.span_id, gap.service) for gap in made.gaps] == [(sid(77), "cart"), (sid(88), "stock")]
    assert codes(made) == ["missing-span", "missing-span"]
    assert made.access_logs[sid(2)] == (called,)


@pytest.mark.parametrize(
    ("changes", "blamed"),
    [
        ({"kind": "client", "component": "proxy"}, "cart"),
        ({"kind": "server", "component": "proxy"}, ""),
        ({"kind": "internal"}, "cart"),
    ],
)
def test_without_access_logs_the_kind_of_span_tells_who_broke_it(changes: dict[str, str], blamed: str) -> None:
    (gap,) = trace(a_span(CART, 2, 88, 1, 5, **changes)).gaps
    assert gap.service == blamed
    assert "did not" in gap.why


def test_a_service_that_goes_on_with_another_trace_is_named() -> None:
    logs = [
        server_log(SHOP, CART, 0, 9, trace_id=TRACE),
        client_log(CART, STOCK, 1, 5, trace_id="cd" * 16),
        client_log(CART, STOCK, 2, 5, trace_id="cd" * 16),
        client_log(SHOP, CART, 0, 9, trace_id=TRACE),
    ]
    assert find_breaks(logs) == [Break("cart", TRACE, "cd" * 16)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([SHOP, CART, STOCK]), st.integers(0, 6), st.integers(0, 8), st.integers(-50, 50),
            st.integers(-5, 60), st.sampled_from(["client", "server", "internal", "producer", "consumer"]),
        ),
        max_size=14,
    )
)  # fmt: skip
def test_any_spans_make_a_trace_in_which_each_is_once(
    given_spans: list[tuple[Proxy, int, int, int, int, str]],
) -> None:
    spans = [
        a_span(proxy, number, parent, at, length, kind=kind) for proxy, number, parent, at, length, kind in given_spans
    ]
    made = trace(*spans)
    assert {(each.span.span_id, each.span.time_unix_nano) for each in made.spans} == {
        (span.span_id, span.time_unix_nano) for span in spans
    }
    for each in made.spans:
        assert each.start_ns >= 0
        assert 0 <= each.self_ns <= each.length_ns
        assert each.parent < each.index
        assert all(below.depth > each.depth for below in made.spans[each.index + 1 : each.index + 1 + each.below])
    sections = sorted(section for each in made.spans for section in each.critical)
    assert all(one[1] <= other[0] for one, other in pairwise(sections))
    if made.main_root != NONE:
        assert sum(end - start for start, end in sections) == made.spans[made.main_root].length_ns


def test_a_chain_of_many_thousands_is_no_trouble() -> None:
    made = trace(*(a_span(SHOP, number, number - 1, number / 1000, 50) for number in range(1, 20_001)))
    assert made.spans[-1].depth == 19_999
    assert made.spans[0].below == 19_999
