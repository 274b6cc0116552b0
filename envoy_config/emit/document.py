"""Writing a configuration document: the one place where its secrets are revealed."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from envoy_config.emit.messages import Message
from meshhub.secret import Secret


def as_json(document: Message) -> str:
    """The document for its proxy, with its secrets. JSON, not YAML: Envoy would read a plain `1e5` as a number."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=_reveal) + "\n"


def as_compact_json(document: Message) -> bytes:
    """The same for nobody to read, in a fiftieth of the time."""
    return orjson.dumps(document, default=_reveal)


def write(document: Message, path: Path) -> None:
    """Write a document whole or not at all, readable by its owner only.

    Raises:
        OSError: the directory cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        draft.write_text(as_json(document), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def secrets(document: Any) -> Iterator[Secret]:
    """Every secret in a document."""
    if isinstance(document, Secret):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from secrets(value)
    elif isinstance(document, list):
        for value in document:
            yield from secrets(value)


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"could not write a document: {type(value).__name__} has no JSON form")
