"""The hub's log: one event per line, as text or JSON, without secrets."""

import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from meshhub.secret import Secret
from meshhub.telemetry.logs import set_up_logging
from meshhub.telemetry.settings import LogSettings
from meshhub.testing.hub import running_hub

PLANTED = 'pl4nted "s3cret"'


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield io.StringIO()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def log_to(stream: io.StringIO, form: Literal["text", "json"], level: Literal["debug", "info"] = "info") -> None:
    set_up_logging(LogSettings(format=form, level=level), [Secret(PLANTED), Secret("a")], stream)


def test_text_has_the_time_the_level_the_logger_the_message_and_the_fields(stream: io.StringIO) -> None:
    log_to(stream, "text")
    logging.getLogger("meshhub.test").warning("could not load %d", 7, extra={"segment": "traces-1", "bytes": 9})
    line = stream.getvalue().rstrip("\n")
    time, rest = line.split(" ", 1)
    assert time.endswith("Z")
    assert rest == "WARNING meshhub.test: could not load 7 bytes=9 segment=traces-1"


def test_json_is_one_object_per_line(stream: io.StringIO) -> None:
    log_to(stream, "json")
    try:
        raise ValueError("a\nb")
    except ValueError:
        logging.getLogger("meshhub.test").exception("line one\nline two", extra={"bytes": 9})
    assert stream.getvalue().count("\n") == 1
    entry = json.loads(stream.getvalue())
    assert entry["message"] == "line one\nline two"
    assert entry["level"] == "error"
    assert entry["logger"] == "meshhub.test"
    assert entry["bytes"] == 9
    assert "ValueError: a\nb" in entry["trace"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_that_slipped_into_a_line_is_masked(stream: io.StringIO, form: Literal["text", "json"]) -> None:
    log_to(stream, form)
    try:
        raise ValueError(f"in the cause {PLANTED}")
    except ValueError:
        logging.getLogger("meshhub.test").exception(
            "in the message %s, as a secret %s", PLANTED, Secret(PLANTED), extra={"field": f"in a field {PLANTED}"}
        )
    assert "s3cret" not in stream.getvalue()
    assert stream.getvalue().count("********") >= 4
    assert "message" in stream.getvalue()  # the one-letter secret masks nothing


def test_libraries_are_quiet_below_warnings(stream: io.StringIO) -> None:
    log_to(stream, "text", "debug")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("meshhub.test").debug("heard")
    assert stream.getvalue().count("\n") == 1
    assert "heard" in stream.getvalue()


def test_nothing_a_running_hub_says_has_a_planted_secret(tmp_path: Path) -> None:
    planted = "pl4nted-s3cret"
    token_file = tmp_path / "token"
    token_file.write_text(planted, encoding="utf-8")
    environment = {
        "MESHHUB_STORE": f"clickhouse://hub:{planted}@127.0.0.1:1",
        "MESHHUB_COLLECTOR__AUTH__TOKENS__0__TOKEN": planted,
        "MESHHUB_COLLECTOR__AUTH__TOKENS__1__TOKEN_FILE": os.fspath(token_file),
        "MESHHUB_TELEMETRY__OTLP__ENDPOINT": "http://127.0.0.1:1",
        "MESHHUB_TELEMETRY__OTLP__TOKEN": planted,
        "MESHHUB_TELEMETRY__LOG__LEVEL": "debug",
        "MESHHUB_COLLECTOR__LOADER__DRAIN_SECONDS": "0",
    }
    with running_hub(tmp_path / "data", environment=environment) as hub:
        answers = [hub.get(path).text for path in ("/readyz", "/metrics", "/api/openapi.json", "/api/docs")]
        hub.terminate()
    assert [text for text in [*answers, *map(str, hub.log), *hub.lines] if planted in text] == []
    assert len(hub.log) > 1
