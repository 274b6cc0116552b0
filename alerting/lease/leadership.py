"""Whether this process is the one that evaluates and tells."""

from collections.abc import Callable
from typing import Protocol


class Leadership(Protocol):
    """alerting.lease.election.Election, or what stands for it where nothing is to be elected."""

    @property
    def candidate(self) -> str:
        """The name of this run of this process; "" where there are no others."""
        ...

    @property
    def leads(self) -> bool:
        """Whether it is this process, at this moment."""
        ...

    @property
    def holder(self) -> str:
        """Who it is, as far as is known; "" where nobody is."""
        ...

    @property
    def trouble(self) -> str:
        """Why nobody can tell who leads; empty where it is known."""
        ...

    def start(self, changed: Callable[[], None]) -> None:
        """Take part; `changed` is called when this process begins or ceases to lead."""
        ...

    def stop(self) -> None:
        """Take part no more."""
        ...


class Alone:
    """The only process: the lock of its data directory is the lease."""

    candidate = ""
    leads = True
    holder = ""
    trouble = ""

    def start(self, changed: Callable[[], None]) -> None:
        """Nothing changes."""

    def stop(self) -> None:
        """There is nothing to give back."""


class Bystander:
    """A process that shows alerts and takes what people do about them, and never leads."""

    candidate = ""
    leads = False
    holder = ""
    trouble = ""

    def start(self, changed: Callable[[], None]) -> None:
        """Nothing changes."""

    def stop(self) -> None:
        """There is nothing to give back."""
