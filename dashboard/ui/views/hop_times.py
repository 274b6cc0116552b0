"""Where the time of one hop went, at both proxies."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.views.parts import table
from traces.model import Hop, Parts, ProxyReport
from traces.time_model import Breakdown
from traces.time_words import TIME_WORDS

_PARTS: tuple[tuple[str, str, str], ...] = (
    ("request_us", "Receiving the request", "first to last byte of the request"),
    ("queue_us", "Until sent on", "first byte received to first byte sent upstream"),
    ("connect_us", "Connecting", "new connection to the upstream"),
    ("handshake_us", "TLS handshake", "of that connection"),
    ("first_byte_us", "Waiting for the answer", "first byte sent upstream to first byte back"),
    ("response_us", "Receiving the answer", "first to last byte from upstream"),
    ("send_us", "Sending the answer", "first to last byte to the caller"),
)


def breakdown(whole: Breakdown) -> Component | None:
    """The parts that a time adds up from, the longest first; nothing of no time."""
    if not whole.total_us:
        return None
    longest_first = sorted(whole.parts.items(), key=lambda each: -each[1])
    rows = [(TIME_WORDS[part], fmt.duration(time), fmt.share(time / whole.total_us)) for part, time in longest_first]
    return table(("", "Time", "Share"), [*rows, ("Together", fmt.duration(whole.total_us), "")])


def times(hop: Hop) -> Component:
    """A row for each part of the time that a proxy measured."""
    rows = []
    for name, text, meaning in _PARTS:
        client, server = _part(hop.client, name), _part(hop.server, name)
        if client or server:
            rows.append((html.Span(text, title=meaning), _time(client), _time(server)))
    if not rows:
        return html.P("No proxy said where the time went.", className="muted")
    return table(("", "client", "server"), rows)


def _part(report: ProxyReport | None, name: str) -> int:
    return _named(report.parts)[name] if report else 0


def _named(parts: Parts) -> Mapping[str, int]:
    return {name: getattr(parts, name) for name, _, _ in _PARTS}


def _time(microseconds: int) -> str:
    return fmt.duration(microseconds) if microseconds else fmt.ABSENT
