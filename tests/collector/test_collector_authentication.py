"""Bearer tokens and what they stand for."""

from pathlib import Path

import pytest

from collector.authentication import Authentication
from collector.refusal import Reason, Refused
from collector.settings import AuthSettings
from meshhub.errors import ConfigurationError


def authentication(*tokens: dict[str, str]) -> Authentication:
    return Authentication.from_settings(AuthSettings.model_validate({"tokens": tokens}))


def test_without_tokens_everybody_is_let_in() -> None:
    assert authentication().tenant_of(None) == ""
    assert authentication().tenant_of("Bearer whatever") == ""


def test_each_token_stands_for_its_tenant(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("two\n")
    both = authentication({"token": "one", "tenant": "red"}, {"token_file": str(tmp_path / "token"), "tenant": "blue"})

    assert both.tenant_of("Bearer one") == "red"
    assert both.tenant_of("bearer  two") == "blue"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer on", "Bearer onee", "one", "Basic one", "Bearer one two", "Bearer \xff"],
)
def test_anything_else_is_refused_without_saying_more(header: str | None) -> None:
    with pytest.raises(Refused, match="could not authenticate") as refusal:
        authentication({"token": "one"}).tenant_of(header)
    assert refusal.value.reason is Reason.UNAUTHENTICATED
    assert refusal.value.retry_after is None


def test_an_empty_token_is_a_fault_not_an_open_door(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    with pytest.raises(ConfigurationError, match="the token is empty"):
        authentication({"token": ""})
    with pytest.raises(ConfigurationError, match="token: the token is empty"):
        authentication({"token_file": str(tmp_path / "token")})


def test_a_file_that_cannot_be_read_is_a_fault_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent: No such file"):
        authentication({"token_file": str(tmp_path / "absent")})


@pytest.mark.parametrize("token", [{}, {"token": "one", "token_file": "two"}, {"token": "x", "tenant": "a/b"}])
def test_tokens_that_make_no_sense_are_faults(token: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"exactly one|pattern"):
        AuthSettings.model_validate({"tokens": [token]})


def test_no_token_is_shown() -> None:
    assert "hunter2" not in repr(AuthSettings.model_validate({"tokens": [{"token": "hunter2"}]}))
