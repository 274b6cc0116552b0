"""The editor of SLOs: a text, what is wrong with it line by line, and what it would have said in the past."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.reads.slos import Preview
from dashboard.ui import ids
from dashboard.ui.links import Links
from dashboard.ui.state import slos as state
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import aria, code, copyable, icon, link
from dashboard.ui.views.slo_past import tried
from meshhub.errors import ConfigurationError

MOST_TEXT = 64 * 1024
WAIT_MILLISECONDS = 500
MOST_FAULTS = 50
_LENGTHS = {state.Days.ONE: "the last day", state.Days.WEEK: "the last 7 days", state.Days.MONTH: "the last 30 days"}


def layout() -> Component:
    """The text area and room for what is said of it."""
    text = dmc.Textarea(
        id=ids.SLOS_TEXT,
        value="",
        debounce=WAIT_MILLISECONDS,
        spellCheck=False,
        classNames={"input": "code-input"},
        className="slo-text",
        **aria(label="The specification, YAML"),
    )
    days = dmc.SegmentedControl(
        id=ids.SLOS_DAYS,
        data=[{"value": each.value, "label": label} for each, label in _LENGTHS.items()],
        value=state.Days.MONTH.value,
        size="xs",
    )
    written = html.Div(
        [
            html.Div(id=ids.SLOS_EDITOR_HEAD, className="editor-head"),
            text,
            html.Div(id=ids.SLOS_FAULTS, className="faults", role="alert"),
        ],
        className="written",
    )
    said = html.Div(
        [
            html.Div([html.H3("Tried on"), days, html.Span("trying…", className="muted busy")], className="tried-head"),
            html.Div(id=ids.SLOS_PREVIEW, className="previews"),
            html.Div(id=ids.SLOS_COPY, className="keep"),
        ],
        className="said",
    )
    return html.Div([dcc.Store(id=ids.SLOS_EDITED), written, said], className="slo-editor")


def head(edit: str, links: Links) -> list[Component]:
    """What is edited, and the way back."""
    named = edit not in (state.NEW, state.DEFAULTS)
    title = f"Edit {edit}" if named else "Default SLOs" if edit == state.DEFAULTS else "A new SLO"
    back = {**state.OWN, state.NAME: edit} if named else state.OWN
    return [
        html.Div(
            [html.H2(title), link([icon("back"), "Back" if named else "All SLOs"], links.here("slos", **back))],
            className="title",
        ),
        html.P(
            "The hub's own form or OpenSLO v1. It is tried as you write; nothing is saved: copy it into your file when "
            "it is right.",
            className="muted",
        ),
    ]


def faults(error: ConfigurationError, text: str) -> list[Component]:
    """Every fault with its line; a press on one goes there (assets/slos.js)."""
    lines = text.splitlines()
    shown = [
        html.Li(
            [
                html.Button(
                    f"line {fault.line}",
                    className="fault-line",
                    **{"data-line": str(fault.line)},  # type: ignore[arg-type]
                )
                if fault.line
                else None,
                html.Span(fault.reason),
                code(lines[fault.line - 1].strip()[:120]) if fault.line and fault.line <= len(lines) else None,
            ]
        )
        for fault in error.faults[:MOST_FAULTS]
    ]
    more = len(error.faults) - MOST_FAULTS
    return [html.Ul([*shown, html.Li(f"and {more} more") if more > 0 else None])]


def preview(found: Preview) -> list[Component]:
    """What each SLO of the text would have said."""
    notes = [html.P([icon("note"), str(note)], className="note") for note in found.notes]
    if not found.backtests:
        return [*notes, empty_card("No SLO in this text", html.P("Write one below slos:"))]
    return [*notes, *(tried(each) for each in found.backtests)]


def keep(text: str) -> list[Component]:
    """Where to put it."""
    return [
        html.H3("Keep it"),
        html.P(
            [
                "Put it into a file of ",
                code("alerting.slos"),
                " in the settings. The hub takes changed files while it runs.",
            ]
        ),
        copyable(text, "Copy the specification"),
    ]
