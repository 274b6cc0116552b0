"""SQL that is put into the queries of storage/queries in the place of `${name}`: nothing else is.

Only storage.filters makes these: of allow-listed columns, with every value from outside in a bound parameter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PLACE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the rows of a table; its parameters are named after its place."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """The text that a field has in a row, empty where it has none; or those of several fields, each with its name."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """One of the orders that rows can be asked for in."""

    text: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of columns that a query makes itself, or sets of them."""

    text: str


Piece = Condition | Term | Order | Names
Pieces = Mapping[str, Piece]


def place(text: str, parameters: Mapping[str, Any], pieces: Pieces) -> tuple[str, dict[str, Any]]:
    """A query with its pieces in place, and all its parameters.

    Raises:
        TypeError: something else than a piece was given.
        KeyError: the query has another place, or the pieces one more.
        ValueError: two parameters have one name.
    """
    bound = dict(parameters)
    for piece in pieces.values():
        if not isinstance(piece, Condition | Term | Order | Names):
            raise TypeError(f"could not place {type(piece).__name__} in a query: only what storage.filters makes")
        for name, value in _parameters(piece).items():
            if name in bound:
                raise ValueError(f"could not bind the parameter {name} twice")
            bound[name] = value
    places = set(_PLACE.findall(text))
    if places != set(pieces):
        raise KeyError(f"the query has places {sorted(places)}, and was given {sorted(pieces)}")
    return _PLACE.sub(lambda found: pieces[found[1]].text, text), bound


def _parameters(piece: Piece) -> Mapping[str, Any]:
    return {} if isinstance(piece, Order | Names) else piece.parameters
