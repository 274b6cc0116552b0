"""Who asks: the name, the role and the tenant behind a request, for everything that depends on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from meshhub.errors import MeshhubError


class Role(StrEnum):
    """What somebody may do; each role may do what those before it may."""

    VIEWER = "viewer"
    """Look at everything of the own tenant."""
    OPERATOR = "operator"
    """Acknowledge, silence, change objectives, apply configuration."""
    ADMIN = "admin"
    """Make and revoke tokens, read the audit log of access."""

    def covers(self, other: "Role") -> bool:
        """Whether this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who was let in. `tenant` is None for those who see every tenant's data; `how` says what let them in."""

    name: str
    role: Role
    tenant: str | None = None
    how: str = ""


class Forbidden(MeshhubError):
    """Who asks is known, and may not do it. The message says which role it takes."""


LOCAL = Principal("local", Role.ADMIN, None, "loopback")
"""Who asks where nobody has to say who they are: on this machine's loopback, or where that was said to be all right."""

_acting: ContextVar[Principal] = ContextVar("acting", default=LOCAL)


def acting() -> Principal:
    """Who asks, in the request that is being answered."""
    return _acting.get()


@contextmanager
def acting_as(principal: Principal) -> Iterator[None]:
    """Answer for somebody. Threads that the request is handed to copy it with their context."""
    token = _acting.set(principal)
    try:
        yield
    finally:
        _acting.reset(token)


def require(role: Role, deed: str) -> None:
    """Have only those with a role do something.

    Args:
        role: the least that it takes.
        deed: what is done, as in "could not <deed>".

    Raises:
        Forbidden: who asks has less.
    """
    who = acting()
    if not who.role.covers(role):
        raise Forbidden(f"could not {deed}: it takes the role {role}, and {who.name} has the role {who.role}")


def named(claimed: str) -> str:
    """The name for the audit log: of who asks, or, where nobody has to say who they are, the one that was claimed."""
    who = acting()
    return claimed or who.name if who is LOCAL else who.name
