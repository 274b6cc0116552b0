"""The service graph in lines of text."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from dashboard.ui.format import age, duration, plural, rate, share

if TYPE_CHECKING:
    from dashboard.api.graph_body import EdgeBody, EndBody, GraphBody

EDGE_HEADS = (
    "From", "To", "Protocol", "Rate", "Errors", "p50", "p95", "p99", "mTLS", "Flags", "Measured at", "Notes",
)  # fmt: skip
NUMBERS = ("Rate", "Errors", "p50", "p95", "p99", "mTLS")
BOTH_ENDS = "both ends"


def edge_rows(graph: "GraphBody") -> Iterable[tuple[str | Text, ...]]:
    """One row per edge, the busiest first."""
    for edge in sorted(graph["edges"], key=lambda edge: (-edge["rate_per_second"], edge["id"])):
        latency = edge["latency_ms"]
        p50, p95, p99 = (latency["p50"], latency["p95"], latency["p99"]) if latency else (None, None, None)
        yield (
            _name(edge["source"]),
            _name(edge["destination"]),
            edge["transport"],
            rate(edge["rate_per_second"]),
            Text(share(edge["error_share"]), style="red" if edge["error_share"] else ""),
            *(duration(None if value is None else value * 1000) for value in (p50, p95, p99)),
            share(edge["mtls_share"]),
            ", ".join(f"{flag} {count}" for flag, count in edge["response_flags"].items()),
            _measured(edge),
            ", ".join(note["code"] for note in edge["notes"]),
        )


def summary(graph: "GraphBody") -> str:
    """What the table covers, and how fresh it is; where it is empty, why and what to do."""
    window = graph["window"]
    span = f"{duration(window['seconds'] * 1e6)} up to {window['end']}"
    freshness = graph["freshness"]
    newest = f"newest access log {age(freshness['access_logs'] if freshness else None)}"
    if not graph["edges"]:
        return (
            f"No calls in {span}; {newest}. Proxies report to the hub's OTLP ports: see docs/how-to, or `meshhub demo`."
        )
    counts = f"{plural(len(graph['nodes']), 'node')}, {plural(len(graph['edges']), 'edge')}"
    cut = " Only the busiest are shown: there are more." if graph["truncated"] else ""
    return f"{counts} in {span}; {newest}.{cut}"


def _name(end: "EndBody") -> str:
    if not end["service"]:
        return f"? {end['id']}"
    return f"{end['service']}.{end['namespace']}" if end["namespace"] else end["service"]


def _measured(edge: "EdgeBody") -> str:
    reports = edge["reports"]
    if reports and reports["client"] and reports["server"]:
        return BOTH_ENDS
    by = {"span": " by spans", "stats": " by stats"}.get(edge["measured_by"], "")
    return f"{edge['headline']} only{by}"
