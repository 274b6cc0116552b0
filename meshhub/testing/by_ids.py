"""What the queries *_by_ids are asked with, once it is located where the rows are."""

from collections.abc import Mapping, Sequence
from typing import Any

from storage.lookup import Places, Queries, locate

WHOLE = 2**31
"""More than any value that is stored has characters."""

_CUT = {"limit": 1000, "value_length": WHOLE, "events": 1000}


def of_request(store: Queries, request_id: str) -> Mapping[str, Any]:
    """All that is stored of one request, values whole."""
    return _all(store, [request_id], [])


def of_trace(store: Queries, trace_id: str) -> Mapping[str, Any]:
    """All that is stored of one trace, values whole."""
    return _all(store, [], [trace_id])


def _all(store: Queries, request_ids: Sequence[str], trace_ids: Sequence[str]) -> Mapping[str, Any]:
    places = locate(store, request_ids, trace_ids) or Places(request_ids, ())
    return {**places.parameters, **_CUT}
