"""What a span says of its resource."""

import json
from collections.abc import Mapping
from functools import lru_cache

from storage.records.spans import Span


def resource_of(span: Span) -> Mapping[str, str]:
    """The attributes of its resource, values as text; none if they cannot be read."""
    return _read(span.resource_attributes)


@lru_cache(maxsize=1024)
def _read(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
