"""Finds spans within a trace by what is written on them."""

from collections.abc import Iterator
from itertools import chain

from storage.records.spans import Span
from traces.resources import resource_of
from traces.span_attributes import attributes_of
from traces.trace_model import Trace

MAX_TEXT = 500


def find(trace: Trace, text: str) -> tuple[int, ...]:
    """The indexes of the spans that match, in order; none for an empty text.

    `key=value` looks for an attribute (of the span, its resource or an event) whose key is this one and whose value
    contains this one. Any other text, and one that no attribute fits, is looked for in names, services, instances,
    statuses and ids, in keys and values of attributes, and in names of events. Case does not matter. Only the first
    MAX_TEXT characters are looked for.
    """
    wanted = text.strip()[:MAX_TEXT].lower()
    if not wanted:
        return ()
    key, equals, value = wanted.partition("=")
    if equals and key.strip():
        key, value = key.strip(), value.strip().strip('"')
        found = tuple(each.index for each in trace.spans if _has(each.span, key, value))
        if found:
            return found
    return tuple(each.index for each in trace.spans if any(wanted in said.lower() for said in _texts(each.span)))


def _has(span: Span, key: str, value: str) -> bool:
    if any(name.lower() == key and value in said.lower() for name, said in attributes_of(span)):
        return True
    own = {"service": span.service, "name": span.name, "kind": span.kind, "status": span.status_code}
    if key in own:
        return value in own[key].lower()
    further = chain(resource_of(span).items(), *(said.items() for _, _, said in span.events))
    return any(name.lower() == key and value in said.lower() for name, said in further)


def _texts(span: Span) -> Iterator[str]:
    yield from (span.name, span.service, span.instance, span.span_id, span.status_message, span.kind, span.status_code)
    for key, value in attributes_of(span):
        yield key
        yield value
    for _, name, _ in span.events:
        yield name
