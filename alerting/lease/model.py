"""A lease, and where one is kept."""

from dataclasses import dataclass
from typing import Protocol

from meshhub.errors import MeshhubError


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds it ("": nobody), for how many seconds after each renewal, and how often it went to somebody else.

    `renewed` is a text that is another one after each renewal. It is a time for people to read; nobody compares it with
    a clock of their own.
    """

    holder: str
    seconds: float
    renewed: str
    transitions: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A lease as it was found. `version` is what it must still have to be replaced."""

    lease: Lease
    version: str


class LeaseFault(MeshhubError):
    """The lease cannot be read or written: nobody knows who holds it."""


class Leases(Protocol):
    """Keeps one lease. Every method blocks, for seconds at most, and raises LeaseFault where nothing answers."""

    def read(self) -> Kept | None:
        """The lease; None before the first."""
        ...

    def write(self, lease: Lease, version: str) -> bool:
        """Put a lease in the place of the one with this version ("" for none); whether nobody else was first."""
        ...
