"""The fields in which two structures differ. The order of keys says nothing; that of items does."""

import json
from collections.abc import Iterator
from typing import Any

from envoy_config.diff.model import FieldChange

MAX_CHANGES = 1_000
_ABSENT = object()


def field_changes(before: Any, after: Any) -> tuple[FieldChange, ...]:
    """In the order of paths; at most 1,000."""
    found: list[FieldChange] = []
    for change in _walk(before, after, ""):
        found.append(change)
        if len(found) == MAX_CHANGES:
            break
    return tuple(found)


def _walk(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=str):
            yield from _walk(before.get(key, _ABSENT), after.get(key, _ABSENT), _below(path, str(key)))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _walk_items(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield FieldChange(path, _written(before), _written(after))


def _walk_items(before: list[Any], after: list[Any], path: str) -> Iterator[FieldChange]:
    """Items that have a name are compared by it, others by their place."""
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        for index in range(max(len(before), len(after))):
            one = before[index] if index < len(before) else _ABSENT
            other = after[index] if index < len(after) else _ABSENT
            yield from _walk(one, other, f"{path}[{index}]")
        return
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _walk(old.get(name, _ABSENT), new.get(name, _ABSENT), f"{path}[{name}]")
    if (kept := [name for name in old if name in new]) != [name for name in new if name in old]:
        yield FieldChange(f"{path} (order)", _written(kept), _written([name for name in new if name in old]))


def _by_name(items: list[Any]) -> dict[str, Any] | None:
    named = {item["name"]: item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)}
    return named if items and len(named) == len(items) else None


def _below(path: str, key: str) -> str:
    if not key.replace("_", "").replace("-", "").isalnum():
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _written(value: Any) -> str | None:
    return None if value is _ABSENT else json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
