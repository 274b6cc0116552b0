"""Runs what came over ClickHouse's HTTP interface on the embedded engine."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import chdb

_NOT_SETTINGS = frozenset(
    {
        "buffer_size",
        "client_protocol_version",
        "compress",
        "database",
        "decompress",
        "default_format",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "password",
        "query",
        "query_id",
        "quota_key",
        "role",
        "send_progress_in_http_headers",
        "session_check",
        "session_id",
        "session_timeout",
        "user",
        "wait_end_of_query",
    }
)
"""Query string parameters that belong to the HTTP interface; the others are settings."""

_INSERT_OF_DATA = re.compile(
    rb"\s*(INSERT\s+INTO\s+(?:(?!\bSELECT\b|\bVALUES\b).)*?)(\sSETTINGS\s.*?)?\s+FORMAT\s+(\w+)[ \t]*\r?(?:\n|$)",
    re.IGNORECASE | re.DOTALL,
)
_ANSWERS_ROWS = re.compile(r"\s*(?:--.*\n\s*)*(SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b", re.IGNORECASE)
_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_ERROR_CODE = re.compile(r"Code: (\d+)")


class EngineFault(Exception):
    """The engine refused a statement; the message and the code are ClickHouse's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the client; `format` is empty where a statement has no rows to answer."""

    body: bytes
    format: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One request. `data` is what an INSERT … FORMAT inserts, None for every other statement."""

    text: str
    data: bytes | None
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_request(cls, query: Mapping[str, str], body: bytes) -> Self:
        """Read a request: the statement is the parameter `query`, a line break and the body (either may be missing)."""
        said = query.get("query", "").encode()
        whole = said + b"\n" + body if said else body
        insert = _INSERT_OF_DATA.match(whole)
        parameters = {name.removeprefix("param_"): query[name] for name in query if name.startswith("param_")}
        settings = {name: query[name] for name in query.keys() - _NOT_SETTINGS if not name.startswith("param_")}
        database = query.get("database", "")
        if insert is None:
            return cls(whole.decode(), None, database, settings, parameters)
        target, clause, form = (part.decode() for part in insert.groups(default=b""))
        text = f"{target} FROM INFILE '{{data}}'{clause} FORMAT {form}"
        return cls(text, whole[insert.end() :], database, settings, parameters)


class Runner:
    """The engine on one data directory. Thread-safe: each statement has a connection of its own.

    Args:
        data_dir: the engine's directory.
        version: what `version()` answers; empty for the engine's own.
        config_file: a configuration of ClickHouse's.
    """

    def __init__(self, data_dir: Path, version: str = "", config_file: Path | None = None) -> None:
        options = f"?config-file={config_file.resolve()}" if config_file else ""
        self._address = f"{data_dir}{options}"
        self._version = version

    def __enter__(self) -> Self:
        self._keeps_engine = self._connect()
        return self

    def __exit__(self, *reason: object) -> None:
        self._keeps_engine.close()

    def run(self, statement: Statement) -> Answer:
        """Raises EngineFault if the engine refuses it."""
        connection = self._connect()
        try:
            return self._run(connection, statement)
        except RuntimeError as error:
            code = _ERROR_CODE.search(str(error))
            raise EngineFault(int(code[1]) if code else 1001, str(error)) from error
        finally:
            connection.close()

    def _run(self, connection: Any, statement: Statement) -> Answer:
        if statement.database:
            connection.query(f"USE `{statement.database}`")
        for name, value in sorted(statement.settings.items()):
            connection.query(f"SET {name} = {_literal(value)}")
        if statement.data is not None:
            return self._insert(connection, statement.text, statement.data)
        text = statement.text.replace("version()", _literal(self._version)) if self._version else statement.text
        found = _FORMAT.search(text)
        form = found[1] if found else "TabSeparated"
        result = connection.query(text, form, params=dict(statement.parameters))
        return Answer(result.bytes(), form if _ANSWERS_ROWS.match(text) else "")

    @staticmethod
    def _insert(connection: Any, text: str, data: bytes) -> Answer:
        with tempfile.NamedTemporaryFile(suffix=".data") as file:
            file.write(data)
            file.flush()
            connection.query(text.replace("{data}", file.name))
        return Answer(b"", "")

    def _connect(self) -> Any:
        return chdb.connect(self._address)  # type: ignore[no-untyped-call]


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
