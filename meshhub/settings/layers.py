"""Lays values over a settings file's content, and remembers where each came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from meshhub.configuration import Document, Location
from meshhub.errors import Fault
from meshhub.settings.catalogue import FILE_SUFFIX, Setting, catalogue, general


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a layer; `origin` is the variable or flag that gave it."""

    location: Location
    setting: Setting
    value: str | bool
    origin: str


class Layers:
    """The content that grows from the file upward; a later layer wins."""

    def __init__(self, document: Document) -> None:
        self._file = document
        self._content: dict[str, Any] = document.content
        self._overrides: dict[Location, str] = {}

    @property
    def document(self) -> Document:
        """What was laid together, for decoding."""
        file = self._file
        return Document(file.what, file.origin, self._content, file.lines, dict(self._overrides))

    def lay(self, layer: Sequence[Entry]) -> list[Fault]:
        """Put a layer on top; a secret takes the place of its file twin below it, and the other way round."""
        faults: list[Fault] = []
        origins = {entry.location: entry.origin for entry in layer}
        for entry in layer:
            other = counterpart(entry.location)
            if other in origins:
                faults.append(Fault(entry.origin, None, f"is given, and so is {origins[other]}: give one of them"))
                continue
            if other is not None:
                self.remove(other)
            try:
                self.put(entry.location, _decoded(entry.setting, entry.value), entry.origin)
            except IndexError as error:
                faults.append(Fault(entry.origin, None, str(error)))
        return faults

    def put(self, location: Location, value: Any, origin: str) -> None:
        """Set one value.

        Raises:
            IndexError: the location leaves a gap in a list.
        """
        self._content = _placed(self._content, location, value)
        self._overrides[location] = origin

    def remove(self, location: Location) -> None:
        """Take a value away, if it is there."""
        parent = self.value(location[:-1])
        if isinstance(parent, dict) and location[-1] in parent:
            rest = {key: value for key, value in parent.items() if key != location[-1]}
            self._content = _placed(self._content, location[:-1], rest)
            self._overrides.pop(location, None)

    def value(self, location: Location) -> Any:
        """What is at a location; None if nothing is."""
        node: Any = self._content
        for part in location:
            if isinstance(node, dict):
                node = node.get(part)
            elif isinstance(node, list) and isinstance(part, int) and part < len(node):
                node = node[part]
            else:
                return None
        return node

    def origin(self, location: Location) -> str:
        """Who gave the value at a location, as messages say it."""
        fault = self.document.fault(location, "")
        return f"{fault.origin}:{fault.line}" if fault.line else fault.origin


def counterpart(location: Location) -> Location | None:
    """Where the other form of a secret is given: the file of a value, the value of a file. None if it is no secret."""
    known = catalogue().settings
    name = str(location[-1])
    file = (*location[:-1], name + FILE_SUFFIX)
    if (setting := known.get(general(location))) is not None and setting.secret:
        return file if general(file) in known else None
    value = (*location[:-1], name.removesuffix(FILE_SUFFIX))
    of_file = known.get(general(value))
    return value if name.endswith(FILE_SUFFIX) and of_file is not None and of_file.secret else None


def _placed(node: Any, location: Location, value: Any) -> Any:
    """The node with the value at a location below it; what is in the way and no container gives way."""
    if not location:
        return value
    part, below = location[0], location[1:]
    if isinstance(part, int):
        items = node if isinstance(node, list) else []
        if part > len(items):
            raise IndexError(f"is for number {part}, but there are only {len(items)}, counted from 0")
        return [*items[:part], _placed(items[part] if part < len(items) else None, below, value), *items[part + 1 :]]
    entries = node if isinstance(node, dict) else {}
    return {**entries, part: _placed(entries.get(part), below, value)}


def _decoded(setting: Setting, value: str | bool) -> Any:
    """A variable's text as a settings file would have it."""
    if not isinstance(value, str):
        return value
    if setting.optional and value == "null":
        return None
    if setting.many:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value
