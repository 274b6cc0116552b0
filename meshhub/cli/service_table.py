"""Services in lines of text."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from dashboard.ui.format import ABSENT, duration, plural, rate, share

if TYPE_CHECKING:
    from dashboard.api.graph_body import LatencyBody
    from dashboard.api.service_body import ServiceBody, ServicesBody, TallyBody

HEADS = ("Id", "Health", "Rate", "Errors", "p50", "p95", "p99", "p95 before", "Versions", "Instances", "Why")
NUMBERS = ("Rate", "Errors", "p50", "p95", "p99", "p95 before", "Instances", "Requests")
_COUNTED = ("Requests", "Errors", "p50", "p95", "p99")
_STYLES = {"failing": "red", "degraded": "yellow", "healthy": "green"}

Row = tuple[str | Text, ...]


def rows(body: "ServicesBody") -> Iterable[Row]:
    """One row per service, in the order of the list."""
    for each in body["services"]:
        health = each["verdict"]["health"]
        yield (
            each["id"],
            Text(health.replace("-", " "), style=_STYLES.get(health, "")),
            rate(each["rate_per_second"]),
            share(each["error_share"]),
            *_latency(each["latency_ms"]),
            _milliseconds(each["p95_before_ms"]),
            ", ".join(each["versions"]),
            ABSENT if each["instances"] is None else f"{each['instances']:,}",
            "; ".join(reason["text"] for reason in each["verdict"]["reasons"]),
        )


def summary(body: "ServicesBody") -> str:
    """What the table covers; where it is empty, why and what to do."""
    span = f"{duration(body['window']['seconds'] * 1e6)} up to {body['window']['end']}"
    if not body["services"]:
        return f"No services with calls in {span}. Proxies report to the hub's OTLP ports: see docs/how-to."
    cut = " There are more call relations than were read." if body["truncated"] else ""
    return f"{plural(len(body['services']), 'service')} in {span}, what hurts most first.{cut}"


def heading(body: "ServiceBody") -> Iterable[str | Text]:
    """Who it is, how it does and why, and whose numbers follow."""
    node, verdict = body["node"], body["verdict"]
    yield Text(f"{node['service']}  {node['id']}", style="bold")
    health = verdict["health"]
    yield Text(health.replace("-", " "), style=_STYLES.get(health, ""))
    yield from (f"  {reason['text']}" for reason in verdict["reasons"])
    said = {
        "callers": "as its callers' proxies saw it",
        "own": "as its own proxy saw it",
        "calls": "of its own calls: nobody reports calls to it",
    }
    yield f"Numbers {said[body['side']]}." if body["side"] else "Nobody reported requests of it in this window."


def tables(body: "ServiceBody") -> Iterable[tuple[str, Sequence[str], Iterable[Row], Iterable[str]]]:
    """(title, heads, rows, columns of numbers) of what there is."""
    if body["versions"]:
        yield (
            "Versions",
            ("Version", *_COUNTED, "Beside the others"),
            [
                (each["version"] or "unnamed", *_counted(each), " ".join(each["reasons"]) or each["standing"])
                for each in body["versions"]
            ],
            NUMBERS,
        )
    if body["instances"]:
        yield (
            "Instances",
            ("Instance", *_COUNTED, "Outlier"),
            [
                (each["instance"], *_counted(each), " ".join(outlier["text"] for outlier in each["outliers"]))
                for each in body["instances"]
            ],
            NUMBERS,
        )
    if body["routes"]:
        yield (
            "Routes",
            ("Route", "Method", *_COUNTED),
            [(each["route"] or "unnamed", each["method"], *_counted(each)) for each in body["routes"]],
            NUMBERS,
        )
    if body["response_flags"]:
        yield (
            "Response flags",
            ("Flag", "Requests", "Meaning"),
            [(each["flag"], f"{each['requests']:,}", each["text"]) for each in body["response_flags"]],
            NUMBERS,
        )


def _counted(each: "TallyBody") -> tuple[str, ...]:
    return f"{each['requests']:,}", share(each["error_share"]), *_latency(each["latency_ms"])


def _latency(latency: "LatencyBody | None") -> tuple[str, str, str]:
    if latency is None:
        return ABSENT, ABSENT, ABSENT
    return _milliseconds(latency["p50"]), _milliseconds(latency["p95"]), _milliseconds(latency["p99"])


def _milliseconds(value: float | None) -> str:
    return duration(None if value is None else value * 1000)
