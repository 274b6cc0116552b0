"""The hub's own state: copied while it is written, put back for its owner only, and nothing else of a backup is."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meshhub.access.ledger import FILE, AccessLedger
from meshhub.access.tokens import Scope
from meshhub.app.state import read_state, waiting_segments, write_state
from meshhub.errors import MeshhubError

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_file_that_is_being_written_is_copied_as_of_one_moment(tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    ledger = AccessLedger(there / FILE)
    ledger.create("ci", Scope.READ, None, NOW)
    with closing(sqlite3.connect(there / FILE, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM tokens")
        state = read_state(there)
        writer.execute("ROLLBACK")
    ledger.close()
    assert set(state) == {FILE}
    assert write_state(back, state) == [FILE]
    assert stat.S_IMODE((back / FILE).stat().st_mode) == 0o600
    restored = AccessLedger(back / FILE)
    assert [token.name for token in restored.tokens()] == ["ci"]
    restored.close()


def test_what_the_log_of_the_old_file_had_does_not_come_back(tmp_path: Path) -> None:
    ledger = AccessLedger(tmp_path / FILE)
    state = read_state(tmp_path)
    ledger.create("later", Scope.ADMIN, None, NOW)  # lies in the write-ahead log
    assert (tmp_path / f"{FILE}-wal").exists()
    write_state(tmp_path, state)
    ledger.close()
    with closing(AccessLedger(tmp_path / FILE)) as restored:
        assert restored.tokens() == []


def test_files_that_are_none_of_the_hubs_are_not_written(tmp_path: Path) -> None:
    for name in ("../outside", "session.key", "store/x"):
        with pytest.raises(MeshhubError, match="keeps no such file"):
            write_state(tmp_path, {name: b"x"})
    assert list(tmp_path.iterdir()) == []


def test_segments_that_wait_are_counted(tmp_path: Path) -> None:
    assert not any(waiting_segments(tmp_path).values())
