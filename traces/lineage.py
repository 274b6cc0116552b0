"""Which span was made within which, as far as spans were stored."""

from collections.abc import Iterable, Iterator

from storage.records.spans import Span

SpanKey = tuple[str, str]
"""Trace id and span id."""


class Lineage:
    """The parents of the spans of a request. Safe with missing parents, cycles and repeated ids."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._parents: dict[SpanKey, str] = {}
        for span in spans:
            self._parents.setdefault((span.trace_id, span.span_id), span.parent_span_id)

    def ancestors(self, key: SpanKey) -> Iterator[SpanKey]:
        """The spans that this one was made within, nearest first, itself left out. Ends where no span is stored."""
        seen = {key}
        while parent := self._parents.get(key):
            key = key[0], parent
            if key in seen:
                return
            seen.add(key)
            yield key

    def parent(self, key: SpanKey) -> SpanKey | None:
        """The span that this one was made within; None if it is not stored or has no parent."""
        return next(self.ancestors(key), None)
