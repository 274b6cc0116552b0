"""The memory of traces is bounded in time, number and size."""

from dataclasses import replace
from datetime import UTC, datetime

from dashboard.reads import recent_traces
from dashboard.reads.recent_traces import RecentTraces
from traces.journey import Evidence
from traces.trace import build_trace

EMPTY = build_trace("ab" * 16, Evidence((), (), ()))


class SetClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_a_trace_is_forgotten_after_its_time() -> None:
    clock = SetClock()
    recent = RecentTraces(clock)
    recent.keep("a", EMPTY, 20)
    clock.seconds = 19.9
    assert recent.get("a") is EMPTY
    clock.seconds = 20
    assert recent.get("a") is None


def test_those_asked_for_longest_ago_give_way() -> None:
    recent = RecentTraces(SetClock())
    for number in range(recent_traces.MAX_TRACES):
        recent.keep(str(number), EMPTY, 20)
    assert recent.get("0") is EMPTY
    recent.keep("new", EMPTY, 20)
    assert recent.get("0") is EMPTY
    assert recent.get("1") is None


def test_large_traces_push_out_others_but_are_kept_themselves() -> None:
    recent = RecentTraces(SetClock())
    recent.keep("small", EMPTY, 20)
    huge = replace(EMPTY, spans=(None,) * (recent_traces.MAX_SPANS + 1))  # type: ignore[arg-type]
    recent.keep("huge", huge, 20)
    assert recent.get("small") is None
    assert recent.get("huge") is huge
