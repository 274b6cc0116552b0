"""`meshhub slo`: files are checked without a hub; what a hub says of SLOs in lines of text."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.api.slo_view import show_backtest, show_explanation, show_slos
from meshhub.cli import main, slo_table
from meshhub.testing.fake_slos import FakeSloReads, evaluation
from meshhub.testing.mood import Mood

READS = FakeSloReads(Mood())


def sent(body: Any) -> Any:
    """As the API sends it."""
    return json.loads(json.dumps(body, default=lambda value: value.isoformat()))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exited:
        main(["slo", *arguments])
    return int(exited.value.code or 0)


def test_good_slos_are_said_to_be_good_with_their_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "slos.yaml"
    file.write_text("slos: [{name: a, service: s, objective: 99, indicator: {latency: {below: 312ms}}}]")
    assert run("check", str(file)) == 0
    out = capsys.readouterr().out
    assert "note: " in out
    assert "rounded to 310 ms" in out
    assert "The SLOs are good: 1 is promised." in out


def test_every_fault_is_said_and_the_code_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "slos.yaml"
    file.write_text("slos:\n  - {name: A, service: s, objective: 99}\n  - {name: b, service: s, objective: 100}\n")
    assert run("check", str(file)) == 2
    said = capsys.readouterr().err
    assert f"{file}:2: slos.0.name" in said
    assert f"{file}:3: slos.1.objective" in said


def test_slos_are_rows_worst_first() -> None:
    rows = list(slo_table.rows(sent(show_slos(evaluation()))))
    assert rows == [
        ("checkout-availability", "shop/checkout", "99.9 %", "BURNING", "16.4×", "34.4 %", "97.2 %"),
        ("gateway-all", "calls of shop/gateway", "99.5 %", "not measured", "–", "–", "97.2 %"),
        ("cart-latency", "shop/cart", "95 %", "ok", "0.04×", "99.8 %", "97.2 %"),
    ]


def test_an_explanation_is_lines_with_requests_to_look_at() -> None:
    lines = list(slo_table.explanation_lines(sent(show_explanation(READS.explanation("checkout-availability")))))
    assert lines[0].startswith("checkout-availability: 1.64 % of the requests of shop/checkout failed in the last 1h")
    assert "  97 % of those that failed are on version v2, which has 10 % of all." in lines
    assert lines[-1] == "  e.g. meshhub request 11111111-1111-4111-8111-111111111111  (503 UF, 12.4 ms)"


def test_a_backtest_says_how_often_and_when() -> None:
    past = READS.detail("checkout-availability", timedelta(days=7)).past
    lines = list(slo_table.backtest_lines(sent(show_backtest(past)), 7))
    assert lines[0].startswith(
        "checkout-availability would have alerted 2 times (2× page) in the last 7 days: 3,360 of"
    )
    assert lines[1:] == [
        "  page  2026-02-26 02:00 to 2026-02-26 02:24  at most 21.5×",
        "  page  2026-03-01 13:51 to now  at most 16.4×",
    ]
