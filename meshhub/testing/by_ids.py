"""What the queries *_by_ids are asked with."""

from typing import Any

WHOLE = 2**31
"""More than any value that is stored has characters."""


def of_request(request_id: str) -> dict[str, Any]:
    """All that is stored of one request, values whole."""
    return {"request_ids": [request_id], "trace_ids": [], "limit": 1000, "value_length": WHOLE, "events": 1000}
