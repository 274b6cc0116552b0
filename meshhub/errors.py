"""The errors of meshhub. Every message says "could not <verb> <what>: <cause>" and what to do where that is known."""

from dataclasses import dataclass
from pathlib import Path


class MeshhubError(Exception):
    """Something meshhub was asked to do could not be done; the message is fit for a user."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a configuration.

    `line` is 1-based and None where the fault has no place in the file (an environment variable, a missing key at
    the top level); `origin` is the file or the variable that said it.
    """

    origin: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.origin}:{self.line}: {self.reason}" if self.line else f"{self.origin}: {self.reason}"


class ConfigurationError(MeshhubError):
    """A configuration was rejected whole. Holds every fault found, not only the first. Exit code 2."""

    def __init__(self, what: str, faults: list[Fault]) -> None:
        self.faults = faults
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"could not use {what}:\n{lines}")


class StorageError(MeshhubError):
    """The engine did not do what it was asked. `retryable` says whether the same request may succeed later."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class DataDirectoryInUse(MeshhubError):
    """Another process holds the data directory."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"could not open the data directory {data_dir}: another meshhub process uses it. "
            "Stop that one, or give this one another --data-dir."
        )


class UnusableRequest(MeshhubError):
    """What was asked for cannot be done as it was asked. The message says what to change."""


class NotFound(MeshhubError):
    """What was asked for is not stored. The message says what was searched."""
