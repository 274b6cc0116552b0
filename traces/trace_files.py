"""Reads traces from files that people have: OTLP's JSON, or Jaeger's."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.records.spans import Span
from traces.jaeger_file import read_jaeger
from traces.journey import Evidence
from traces.otlp_json import UnreadableTrace, parse_json, read_otlp
from traces.trace import build_trace
from traces.trace_model import Trace

MAX_BYTES = 32 * 1024 * 1024
MAX_SPANS = 50_000


@dataclass(frozen=True, slots=True)
class TraceFile:
    """The traces in one file, the one with the most spans first. `kind`: OTLP or Jaeger."""

    kind: str
    traces: tuple[Trace, ...]


def read_trace_file(content: bytes) -> TraceFile:
    """The traces of a file.

    Raises:
        UnreadableTrace: it is too large, no JSON, of no known kind, or has no span.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableTrace(f"could not read the file: it is larger than {MAX_BYTES // 1024 // 1024} MiB")
    document = parse_json(content)
    kind, spans = _spans(document)
    by_trace: dict[str, list[Span]] = {}
    count = 0
    for span in spans:
        count += 1
        if count > MAX_SPANS:
            break
        by_trace.setdefault(span.trace_id, []).append(span)
    if not by_trace:
        raise UnreadableTrace("could not read the file: there is no span in it")
    truncated = count > MAX_SPANS
    traces = [build_trace(trace_id, Evidence((), found, (), truncated)) for trace_id, found in by_trace.items()]
    return TraceFile(kind, tuple(sorted(traces, key=lambda each: -len(each.spans))))


def _spans(document: object) -> tuple[str, Iterable[Span]]:
    if isinstance(document, dict):
        inner = document.get("result") or document.get("trace") or document
        if isinstance(inner, dict) and ("resourceSpans" in inner or "batches" in inner):
            return "OTLP", read_otlp(inner)
        if isinstance(document.get("data"), list):
            return "Jaeger", read_jaeger(document["data"])
        if isinstance(document.get("spans"), list):
            return "Jaeger", read_jaeger([document])
    raise UnreadableTrace(
        'could not read the file: it is neither OTLP JSON ("resourceSpans") nor Jaeger JSON ("data" or "spans")'
    )
