"""Compares documents by name: as structures where both are YAML or JSON, as text otherwise."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import yaml

from envoy_config.diff.model import DocumentDiff, Presence
from envoy_config.diff.structure import field_changes

LINES_AROUND = 3


class Document(Protocol):
    """A text with a name. The text of a secret one is not shown."""

    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def secret(self) -> bool: ...


def compare(before: Iterable[Document], after: Iterable[Document]) -> tuple[DocumentDiff, ...]:
    """What became of each document, by name; also of those that are as they were."""
    old, new = {each.name: each for each in before}, {each.name: each for each in after}
    return tuple(_compared(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))


def compare_texts(name: str, before: str | None, after: str | None) -> DocumentDiff:
    """What became of one document, None where it is not there.

    What says the same in another way (order of keys, comments, quotes) is unchanged.
    """
    if before is None or after is None:
        presence = Presence.ADDED if before is None else Presence.REMOVED
        return DocumentDiff(name, presence, (), _unified(name, before or "", after or ""))
    if before == after:
        return DocumentDiff(name, Presence.UNCHANGED)
    old, new = _structures(before), _structures(after)
    if old is None or new is None:
        return DocumentDiff(name, Presence.CHANGED, (), _unified(name, before, after))
    one, other = (old[0], new[0]) if len(old) == len(new) == 1 else (old, new)
    fields = field_changes(one, other)
    if not fields:
        return DocumentDiff(name, Presence.UNCHANGED)
    return DocumentDiff(name, Presence.CHANGED, fields, _unified(name, as_yaml(old), as_yaml(new)))


def as_yaml(documents: Sequence[Any]) -> str:
    """Documents as YAML in one form."""
    return "---\n".join(
        yaml.safe_dump(each, sort_keys=True, allow_unicode=True, width=120, default_flow_style=False)
        for each in documents
    )


def _compared(name: str, before: Document | None, after: Document | None) -> DocumentDiff:
    found = compare_texts(name, before.text if before else None, after.text if after else None)
    if (before and before.secret) or (after and after.secret):
        return DocumentDiff(name, found.presence, secret=True)
    return found


def _structures(text: str) -> list[Any] | None:
    """All documents of a YAML stream (JSON is one); None where it is none."""
    try:
        found = [each for each in yaml.safe_load_all(text) if each is not None]
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError):
        return None
    return found if found and all(isinstance(each, dict | list) for each in found) else None


def _unified(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"before/{name}", f"after/{name}", lineterm="", n=LINES_AROUND
    )
    return "".join(f"{line}\n" for line in lines)
