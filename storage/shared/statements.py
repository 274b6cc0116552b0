"""What a transaction did to an SQLite file, as text: the statements that change rows, with what was bound to them."""

import base64
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Bound = Sequence[Any]


class Statements(Protocol):
    """Where statements are run: a connection, or what writes them down on their way."""

    def execute(self, sql: str, bound: Bound = (), /) -> sqlite3.Cursor: ...

    def executemany(self, sql: str, bound: Iterable[Bound], /) -> sqlite3.Cursor: ...


@dataclass(frozen=True, slots=True)
class Transaction:
    """Statements that belong together. `leader` is the process that did it as the one that leads; "" if anybody may."""

    leader: str
    statements: tuple[tuple[str, tuple[tuple[Any, ...], ...]], ...]

    def encoded(self) -> str:
        """As JSON."""
        content = [[sql, [[_plain(value) for value in row] for row in rows]] for sql, rows in self.statements]
        return json.dumps({"leader": self.leader, "statements": content}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def decoded(cls, text: str) -> "Transaction":
        """What `encoded` made."""
        content = json.loads(text)
        return cls(
            content["leader"],
            tuple(
                (sql, tuple(tuple(_value(value) for value in row) for row in rows))
                for sql, rows in content["statements"]
            ),
        )

    def run(self, connection: Statements) -> None:
        """Do it again."""
        for sql, rows in self.statements:
            for row in rows:
                connection.execute(sql, row)


class Recorder:
    """Runs statements, and remembers those that may change something."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.done: list[tuple[str, tuple[tuple[Any, ...], ...]]] = []

    def execute(self, sql: str, bound: Bound = (), /) -> sqlite3.Cursor:
        """Run one statement."""
        if not _reads(sql):
            self.done.append((sql, (tuple(bound),)))
        return self._connection.execute(sql, bound)

    def executemany(self, sql: str, bound: Iterable[Bound], /) -> sqlite3.Cursor:
        """Run one statement for each row."""
        rows = tuple(tuple(row) for row in bound)
        if rows:
            self.done.append((sql, rows))
        return self._connection.executemany(sql, rows)


def _reads(sql: str) -> bool:
    return sql.lstrip()[:6].upper() == "SELECT"


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _value(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value
