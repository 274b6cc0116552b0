"""Every setting by its path: what the environment may name, what a file may hold, what the reference lists.

Read from the models, so that it cannot differ from what is decoded.
"""

import difflib
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from meshhub.configuration import Location
from meshhub.secret import Secret
from meshhub.settings.model import Settings

PREFIX = "MESHHUB_"
INDEX = "*"
"""Stands for any position in a list."""
FILE_SUFFIX = "_file"

SettingPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `kind` and `default` are texts for people; `twin` is the secret that this file path stands for."""

    path: SettingPath
    kind: str
    default: str
    description: str
    secret: bool = False
    many: bool = False
    optional: bool = False
    twin: SettingPath | None = None

    @property
    def dotted(self) -> str:
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        """Its environment variable; N stands for a position in a list, from 0."""
        return PREFIX + "__".join("N" if part == INDEX else part.upper() for part in self.path)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All settings, in the order of the models. `sections` are the paths that hold others, with what they are for."""

    settings: dict[SettingPath, Setting]
    sections: dict[SettingPath, str]

    def nearest(self, path: SettingPath) -> Setting | None:
        """The setting that somebody who wrote this path may have meant."""
        wanted = ".".join(path)
        names = {setting.dotted: setting for setting in self.settings.values()}
        close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
        if close:
            return names[close[0]]
        by_last = [setting for setting in names.values() if setting.path[-1] == path[-1]]
        return by_last[0] if len(by_last) == 1 else None


def general(location: Location) -> SettingPath:
    """The path of a location: positions in lists become INDEX."""
    return tuple(INDEX if isinstance(part, int) else part for part in location)


@cache
def catalogue() -> Catalogue:
    """The catalogue of `Settings`."""
    found = Catalogue({}, {})
    _collect(Settings, (), found)
    return found


def _collect(model: type[BaseModel], path: SettingPath, found: Catalogue) -> None:
    found.sections[path] = " ".join((model.__doc__ or "").split())
    for name, field in model.model_fields.items():
        here = (*path, name)
        section, listed = _section_of(field.annotation)
        if section is not None and listed:
            found.sections[here] = field.description or ""
            _collect(section, (*here, INDEX), found)
        elif section is not None:
            _collect(section, here, found)
        else:
            for setting in _leaf(here, field, model):
                found.settings[setting.path] = setting


def _leaf(path: SettingPath, field: FieldInfo, model: type[BaseModel]) -> Iterator[Setting]:
    members = _members(field.annotation)
    secret = Secret in members
    yield Setting(
        path=path,
        kind=_kind(field.annotation),
        default=_default(field),
        description=field.description or "",
        secret=secret,
        many=any(typing.get_origin(member) is tuple for member in members),
        optional=types.NoneType in members,
    )
    twin_name = path[-1] + FILE_SUFFIX
    if secret and twin_name not in model.model_fields:
        text = f"A file that holds `{path[-1]}` (Kubernetes and Docker secrets)."
        yield Setting((*path[:-1], twin_name), "path", "", text, optional=True, twin=path)


def _section_of(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section that a field holds, and whether it holds a list of them."""
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            return member, False
        if typing.get_origin(member) is tuple:
            inner = typing.get_args(member)[0]
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                return inner, True
    return None, False


def _members(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type, without what is annotated to them."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in {types.UnionType, typing.Union}:
        return tuple(member for part in typing.get_args(annotation) for member in _members(part))
    return (annotation,)


_KIND_NAMES: dict[Any, str] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true or false",
    Path: "path",
    Secret: "secret",
    types.NoneType: "null",
}


def _kind(annotation: Any) -> str:
    names = []
    for member in _members(annotation):
        origin = typing.get_origin(member)
        if origin is tuple:
            names.append(f"list of {_kind(typing.get_args(member)[0])}")
        elif origin is typing.Literal:
            names.append(" or ".join(f"`{value}`" for value in typing.get_args(member)))
        elif isinstance(member, type) and issubclass(member, StrEnum):
            names.append(" or ".join(f"`{value}`" for value in member))
        else:
            names.append(_KIND_NAMES.get(member) or {"ByteSize": "bytes"}.get(member.__name__, member.__name__))
    return " or ".join(names)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is PydanticUndefined or value is None or isinstance(value, Secret):
        return ""
    return rendered(value)


def rendered(value: Any) -> str:
    """A value as a settings file would have it; bytes with their unit, secrets as stars."""
    if value is None:
        return "null"
    if isinstance(value, Secret):
        return str(value) if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(rendered(part) for part in value) + "]"
    if type(value).__name__ == "ByteSize":
        return bytes_text(int(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def bytes_text(count: int) -> str:
    """A number of bytes with the largest binary unit that divides it, as `ByteSize` reads it back."""
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if count and count % 1024**power == 0:
            return f"{count // 1024**power}{unit}"
    return str(count)
