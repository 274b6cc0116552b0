"""Every proxy and its signals in lines of text."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from meshhub.quantities import ABSENT, duration, share

if TYPE_CHECKING:
    from dashboard.api.doctor_body import DoctorBody, ProxyBody, SignalBody

HEADS = ("Workload", "Proxy", "Access logs", "Spans", "Stats", "Sampled", "Dropped", "Clock")
NUMBERS = ("Sampled", "Dropped")
_MARKS = {"reporting": "●", "silent": "■", "missing": "■", "idle": "○", "off": "–"}
_STYLES = {"silent": "red", "missing": "red", "idle": "dim", "off": "dim"}

Row = tuple[str | Text, ...]


def rows(body: "DoctorBody") -> Iterable[Row]:
    """One row per proxy, by workload."""
    return (_row(proxy) for proxy in body["proxies"])


def _row(proxy: "ProxyBody") -> Row:
    workload, ahead = proxy["workload"], proxy["clock_ahead_seconds"]
    return (
        ".".join(part for part in (workload["service"] or "unknown", workload["namespace"]) if part),
        proxy["instance"] or ABSENT,
        *(_signal(proxy["signals"][signal]) for signal in ("access logs", "spans", "stats")),
        share(proxy["sampled_share"]),
        f"{proxy['dropped_logs'] + proxy['dropped_spans']:,}",
        ABSENT if ahead is None else f"{duration(ahead * 1e6)} ahead",
    )


def _signal(signal: "SignalBody") -> Text:
    state = signal["state"]
    return Text(f"{_MARKS[state]} {state}", style=_STYLES.get(state, ""))
