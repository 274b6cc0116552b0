"""Strict configuration files: YAML decoded into a frozen pydantic model, every fault with its file and line.

Used for the hub's settings, the mesh file and every other file a user writes. A file is taken whole or not at all.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from meshhub.errors import ConfigurationError, Fault

MAX_FILE_BYTES = 4 * 1024 * 1024

Location = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)


class Section(BaseModel):
    """A part of a configuration: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded YAML file: its content, and the origin ("file" and line, or a variable's name) of each key path."""

    what: str
    origin: str
    content: dict[str, Any]
    lines: dict[Location, int] = field(default_factory=dict)
    overrides: dict[Location, str] = field(default_factory=dict)

    def fault(self, location: Location, reason: str) -> Fault:
        """A fault at the nearest place that the file has for this key path."""
        path = location
        while True:
            if path in self.overrides:
                return Fault(self.overrides[path], None, reason)
            if path in self.lines:
                return Fault(self.origin, self.lines[path], reason)
            if not path:
                return Fault(self.origin, None, reason)
            path = path[:-1]


def read_yaml(path: Path, *, what: str) -> Document:
    """Read one YAML mapping.

    Args:
        path: the file.
        what: how the file is called in messages ("the settings", "the mesh file").

    Raises:
        ConfigurationError: the file cannot be read, is too large, is not YAML, has a duplicate key, an alias, or is
            not a mapping.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigurationError(what, [Fault(str(path), None, f"is larger than {MAX_FILE_BYTES} bytes")])
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigurationError(what, [Fault(str(path), None, reason)]) from error
    return parse_yaml(text, origin=str(path), what=what)


def parse_yaml(text: str, *, origin: str, what: str) -> Document:
    """Decode one YAML mapping from text; see `read_yaml`."""
    try:
        return _parse(text, origin, what)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        reason = error.problem or str(error)
        raise ConfigurationError(what, [Fault(origin, mark.line + 1 if mark else None, reason)]) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(what, [Fault(origin, None, str(error))]) from error
    except RecursionError as error:
        raise ConfigurationError(what, [Fault(origin, None, "is nested too deeply")]) from error
    except (AttributeError, LookupError, ValueError) as error:  # what PyYAML lets through: 2001-99-99, 0x_, !!bool x
        raise ConfigurationError(what, [Fault(origin, None, f"has a value that cannot be read: {error}")]) from error


def _parse(text: str, origin: str, what: str) -> Document:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return Document(what, origin, {})
        lines: dict[Location, int] = {}
        faults: list[Fault] = []
        _walk(node, (), lines, faults, origin, seen=set())
        if not isinstance(node, yaml.MappingNode):
            faults.append(Fault(origin, node.start_mark.line + 1, "expected a mapping of keys to values"))
        if faults:
            raise ConfigurationError(what, faults)
        return Document(what, origin, loader.construct_document(node), lines)
    finally:
        loader.dispose()


def decode(document: Document, model: type[ModelT]) -> ModelT:
    """Turn a document into its model.

    Raises:
        ConfigurationError: with every fault of the document, sorted by line.
    """
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        faults = [document.fault(detail["loc"], _reason(detail)) for detail in error.errors()]
        raise ConfigurationError(document.what, sorted(faults, key=lambda f: (f.line or 0, f.reason))) from error


def _reason(detail: Mapping[str, Any]) -> str:
    location = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{location}: unknown key"
    if detail["type"] == "missing":
        return f"{location}: required and missing"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{location}: {message}" if location else message


def _walk(
    node: yaml.Node,
    path: Location,
    lines: dict[Location, int],
    faults: list[Fault],
    origin: str,
    seen: set[int],
) -> None:
    lines[path] = node.start_mark.line + 1
    if id(node) in seen and not isinstance(node, yaml.ScalarNode):
        faults.append(Fault(origin, node.start_mark.line + 1, "aliases are not supported: write the value again"))
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys: set[Hashable] = set()
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                faults.append(Fault(origin, key_node.start_mark.line + 1, "keys must be plain text"))
                continue
            if key in keys:
                faults.append(Fault(origin, key_node.start_mark.line + 1, f"{key}: the key is there twice"))
            keys.add(key)
            _walk(value_node, (*path, key), lines, faults, origin, seen)
            lines[(*path, key)] = key_node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), lines, faults, origin, seen)
