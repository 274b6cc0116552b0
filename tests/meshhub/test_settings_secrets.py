"""Secrets come from values and files, go where they belong, and are never shown."""

import json
import logging
import traceback
from pathlib import Path

import pytest

from meshhub.errors import ConfigurationError
from meshhub.secret import MASK
from meshhub.settings import load_settings
from meshhub.settings.effective import effective

PLANTED = "pl4nted-s3cret"


def secret_file(directory: Path, text: str = PLANTED + "\n") -> Path:
    path = directory / "password"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_secret_is_read_from_the_file_that_the_settings_name(tmp_path: Path) -> None:
    config = tmp_path / "meshhub.yaml"
    config.write_text(f"storage:\n  password_file: {secret_file(tmp_path)}\n", encoding="utf-8")
    loaded = load_settings(config)
    assert loaded.settings.storage.password.reveal() == PLANTED
    assert loaded.origins["storage", "password"] == f"{config}:2"


def test_a_secret_is_read_from_the_file_that_a_variable_names(tmp_path: Path) -> None:
    loaded = load_settings(None, {"MESHHUB_STORAGE__PASSWORD_FILE": str(secret_file(tmp_path))})
    assert loaded.settings.storage.password.reveal() == PLANTED
    assert loaded.origins["storage", "password"] == "MESHHUB_STORAGE__PASSWORD_FILE"


def test_a_variable_with_a_file_takes_the_place_of_a_value_in_the_settings_file(tmp_path: Path) -> None:
    config = tmp_path / "meshhub.yaml"
    config.write_text("storage: {password: old}\ncollector: {auth: {tokens: [{token: old}]}}\n", encoding="utf-8")
    path = str(secret_file(tmp_path))
    environment = {
        "MESHHUB_STORAGE__PASSWORD_FILE": path,
        "MESHHUB_COLLECTOR__AUTH__TOKENS__0__TOKEN_FILE": path,
    }
    settings = load_settings(config, environment).settings
    assert settings.storage.password.reveal() == PLANTED
    assert settings.collector.auth.tokens[0].token is None
    assert settings.collector.auth.tokens[0].token_file == Path(path)


def test_a_value_and_a_file_in_one_place_are_a_fault(tmp_path: Path) -> None:
    path = secret_file(tmp_path)
    config = tmp_path / "meshhub.yaml"
    config.write_text(f"storage:\n  password: a\n  password_file: {path}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"meshhub.yaml:3: storage.password_file: password is given too"):
        load_settings(config)
    with pytest.raises(ConfigurationError, match=r"PASSWORD_FILE: is given, and so is MESHHUB_STORAGE__PASSWORD: give"):
        load_settings(None, {"MESHHUB_STORAGE__PASSWORD": "a", "MESHHUB_STORAGE__PASSWORD_FILE": str(path)})


def test_a_secret_file_that_cannot_be_read_is_named_with_its_origin(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(None, {"MESHHUB_STORAGE__PASSWORD_FILE": str(tmp_path / "none")})
    assert [str(fault) for fault in raised.value.faults] == [
        "MESHHUB_STORAGE__PASSWORD_FILE: storage.password_file: could not read the file: No such file or directory"
    ]


def test_the_user_and_password_of_the_store_url_are_moved_to_the_storage_section() -> None:
    settings = load_settings(None, {"MESHHUB_STORE": "clickhouses://hub:p%40ss@db.example.org:8443"}).settings
    assert settings.store == "clickhouses://db.example.org:8443"
    assert settings.storage.username == "hub"
    assert settings.storage.password.reveal() == "p@ss"


def test_a_password_in_the_url_and_in_the_section_is_a_fault() -> None:
    environment = {"MESHHUB_STORE": "clickhouse://u:a@db", "MESHHUB_STORAGE__PASSWORD": "b"}
    with pytest.raises(ConfigurationError, match=r"its URL has a password, and storage\.password is given too"):
        load_settings(None, environment)


PLACES = {
    "MESHHUB_STORE": f"clickhouse://hub:{PLANTED}@db.example.org",
    "MESHHUB_COLLECTOR__AUTH__TOKENS__0__TOKEN": PLANTED,
    "MESHHUB_TELEMETRY__OTLP__ENDPOINT": "https://collector.example.org:4317",
    "MESHHUB_TELEMETRY__OTLP__TOKEN": PLANTED,
}


def test_no_text_made_of_the_settings_has_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    loaded = load_settings(None, PLACES)
    settings = loaded.settings
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("meshhub.test").error("%s %r", settings, settings, extra={"settings": settings})
    texts = [
        repr(loaded),
        str(settings),
        settings.model_dump_json(),
        str(settings.model_dump()),
        json.dumps([[row.name, row.value, row.origin] for row in effective(loaded)]),
        caplog.text,
    ]
    assert [text for text in texts if PLANTED in text] == []
    assert [row.value for row in effective(loaded) if row.name == "storage.password"] == [MASK]


@pytest.mark.parametrize(
    "environment",
    [
        {"MESHHUB_STORE": f"clickhouse//hub:{PLANTED}@db.example.org"},
        {"MESHHUB_STORE": f"clickhouse://hub:{PLANTED}@db:port"},
        {"MESHHUB_STORE": f"clickhouse://hub:{PLANTED}@[db"},
        {"MESHHUB_STORAGE__PASSWROD": PLANTED},
        {"MESHHUB_STORAGE": PLANTED},
        {"MESHHUB_TELEMETRY__OTLP__ENDPOINT": f"https://u:{PLANTED}@collector"},
        {"MESHHUB_WEB__PAGE_THREADS": PLANTED},
        PLACES | {"MESHHUB_COLLECTOR__AUTH__TOKENS__0__TENANT": "no such tenant!"},
        PLACES | {"MESHHUB_COLLECTOR__AUTH__TOKENS__0__TOKEN_FILE": "/nowhere"},
    ],
)
def test_no_fault_repeats_what_may_be_a_secret(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(None, environment)
    assert PLANTED not in str(raised.value)
    assert PLANTED not in "".join(traceback.format_exception(raised.value))
