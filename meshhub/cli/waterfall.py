"""The journey of a request in lines of text: hops below each other, time from left to right."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from dashboard.ui.format import duration, plural
from traces.time_model import TimePart
from traces.time_words import TIME_WORDS

if TYPE_CHECKING:
    from dashboard.api.journey_body import HopBody, JourneyBody, PartyBody, ProxyReportBody

HEADS = ("Hop", "Call", "Answer", "Time", "Seen by", "")
NUMBERS = ("Time",)
WIDTH = 40
"""Characters of the time axis."""

GOOD = frozenset({"ok", "4xx"})


def heading(journey: "JourneyBody") -> Iterator[Text]:
    """Which request it is, when, how it ended, and why it was traced or not."""
    yield Text.assemble(("request ", "dim"), (journey["request_id"] or "without an id", "bold"))
    found, traces = journey["found"], ", ".join(journey["trace_ids"])
    yield Text(
        f"{journey['start']}, {duration(journey['duration_us'])}, {journey['outcome'] or 'no hop'}; from "
        f"{plural(found['access_logs'], 'access log')}, {plural(found['spans'], 'span')} and "
        f"{plural(found['logs'], 'log line')}" + (f"; trace {traces}" if traces else "")
    )
    yield Text(journey["sampling"]["text"])


def rows(journey: "JourneyBody") -> Iterable[tuple[str | Text, ...]]:
    """One row per hop, in causal order."""
    for hop in journey["hops"]:
        style = "" if hop["outcome"] in GOOD else "red"
        yield (
            hop["id"],
            f"{'  ' * hop['depth']}{_party(hop['source'])} → {_party(hop['destination'])}  {_what(hop)}",
            Text(_answer(hop), style=style),
            duration(hop["duration_us"]),
            _seen_by(hop),
            Text(bar(hop["start_us"], hop["duration_us"], journey["duration_us"]), style=style or "blue"),
        )


def spent(journey: "JourneyBody") -> Iterator[Text]:
    """Where the whole time went, in one line; nothing where there is none."""
    times = journey["times"]
    parts = [
        f"{TIME_WORDS[TimePart(part)].lower()} {duration(time)}"
        for part, time in sorted(times["parts"].items(), key=lambda each: -each[1])
    ]
    if parts:
        yield Text.assemble(("where the time went: ", "dim"), "; ".join(parts))


def findings(journey: "JourneyBody") -> Iterator[Text]:
    """What the proxies said about the hops that did not go well, and what else a reader should know."""
    yield from spent(journey)
    for note in journey["notes"]:
        yield Text.assemble(("• ", "bold"), note["text"])
    for broken in journey["breaks"]:
        yield Text.assemble(("fix: ", "dim"), broken["fix"])
    for hop in journey["hops"]:
        for report in _reports(hop):
            for said in [*report["flags"], *report["details"]] if hop["outcome"] not in GOOD else []:
                side = f"{report['reporter']} of {hop['id']}"
                yield Text.assemble((f"{side}: ", "dim"), (said["code"], "bold"), f" {said['text']}")
        for note in hop["notes"]:
            yield Text.assemble((f"hop {hop['id']}: ", "dim"), note["text"])
        for note in hop["around"]["pool"] if hop["around"] else []:
            yield Text.assemble((f"around hop {hop['id']}: ", "dim"), note["text"])


def bar(start_us: int, length_us: int, total_us: int, width: int = WIDTH) -> str:
    """A bar on the time axis; at least one character long, and always within the axis."""
    scale = width / max(total_us, 1)
    start = min(max(round(start_us * scale), 0), width - 1)
    length = min(max(round(length_us * scale), 1), width - start)
    return " " * start + "█" * length


def _party(party: "PartyBody") -> str:
    if not party["service"]:
        return "?"
    return f"{party['service']}:{party['version']}" if party["version"] else party["service"]


def _what(hop: "HopBody") -> str:
    return f"{hop['method']} {hop['path']}".strip() or hop["transport"].upper()


def _answer(hop: "HopBody") -> str:
    """The status that the caller got, the flags, and how many attempts it took."""
    report = next(iter(_reports(hop)), None)
    if report is None:
        return hop["outcome"]
    grpc = report["grpc_status"]
    status = f"gRPC {grpc}" if grpc is not None else str(report["response_code"] or hop["outcome"])
    flags = ",".join(flag["code"] for flag in report["flags"])
    attempts = f"{len(hop['attempts'])} attempts" if len(hop["attempts"]) > 1 else ""
    return " ".join(part for part in (status, flags, attempts) if part)


def _reports(hop: "HopBody") -> list["ProxyReportBody"]:
    """The caller's report first, then the callee's of the last attempt."""
    server = hop["attempts"][-1]["server"] if hop["attempts"] else None
    return [report for report in (hop["client"], server) if report is not None]


def _seen_by(hop: "HopBody") -> str:
    return " + ".join(report["reporter"] for report in _reports(hop))
