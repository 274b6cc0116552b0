"""How the shape of one trace differs from that of another, path by path."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.theme import service_colours
from dashboard.ui.views.parts import code, link
from dashboard.ui.views.trace_summary import service_name
from traces.structure import Change, Difference, Shape
from traces.trace_model import Trace

MAX_ROWS = 1_000
NOTABLE_NS = 1_000_000

_WORDS = {
    Change.SAME: ("=", "same"),
    Change.ADDED: ("+", "only in the second"),
    Change.REMOVED: ("−", "only in the first"),
    Change.COUNT: ("≠", "another number of spans"),
    Change.ERRORS: ("!", "another number of errors"),
}


def comparison(before: Trace, after: Trace, differences: Sequence[Difference], links: Links) -> Component:
    """A sentence, then the tree of both traces together; a path that differs says how."""
    back = link("Leave the comparison", links.here("trace", **{"with": ""}))
    swap = link("Swap", links.here("trace", id=after.trace_id, span="", **{"with": before.trace_id}))
    colours = service_colours([*before.services, *after.services])
    rows = [_row(each, colours) for each in differences[:MAX_ROWS]]
    hidden = len(differences) - len(rows)
    return html.Div(
        [
            html.Div([html.H2("Two traces compared"), html.Span([swap, " · ", back])], className="trace-title"),
            html.P(["From ", code(before.trace_id), " to ", code(after.trace_id), "."]),
            html.P(_sentence(before, after, differences)),
            html.Div([_heads(), *rows], className="compared"),
            html.P(f"{hidden:,} more paths.", className="muted") if hidden > 0 else None,
        ],
        className="card trace-compare",
    )


def _sentence(before: Trace, after: Trace, differences: Sequence[Difference]) -> str:
    counts = Counter(each.change for each in differences)
    longer = after.length_ns - before.length_ns
    took = (
        f"It took {fmt.duration(abs(longer) / 1e3)} {'longer' if longer > 0 else 'less'}"
        if longer
        else "It took as long"
    )
    parts = [
        f"{counts[change]} {words}"
        for change, words in (
            (Change.ADDED, "added"),
            (Change.REMOVED, "removed"),
            (Change.COUNT, "with another number of spans"),
            (Change.ERRORS, "with another number of errors"),
        )
        if counts[change]
    ]
    says = ", ".join(parts) or "the same shape"
    return f"{took} ({fmt.duration(before.length_ns / 1e3)} → {fmt.duration(after.length_ns / 1e3)}); paths: {says}."


def _heads() -> Component:
    heads = ("Path", "", "Spans", "Errors", "Mean time", "Longer by")
    return html.Div([html.Span(text) for text in heads], className="compared-row heads")


def _row(each: Difference, colours: Mapping[str, str]) -> Component:
    glyph, word = _WORDS[each.change]
    name = [service_name(each.step[0], colours), html.Span(each.step[1][:160], className="what")]
    longer = each.longer_ns
    return html.Div(
        [
            html.Span(name, style={"paddingLeft": f"{16 * min(each.depth, 30)}px"}, className="path"),
            html.Span([html.B(glyph), f" {word}"] if each.change is not Change.SAME else "", className="change"),
            html.Span(_both(each, lambda shape: f"{shape.spans:,}")),
            html.Span(_both(each, lambda shape: f"{shape.errors:,}")),
            html.Span(_both(each, lambda shape: fmt.duration(shape.length_ns / shape.spans / 1e3))),
            html.Span(
                f"{'+' if longer > 0 else ''}{fmt.duration(longer / 1e3)}" if abs(longer) >= NOTABLE_NS else "",
                className="longer" if longer > 0 else "shorter",
            ),
        ],
        className=f"compared-row {each.change}",
        title=word,
    )


def _both(each: Difference, say: Callable[[Shape], str]) -> str:
    before, after = (say(side) if side else fmt.ABSENT for side in (each.before, each.after))
    return before if before == after else f"{before} → {after}"
