"""Sessions: only what was sealed here opens, for as long as it may."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshhub.access.rates import Rates
from meshhub.access.sessions import KEY_FILE, Sessions, session_key
from meshhub.errors import ConfigurationError
from meshhub.principal import Principal, Role

WHO = Principal("ada@example.org", Role.OPERATOR, "shop", "oidc")
KEY = b"k" * 32
SESSIONS = Sessions(KEY, hours=1)


def test_a_cookie_says_who_it_was_sealed_for_in_any_process_with_the_key() -> None:
    cookie = SESSIONS.seal(WHO)
    assert Sessions(KEY, hours=1).open(cookie) == WHO
    assert Sessions(b"x" * 32, hours=1).open(cookie) is None


def test_a_logout_ends_one_session_and_no_other() -> None:
    sessions = Sessions(KEY, hours=1)
    first, second = sessions.seal(WHO), sessions.seal(WHO)
    sessions.end(first)
    assert sessions.open(first) is None
    assert sessions.open(second) == WHO


def test_a_session_ends_by_itself() -> None:
    assert Sessions(KEY, hours=-1).open(SESSIONS.seal(WHO)) is None


@given(st.text(max_size=200))
def test_nothing_else_opens(cookie: str) -> None:
    assert SESSIONS.open(cookie) is None


@given(st.integers(0, 10_000), st.characters(codec="ascii"))
def test_no_changed_cookie_opens_as_somebody_else(place: int, character: str) -> None:
    cookie = SESSIONS.seal(WHO)
    place %= len(cookie)
    changed = cookie[:place] + character + cookie[place + 1 :]
    assert SESSIONS.open(changed) in (None, WHO)


def test_the_key_of_a_data_directory_is_one_for_all_who_start_at_once(tmp_path: Path) -> None:
    starters = 8
    together = threading.Barrier(starters)

    def start() -> bytes:
        together.wait()
        return session_key(None, tmp_path)

    with ThreadPoolExecutor(starters) as pool:
        started = [pool.submit(start) for _ in range(starters)]
    keys = {each.result() for each in started}  # raises what one of them raised
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"short")
    with pytest.raises(ConfigurationError, match="less than 32 bytes"):
        session_key(file, tmp_path)
    with pytest.raises(ConfigurationError, match="No such file"):
        session_key(tmp_path / "gone", tmp_path)


class Ticking:
    """A clock to be moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_who_asks_too_often_waits_and_others_do_not() -> None:
    clock = Ticking()
    rates = Rates(per_second=2, burst=3, clock=clock)
    assert [rates.take("a") for _ in range(3)] == [0, 0, 0]
    assert rates.take("a") == pytest.approx(0.5)
    assert rates.is_spent("a") == pytest.approx(0.5)
    assert rates.take("b") == 0
    clock.seconds = 0.5
    assert rates.take("a") == 0
