"""One request between two services that no other test uses: who, under which ids, when."""

import secrets
import time
from dataclasses import dataclass
from typing import Self

from meshhub.testing.otlp import Proxy


@dataclass(frozen=True, slots=True)
class Exchange:
    """`caller` called `callee` at `start` (Unix nanoseconds); `trace` and `request` are its ids."""

    caller: Proxy
    callee: Proxy
    trace: str
    request: str
    start: int

    @classmethod
    def recent(cls) -> Self:
        """One of five seconds ago."""
        return cls.of(time.time_ns() - 5_000_000_000)

    @classmethod
    def of(cls, start: int) -> Self:
        """One that began at this time (Unix nanoseconds)."""
        name = f"service-{secrets.token_hex(6)}"
        return cls(Proxy(name), Proxy(f"{name}-callee"), secrets.token_hex(16), secrets.token_hex(8), start)
