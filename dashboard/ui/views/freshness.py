"""How old the newest data is: a badge that is always there, and a banner when it is too old."""

from dash import html
from dash.development.base_component import Component

from dashboard.reads.hub import DataAge
from dashboard.ui import format as fmt
from dashboard.ui.views.parts import health_mark, icon
from topology.health import Health

STALE_SECONDS = 15.0
SILENT_SECONDS = 60.0


def newest(age: DataAge) -> float | None:
    """Seconds since anything that a mesh sends arrived. The hub's own metrics do not count: they always come."""
    known = [seconds for seconds in (age.access_logs, age.spans) if seconds is not None]
    return min(known, default=None)


def judge(age: DataAge) -> Health:
    """Whether the data is new enough to act on."""
    seconds = newest(age)
    if seconds is None:
        return Health.NOT_MEASURED
    if seconds > SILENT_SECONDS:
        return Health.FAILING
    return Health.DEGRADED if seconds > STALE_SECONDS else Health.HEALTHY


def badge(age: DataAge) -> Component:
    """The newest data's age in a word or two; the hover text has each signal's."""
    seconds = newest(age)
    text = "no data yet" if seconds is None else f"data {fmt.age(seconds)}"
    each = ", ".join(
        f"{name}: {fmt.age(value) if value is not None else 'none in the last hour'}"
        for name, value in (("access logs", age.access_logs), ("spans", age.spans), ("metrics", age.metrics))
    )
    return html.Span(health_mark(judge(age), text), title=each)


def banner(age: DataAge) -> Component | None:
    """What to know and do when data is too old; None while it is fresh, or before any came."""
    seconds = newest(age)
    if seconds is None or seconds <= STALE_SECONDS:
        return None
    return _banner(
        f"The newest data is {fmt.age(seconds)}. What you see is older than that: the proxies send nothing, or the hub "
        "lags behind. The Hub page shows which."
    )


def unknown(error: Exception) -> tuple[Component, Component]:
    """Badge and banner when the hub cannot say."""
    return health_mark(Health.FAILING, "age unknown"), _banner(f"{error}")


def _banner(text: str) -> Component:
    return html.Div([icon("alert"), html.Span(text[:1].upper() + text[1:])], className="banner", role="alert")
