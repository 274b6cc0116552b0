"""What stands beside a waterfall while no span is chosen: where the time went, and the keys."""

from collections.abc import Mapping

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.theme import service_colours
from dashboard.ui.views.parts import section, table
from traces.trace_model import Side, Trace
from traces.trace_statistics import by_operation, by_service

SHOWN = 12

KEYS = (
    ("j  k", "next, previous span"),
    ("Enter", "open the span"),
    ("n  p", "next, previous error"),
    ("x", "fold, unfold"),
    ("←  →", "move in time"),
    ("↑  ↓", "zoom in, out"),
    ("0", "whole trace"),
    ("/", "find in the trace"),
    ("Esc", "close, leave the field"),
)


def summary(trace: Trace) -> Component:
    """By service and by operation, what is on the critical path; what proxies added; keys."""
    return html.Div(
        [
            html.H2("Where the time went"),
            _services(trace),
            _operations(trace),
            _proxies(trace),
            section("Keys", _keys()),
        ],
        className="stack",
    )


def service_name(name: str, colours: Mapping[str, str]) -> Component:
    """A service with its colour among those that are seen with it (theme.service_colours)."""
    mark = html.Span(className="service-colour", style={"background": colours[name]})
    return html.Span([mark, name[:120] or "unknown"], className="service-name")


def _services(trace: Trace) -> Component:
    whole, colours = max(trace.length_ns, 1), service_colours(trace.services)
    rows = [
        (
            service_name(each.service, colours),
            fmt.duration(each.critical_ns / 1e3),
            fmt.share(min(1.0, each.critical_ns / whole)),
            fmt.duration(each.self_ns / 1e3),
        )
        for each in by_service(trace)[:SHOWN]
    ]
    return section("On the critical path", table(("Service", "Critical", "Share", "Own time"), rows))


def _operations(trace: Trace) -> Component | None:
    found = [each for each in by_operation(trace) if each.critical_ns][:SHOWN]
    rows = [(f"{each.service} {each.operation[:120]}", fmt.duration(each.critical_ns / 1e3)) for each in found]
    return section("Most critical operations", table(("Operation", "Critical"), rows)) if rows else None


def _proxies(trace: Trace) -> Component | None:
    pairs = sorted(trace.pairs, key=lambda pair: -pair.overhead_ns)[:SHOWN]
    if not pairs:
        return None
    colours = service_colours(trace.services)
    words = {Side.INBOUND: "its proxy took longer by", Side.OUTBOUND: "the way to its proxy took"}
    rows = [
        (
            service_name(trace.spans[pair.outer].span.service, colours),
            words[pair.side],
            fmt.duration(pair.overhead_ns / 1e3),
        )
        for pair in pairs
    ]
    return section("Proxies beside their applications", table(("Service", "", "Time"), rows, numeric=2))


def _keys() -> Component:
    return html.Dl([html.Div([html.Dt(dmc.Kbd(keys)), html.Dd(text)]) for keys, text in KEYS], className="shortcuts")
