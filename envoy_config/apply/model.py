"""What applying did, or why it did nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from meshhub.errors import MeshhubError


class Deed(StrEnum):
    """What was done, or would be, with a document."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    RELEASED = "released"
    """Others have fields in it, so it stays: only the fields that were ours are gone."""
    UNTRIED = "untried"
    """Could not be tried beforehand, because its namespace is to be made first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document."""

    name: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why one document cannot be applied."""

    name: str
    reason: str
    conflict: bool = False


class Refused(MeshhubError):
    """Nothing was written: some documents cannot be applied. Holds what is wrong with each."""

    def __init__(self, target: str, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        lines = "\n".join(f"  {each.name}: {each.reason}" for each in self.troubles)
        super().__init__(f"could not apply to {target}; nothing was written:\n{lines}")


class Interrupted(MeshhubError):
    """Writing failed on the way. `restored` are as they were again; `left` could not be put back, with why."""

    def __init__(
        self, target: str, trouble: Trouble, restored: Iterable[str] = (), left: Iterable[Trouble] = ()
    ) -> None:
        self.trouble, self.restored, self.left = trouble, tuple(restored), tuple(left)
        said = [f"could not apply to {target}: {trouble.name}: {trouble.reason}"]
        if self.restored:
            said.append(f"  put back as before: {', '.join(self.restored)}")
        said += [f"  NOT put back, still as applied: {each.name}: {each.reason}" for each in self.left]
        if not self.left:
            said.append("  everything is as it was before")
        super().__init__("\n".join(said))
