"""Reads configuration to be checked: streams of YAML and JSON documents, files and directories of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envoy_config.rules.node import Node, Source, Unreadable, parse
from meshhub.errors import Fault, MeshhubError

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_FILES = 20_000
SUFFIXES = frozenset({".yaml", ".yml", ".json"})
STDIN = "-"

_SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: objects in order, and what could not be read."""

    objects: tuple[Node, ...]
    faults: tuple[Fault, ...]

    def __add__(self, other: "Reading") -> "Reading":
        return Reading((*self.objects, *other.objects), (*self.faults, *other.faults))


NOTHING = Reading((), ())


def read_text(text: str, origin: str) -> Reading:
    """The objects of a stream. What is no YAML is a fault with its line; the documents beside it are read."""
    objects: list[Node] = []
    faults: list[Fault] = []
    for first_line, part in _documents(text.removeprefix("\ufeff")):
        try:
            content, lines = parse(part, origin, first_line=first_line)
        except Unreadable as error:
            faults.append(error.fault)
            continue
        if content is None:
            continue
        root = Node(content, Source(origin, lines))
        if not isinstance(content, dict | list):
            faults.append(Fault(origin, root.line, "is neither an object nor a list of them"))
            continue
        objects.extend(_objects(root))
    return Reading(tuple(objects), tuple(faults))


def read_objects(contents: Iterable[Any], origin: str) -> Reading:
    """Objects that are at hand (of the Kubernetes API): they have no lines."""
    nodes = [node for content in contents for node in _objects(Node(content, Source(origin, {})))]
    return Reading(tuple(nodes), ())


def read_paths(paths: Iterable[Path]) -> Reading:
    """Files, and all YAML and JSON files of directories, by name. What cannot be read is a fault.

    Raises:
        MeshhubError: there are more files than are taken.
    """
    found = NOTHING
    for number, path in enumerate(_files(paths)):
        if number == MAX_FILES:
            raise MeshhubError(f"could not check the configuration: there are more than {MAX_FILES:,} files")
        found += _read_file(path)
    return found


def _read_file(path: Path) -> Reading:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return Reading((), (Fault(str(path), None, f"is larger than {MAX_FILE_BYTES:,} bytes"),))
        return read_text(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "is not UTF-8 text"
        return Reading((), (Fault(str(path), None, reason),))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
        else:
            yield path


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a stream with their first lines, so that one that is wrong spoils no other."""
    start, line = 0, 1
    for match in [*_SEPARATOR.finditer(text), None]:
        end = match.start() if match else len(text)
        part = text[start:end]
        yield line, part
        line += part.count("\n")
        start = match.end() if match else end


def _objects(root: Node) -> Iterator[Node]:
    """One object, or those of a list (kind List, a JSON array)."""
    if isinstance(root.value, list):
        for item in root.items():
            yield from _objects(item)
    elif isinstance(root.value, dict) and str(root.value.get("kind", "")).endswith("List") and "items" in root.value:
        for item in root.get("items").items():
            yield from _objects(item)
    elif isinstance(root.value, dict):
        yield _named(root)


def _named(root: Node) -> Node:
    source = Source(root.source.origin, root.source.lines, _subject(root))
    return Node(root.value, source, root.path)


def _subject(root: Node) -> str:
    kind = root.get("kind").text or root.get("Kind").text or root.get("type").text
    meta = root.get("metadata")
    name = meta.get("name").text or root.get("name").text or root.get("Name").text
    namespace = meta.get("namespace").text
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}".strip()
