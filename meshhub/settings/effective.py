"""The values in force and where each came from: what `meshhub config show` prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from meshhub.configuration import Location
from meshhub.secret import Secret
from meshhub.settings.catalogue import rendered
from meshhub.settings.loading import LoadedSettings
from meshhub.settings.model import Settings

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """One value in force; `value` is a text with stars in place of a secret."""

    name: str
    value: str
    origin: str


def effective(loaded: LoadedSettings) -> list[EffectiveSetting]:
    """Every value in the order of the models; a section that is off is one row with the value null."""
    return [
        EffectiveSetting(".".join(str(part) for part in location), rendered(value), _origin(loaded, location))
        for location, value in _values(loaded.settings, ())
    ]


def _origin(loaded: LoadedSettings, location: Location) -> str:
    return loaded.origins.get(location, DEFAULT)


def _values(node: Any, location: Location) -> Iterator[tuple[Location, Any]]:
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _values(getattr(node, name), (*location, name))
    elif isinstance(node, tuple) and node and isinstance(node[0], BaseModel):
        for position, member in enumerate(node):
            yield from _values(member, (*location, position))
    else:
        yield location, node


def secrets_of(settings: Settings) -> list[Secret]:
    """Every secret in the settings, for the places that must not show one."""
    return [value for _, value in _values(settings, ()) if isinstance(value, Secret) and value]
