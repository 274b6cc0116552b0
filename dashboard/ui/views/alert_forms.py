"""The forms of the alerts page: who does it, acknowledge, silence. They stay as they are while the page asks again."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from alerting.alerts.model import Alert
from alerting.matchers import Matcher
from dashboard.ui import ids
from dashboard.ui.views.parts import aria, icon

DURATIONS = {"30m": "30 min", "2h": "2 h", "8h": "8 h", "1d": "1 d", "7d": "7 d"}
WAIT_MILLISECONDS = 300
MOST_COMMENT, MOST_MATCHERS, MOST_NAME = 1_000, 4_000, 100


def who() -> Component:
    """The name of who does things, kept in the browser."""
    field: Component = dmc.TextInput(
        id=ids.ALERTS_NAME,
        placeholder="Your name",
        leftSection=icon("person"),
        size="xs",
        className="who-field",
        value="",
        **aria(label="Your name: it is written beside what you do"),
    )
    return field


def acknowledge() -> Component:
    """Take an alert in hand."""
    comment = dmc.TextInput(
        id=ids.ALERTS_COMMENT, placeholder="Comment", size="xs", value="", className="grow",
        **aria(label="Comment of the acknowledgement"),
    )  # fmt: skip
    button = html.Button("Acknowledge", id=ids.ALERTS_ACKNOWLEDGE, className="button primary")
    return html.Section(
        [
            html.H3("Take it in hand"),
            html.P("It is not repeated until it is over, and those who were told see who has it.", className="muted"),
            html.Div([comment, button], className="form-row"),
        ],
        className="form ack-form",
    )


def silence() -> Component:
    """Silence what matches, with what that would cover now."""
    matchers = dmc.Textarea(
        id=ids.ALERTS_MATCHERS,
        value="",
        debounce=WAIT_MILLISECONDS,
        autosize=True,
        minRows=2,
        maxRows=8,
        size="xs",
        spellCheck=False,
        placeholder='service="cart", severity=~"page|ticket"',
        classNames={"input": "code-input"},
        **aria(label="Matchers of the silence"),
    )
    duration = dmc.SegmentedControl(
        id=ids.ALERTS_DURATION,
        data=[{"value": value, "label": label} for value, label in DURATIONS.items()],
        value="2h",
        size="xs",
        fullWidth=True,
    )
    why = dmc.TextInput(
        id=ids.ALERTS_WHY, placeholder="Why", size="xs", value="", className="grow",
        **aria(label="Why it is silenced"),
    )  # fmt: skip
    button = html.Button("Silence", id=ids.ALERTS_SILENCE, className="button primary")
    return html.Section(
        [
            html.H3("Silence"),
            html.P("For a while nobody is told of alerts that all of these match: name, operator (= != =~ !~), value.",
                   className="muted"),
            matchers,
            duration,
            html.Div(id=ids.ALERTS_COVERED, className="preview", role="status"),
            html.Div([why, button], className="form-row"),
        ],
        className="form silence-form",
    )  # fmt: skip


def matchers_of(alert: Alert) -> str:
    """Matchers that cover this alert and no other."""
    return ",\n".join(str(Matcher(name, "=", value)) for name, value in sorted(alert.labels.items()))
