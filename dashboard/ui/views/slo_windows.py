"""The burn rates of an SLO's windows beside their thresholds, and how much of the budget's time was measured."""

from dash import html
from dash.development.base_component import Component

from alerting.budget import Coverage
from alerting.burn import BurnState, Verdict, WindowCounts
from alerting.evaluation.state import SloState
from alerting.reason import words
from alerting.specification.quantities import length_text
from dashboard.ui import format as fmt
from dashboard.ui.theme import MARKS
from dashboard.ui.views.parts import health_mark
from dashboard.ui.views.slo_standing import VERDICTS

ROOM = 1.5
"""The scale of a pair ends at so many times its threshold, or at its rate where that is more."""

_PARTS = (
    ("busy", "its requests were counted"),
    ("idle", "others sent, it had none"),
    ("silent", "nobody sent anything"),
    ("away", "the hub was not there"),
)


def windows(state: SloState) -> Component:
    """A block for each pair: both windows as bars on one scale with the threshold on it."""
    return html.Div([_pair(burn) for burn in state.burns], className="burn-pairs")


def coverage(found: Coverage) -> Component:
    """How the time since the budget began was measured, as one bar and in words."""
    minutes = {name: getattr(found, name) for name, _ in _PARTS}
    total = sum(minutes.values())
    if not total:
        return html.P("No time has passed yet.", className="muted")
    bar = [
        html.Span(className=f"part {name}", style={"width": f"{100 * minutes[name] / total:.2f}%"})
        for name, _ in _PARTS
        if minutes[name]
    ]
    key = [
        html.Li([html.Span(className=f"swatch {name}"), f"{fmt.share(minutes[name] / total)} {text}"])
        for name, text in _PARTS
        if minutes[name]
    ]
    return html.Div([html.Div(bar, className="coverage-bar"), html.Ul(key, className="coverage-key")])


def _pair(burn: BurnState) -> Component:
    rate = burn.rate
    health, word = VERDICTS[burn.verdict]
    most = max(rate.threshold * ROOM, burn.long_rate or 0.0, burn.short_rate or 0.0)
    head = f"{rate.severity} from {rate.threshold:g}×"
    if rate.after:
        head += f", after {length_text(rate.after)}"
    return html.Div(
        [
            html.Div([html.Span(head), health_mark(health, word)], className="head"),
            _bar(length_text(rate.long), burn.long_rate, burn.long, rate.threshold, most),
            _bar(length_text(rate.short), burn.short_rate, burn.short, rate.threshold, most),
        ],
        className=f"burn-pair {health}",
        title=_because(burn),
    )


def _bar(name: str, rate: float | None, window: WindowCounts, threshold: float, most: float) -> Component:
    over = rate is not None and rate >= threshold
    track = [
        html.Span(className="fill" + (" over" if over else ""), style={"width": f"{100 * (rate or 0) / most:.2f}%"}),
        html.Span(className="limit", style={"left": f"{100 * threshold / most:.2f}%"}),
    ]
    counted = f"{window.counts.bad:,} of {window.counts.total:,} bad" if window.measured else "not measured"
    return html.Div(
        [
            html.Span(name, className="muted"),
            html.Span(track, className="track" if window.measured else "track unmeasured"),
            html.Span(fmt.ABSENT if rate is None else f"{rate:.3g}×", className="rate"),
            html.Span(counted, className="muted small"),
        ],
        className="burn-bar",
    )


def _because(burn: BurnState) -> str:
    mark = MARKS[VERDICTS[burn.verdict][0]].glyph
    text = {
        Verdict.BURNING: "Both windows are at or over the threshold.",
        Verdict.CALM: "At least one window is below the threshold.",
        Verdict.HELD_BACK: "Both windows are over the threshold, but too few requests say so.",
        Verdict.UNKNOWN: "Nothing was measured in one of the windows: what was so before stays so.",
    }[burn.verdict]
    return f"{mark} {text}"


def budget_bar(state: SloState) -> Component:
    """What is left of the budget."""
    left = state.budget.remaining
    if left is None:
        return html.Div([html.Div(className="budget-bar unmeasured"), html.Span("no requests", className="muted")])
    level = "spent" if left <= 0 else "low" if left < 0.25 else "fine"
    fill = html.Span(className="fill", style={"width": f"{100 * max(0.0, min(left, 1.0)):.1f}%"})
    return html.Div(
        [html.Div(fill, className=f"budget-bar {level}"), html.Span(f"{words.percent(left)} left", className="value")],
        className="budget",
    )
