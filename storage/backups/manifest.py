"""What a backup says of itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    `rows` are those of each table when it began; `journal` says per signal how many segments had been taken and were
    not in the store then: they are not in the backup. `state` are the files of the hub.
    """

    version: str
    schema: int
    taken_at: str
    rows: Mapping[str, int]
    journal: Mapping[str, int] = field(default_factory=dict)
    state: tuple[str, ...] = ()

    def encoded(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def decoded(cls, text: bytes) -> Self:
        """Raises KeyError, TypeError or ValueError if it is none."""
        said: dict[str, Any] = json.loads(text)
        return cls(
            said["version"], int(said["schema"]), said["taken_at"], said["rows"], said["journal"], tuple(said["state"])
        )
