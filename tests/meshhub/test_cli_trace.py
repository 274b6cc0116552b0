"""The text waterfall of a trace, by value."""

from dashboard.api.trace_body import TraceBody
from dashboard.api.trace_view import show_trace
from meshhub.cli.output import printable
from meshhub.cli.trace_waterfall import BESIDE, ON_PATH, WIDTH, bar, choose, heading, lines, remarks
from meshhub.testing.fake_traces import FakeTraceReads
from meshhub.testing.mood import Mood
from meshhub.testing.traces import HOSTILE_ID, TRACE_ID


def body_of(trace_id: str) -> TraceBody:
    return show_trace(FakeTraceReads(Mood()).trace(trace_id))


def test_a_trace_is_a_waterfall_with_its_critical_path() -> None:
    body = body_of(TRACE_ID)
    head = [line.plain for line in heading(body)]
    assert head[0] == f"trace {TRACE_ID}"
    assert "187 ms" in head[1]
    assert "2 errors" in head[1] or "3 errors" in head[1]
    rows = list(lines(body, choose(body, 100, errors=False)))
    assert len(rows) == len(body["spans"])
    assert "gateway* ingress /checkout/91" in str(rows[0][0])
    assert any("504 UT" in str(row[1]) for row in rows)
    assert all(len(str(row[-1])) <= WIDTH for row in rows)
    assert any("clock of payment" in line.plain for line in remarks(body, 100))


def test_only_what_failed_and_what_is_above_it() -> None:
    body = body_of(TRACE_ID)
    chosen = choose(body, 100, errors=True)
    assert 0 in chosen
    assert len(chosen) < len(body["spans"])
    assert choose(body, 2, errors=False) == [0, 1]
    assert next(remarks(body, 2)).plain.startswith(f"{len(body['spans']) - 2} more spans")


def test_bars_stay_on_the_axis_whatever_a_trace_says() -> None:
    body = body_of(HOSTILE_ID)
    for span in body["spans"]:
        drawn = bar(span, body["length_ns"])
        assert 0 < len(drawn) <= WIDTH
        assert set(drawn.strip()) <= {ON_PATH, BESIDE}
    for row in lines(body, choose(body, 10, errors=False)):
        assert [printable(cell).plain for cell in row]
