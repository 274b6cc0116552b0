"""A place in a configuration document: a value with its file and line, however deep, also in embedded text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from meshhub.errors import Fault

Location = tuple[str | int, ...]

MAX_NODES = 500_000
"""Of one document, aliases counted each time: what is larger is not read."""
MAX_DEPTH = 120


class Unreadable(Exception):
    """A text is no YAML; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A parsed text: lines of its places, and what it stands in."""

    origin: str
    lines: Mapping[Location, int]
    subject: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value, or the absence of one (None), at a path of a source."""

    value: Any
    source: Source
    path: Location = ()

    def get(self, *keys: str | int) -> Node:
        """What is below. Keys in snake_case are found in camelCase too, as Envoy reads both."""
        found = self
        for key in keys:
            found = found._below(key)
        return found

    def items(self) -> Iterator[Node]:
        """The items of a list; none of anything else."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(value, self.source, (*self.path, index))

    def fields(self) -> Iterator[tuple[str, Node]]:
        """The fields of an object; none of anything else."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield str(key), Node(value, self.source, (*self.path, key))

    def walk(self) -> Iterator[Node]:
        """This and everything below that is an object."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if isinstance(node.value, dict):
                yield node
                waiting.extend(reversed([child for _, child in node.fields()]))
            elif isinstance(node.value, list):
                waiting.extend(reversed(list(node.items())))

    def parsed(self) -> Node:
        """The YAML or JSON that a text is; empty where it is none."""
        if not isinstance(self.value, str):
            return Node(None, self.source, self.path)
        try:
            content, lines = parse(self.value, self.source.origin, first_line=self.line + self._offset())
        except Unreadable:
            return Node(None, self.source, self.path)
        return Node(content, Source(self.source.origin, lines, self.source.subject, f"{self.name} → "))

    @property
    def present(self) -> bool:
        return self.value is not None

    @property
    def text(self) -> str:
        """The value where it is text; empty where it is not."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> float | None:
        """The value where it is a number, also written as text."""
        if isinstance(self.value, bool) or self.value is None:
            return None
        try:
            return float(self.value)
        except (TypeError, ValueError):
            return None

    @property
    def line(self) -> int:
        """Where it stands; if it does not, where it would. 0 where that is unknown."""
        path = self.path
        while path and path not in self.source.lines:
            path = path[:-1]
        return self.source.lines.get(path, 0)

    @property
    def name(self) -> str:
        """The path as people write it: "spec.tracing[0].providers"."""
        shown = self.source.prefix
        for number, part in enumerate(self.path):
            if isinstance(part, int):
                shown += f"[{part}]"
            elif re.fullmatch(r"[\w-]+", str(part)):
                shown += f".{part}" if number else str(part)
            else:
                shown += f'["{part}"]'
        return shown

    def _below(self, key: str | int) -> Node:
        value: Any = None
        if isinstance(self.value, dict):
            if key not in self.value and isinstance(key, str) and "_" in key and camel(key) in self.value:
                key = camel(key)
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            value = self.value[key]
        return Node(value, self.source, (*self.path, key))

    def _offset(self) -> int:
        """Lines from the key of a text to its first line: a block begins below its key."""
        return 1 if "\n" in str(self.value).rstrip("\n") or str(self.value).endswith("\n") else 0


def camel(key: str) -> str:
    """snake_case as camelCase."""
    first, *rest = key.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def parse(text: str, origin: str, *, first_line: int = 1) -> tuple[Any, dict[Location, int]]:
    """One YAML document and the lines of its places.

    Raises:
        Unreadable: it is no YAML, or too large or deep.
    """

    def unreadable(line: int | None, reason: str) -> Unreadable:
        return Unreadable(Fault(origin, line, reason))

    loader = yaml.SafeLoader("")
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return None, {}
        if _size(root, {}, 0) > MAX_NODES:
            raise unreadable(first_line, f"has more than {MAX_NODES:,} values")
        lines: dict[Location, int] = {}
        _note_lines(root, (), lines, first_line)
        return loader.construct_document(root), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + first_line if error.problem_mark else first_line
        raise unreadable(line, f"is no YAML: {error.problem or error}") from error
    except RecursionError as error:
        raise unreadable(first_line, "is nested too deeply") from error
    except (yaml.YAMLError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise unreadable(first_line, f"is no YAML: {error}") from error
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    """How many values it stands for, with aliases each time. An alias of what it stands in is endless."""
    if id(node) in known:
        return known[id(node)]
    if depth > MAX_DEPTH:
        raise RecursionError
    known[id(node)] = MAX_NODES + 1
    count = 1
    if isinstance(node, yaml.MappingNode):
        count += sum(_size(value, known, depth + 1) for _, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        count += sum(_size(value, known, depth + 1) for value in node.value)
    known[id(node)] = count
    return count


def _note_lines(node: yaml.Node, path: Location, lines: dict[Location, int], first_line: int) -> None:
    lines.setdefault(path, node.start_mark.line + first_line)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, key.value)
            lines[below] = key.start_mark.line + first_line
            _note_lines(value, below, lines, first_line)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, index), lines, first_line)
