"""The hub's log: one line per event on standard error, as text or JSON, without secrets."""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

from meshhub.secret import MASK, Secret
from meshhub.telemetry.settings import LogSettings

SHORTEST_SECRET = 4
"""Shorter secrets are not looked for in log lines: their letters would be masked in ordinary words."""

QUIET_LIBRARIES = ("uvicorn", "asyncio", "grpc", "httpcore", "httpx", "opentelemetry", "clickhouse_connect", "werkzeug")

_STANDARD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


def set_up_logging(settings: LogSettings, secrets: Iterable[Secret] = (), stream: TextIO | None = None) -> None:
    """Make the process log as the settings say. Replaces what was set up before.

    Args:
        settings: level and format.
        secrets: values that are masked wherever they turn up, as a last defence: code must not log them.
        stream: where to; standard error if None.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter((JsonFormatter if settings.format == "json" else TextFormatter)(secrets))
    root = logging.getLogger()
    for previous in list(root.handlers):
        root.removeHandler(previous)
    root.addHandler(handler)
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    root.setLevel(level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)


class _Formatter(logging.Formatter):
    """Reads a record into texts and masks secrets in them."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        super().__init__()
        revealed = {secret.reveal() for secret in secrets}
        self._secrets = sorted((text for text in revealed if len(text) >= SHORTEST_SECRET), key=len, reverse=True)

    def masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def message(self, record: logging.LogRecord) -> str:
        return self.masked(record.getMessage())

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the caller gave as `extra`; numbers stay numbers."""
        return {
            name: value if isinstance(value, int | float) else self.masked(str(value))
            for name, value in sorted(record.__dict__.items())
            if name not in _STANDARD_FIELDS
        }

    def trace(self, record: logging.LogRecord) -> str:
        return self.masked(self.formatException(record.exc_info)) if record.exc_info else ""

    @staticmethod
    def time(record: logging.LogRecord) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TextFormatter(_Formatter):
    """`2026-11-21T07:00:00.000Z INFO  collector.loader: message name=value`, and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in self.fields(record).items())
        line = f"{self.time(record)} {record.levelname:<7} {record.name}: {self.message(record)}{fields}"
        trace = self.trace(record)
        return f"{line}\n{trace}" if trace else line


class JsonFormatter(_Formatter):
    """One object per line: time, level, logger, message, the caller's fields, and `trace` for an exception."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = self.fields(record) | {
            "time": self.time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.message(record),
        }
        trace = self.trace(record)
        return json.dumps(entry | ({"trace": trace} if trace else {}), ensure_ascii=False, sort_keys=True)
