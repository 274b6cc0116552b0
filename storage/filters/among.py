"""Which requests a search of spans and access logs is about, for its places `${among_spans}` and `${among_logs}`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from storage.filters.condition import Condition, Pieces

_NO_TRACE = "0" * 32
_FIVE_MINUTES = 300


@dataclass(frozen=True, slots=True)
class Among:
    """Conditions on the spans of these requests, and on their access logs."""

    spans: Condition
    logs: Condition

    @property
    def pieces(self) -> Pieces:
        return {"among_spans": self.spans, "among_logs": self.logs}


EVERY = Among(Condition("1"), Condition("1"))
"""All requests."""

MATCHING = Among(
    Condition("spans.trace_id IN (SELECT trace_id FROM found)"),
    Condition(
        "(access_logs.trace_id IN (SELECT trace_id FROM found) OR (access_logs.trace_id = toFixedString('', 16) "
        "AND access_logs.request_id != '' AND access_logs.request_id IN (SELECT request_id FROM found_untraced)))"
    ),
)
"""Those that the query itself has found."""


def named(traces: Sequence[str], requests: Sequence[str]) -> Among:
    """Those with these trace ids (32 hex digits), and those without a trace that have these request ids."""
    ids = [*traces, *([_NO_TRACE] if requests else ())]
    text = "{table}.trace_id IN (SELECT toFixedString(unhex(arrayJoin({{{place}_traces:Array(String)}})), 16))"
    return _among(text, {"traces": ids}, requests)


def placed(places: Collection[tuple[int, str]], requests: Sequence[str]) -> Among:
    """The rows of these traces, each in the five minutes of a time (Unix seconds). Of rows without a trace (""), those
    with these request ids are meant.

    The tables are sorted by both, so that little else of them is read.
    """
    pairs = sorted({(seconds // _FIVE_MINUTES * _FIVE_MINUTES, trace or _NO_TRACE) for seconds, trace in places})
    text = (
        "(toStartOfFiveMinutes({table}.time), {table}.trace_id) IN (SELECT toDateTime(pair.1, 'UTC'), "
        "toFixedString(unhex(pair.2), 16) FROM (SELECT arrayJoin(arrayZip({{{place}_buckets:Array(UInt32)}}, "
        "{{{place}_traces:Array(String)}})) AS pair))"
    )
    return _among(text, {"buckets": [pair[0] for pair in pairs], "traces": [pair[1] for pair in pairs]}, requests)


def _among(text: str, ids: Mapping[str, Sequence[int] | Sequence[str]], requests: Sequence[str]) -> Among:
    spans, logs = text.format(table="spans", place="among_spans"), text.format(table="access_logs", place="among_logs")
    of_logs: dict[str, Sequence[int] | Sequence[str]] = {f"among_logs_{name}": each for name, each in ids.items()}
    if requests:
        spans += " AND spans.trace_id != toFixedString('', 16)"
        logs += (
            " AND (access_logs.trace_id != toFixedString('', 16) "
            "OR access_logs.request_id IN (SELECT arrayJoin({among_logs_requests:Array(String)})))"
        )
        of_logs["among_logs_requests"] = requests
    return Among(
        Condition(spans, {f"among_spans_{name}": each for name, each in ids.items()}), Condition(logs, of_logs)
    )
