"""Where a tail of access logs is: what it told already of the time it looks at again."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from dashboard.reads.log_answers import UnusableCursor

LATE_SECONDS = 60
"""How long after the hub took a row it may be stored and is still told: a hub under load, or one whose store was away,
stores late."""
MAX_SHOWN = 500
"""A tail that told more rows than these in LATE_SECONDS does not look back: nobody reads so many."""

_TEXT = re.compile(r"([0-9]{1,10})((?:-[0-9a-f]{16})*)", re.ASCII)
_MAX_SECOND = 2**32


@dataclass(frozen=True, slots=True)
class TailCursor:
    """The second after which rows are looked at, and the hashes of those among them that were told."""

    after: int
    shown: frozenset[str]

    @property
    def text(self) -> str:
        """As a client keeps it."""
        return "-".join((str(self.after), *sorted(self.shown)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `text` said.

        Raises:
            UnusableCursor: it is none that a tail gave.
        """
        said = _TEXT.fullmatch(text)
        shown = said[2].split("-")[1:] if said else []
        if not said or int(said[1]) >= _MAX_SECOND or len(shown) > MAX_SHOWN:
            raise UnusableCursor("could not go on: this cursor is none that a tail of access logs gave")
        return cls(int(said[1]), frozenset(shown))


def hash_of(row_id: str) -> str:
    """Tells the row with this id from others, 16 hex digits."""
    return blake2b(row_id.encode(), digest_size=8).hexdigest()
