"""Files that follow one log say the same; nothing that was acknowledged is lost, whatever fails when."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshhub.testing.memory_log import MemoryLog
from storage.shared import database as module
from storage.shared.database import Database, Deposed, NotShared, Overtaken
from storage.shared.statements import Statements

SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, body BLOB) STRICT;
CREATE TABLE IF NOT EXISTS marks (note INTEGER NOT NULL REFERENCES notes (id) ON DELETE CASCADE) STRICT;
"""


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)


def opened(log: MemoryLog | None = None, path: Path | str = ":memory:") -> Database:
    return Database(path, SCHEMA, log)


def add(database: Database, text: str, *, urgent: bool = False, leader: str = "", revision: int | None = None) -> int:
    def work(connection: Statements) -> int:
        return connection.execute("INSERT INTO notes (text) VALUES (?)", (text,)).lastrowid or 0

    return database.write(work, urgent=urgent, leader=leader, revision=revision)


def texts(database: Database) -> list[str]:
    with database.reading() as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY id").fetchall()]


def test_a_file_of_one_process_is_just_a_file(tmp_path: Path) -> None:
    first = opened(path=tmp_path / "file")
    add(first, "a")
    assert not first.catch_up()
    first.close()
    assert texts(opened(path=tmp_path / "file")) == ["a"]
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_transaction_that_fails_changes_nothing_anywhere() -> None:
    log = MemoryLog()
    one = opened(log)

    def fail(connection: Statements) -> None:
        connection.execute("INSERT INTO notes (text) VALUES ('x')")
        connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(sqlite3.Error):
        one.write(fail)
    assert texts(one) == []
    assert not log.entries


def test_what_one_writes_the_others_have_when_they_catch_up() -> None:
    log = MemoryLog()
    one, other = opened(log), opened(log)
    assert [add(one, "a"), add(one, "b")] == [1, 2]
    assert other.catch_up()
    assert not other.catch_up()
    assert texts(other) == ["a", "b"]
    assert add(other, "c") == 3


def test_work_is_done_again_on_what_others_wrote_before() -> None:
    log = MemoryLog()
    one, other = opened(log), opened(log)
    add(one, "a")
    other.catch_up()
    add(one, "b")
    assert add(other, "c") == 3  # its number is the one after theirs
    assert texts(other) == ["a", "b", "c"]


def test_who_must_decide_again_is_told_so() -> None:
    log = MemoryLog()
    one, other = opened(log), opened(log)
    add(one, "a")
    other.catch_up()
    decided_on = other.revision
    add(one, "b")
    with pytest.raises(Overtaken):
        add(other, "c", revision=decided_on)
    assert texts(other) == ["a", "b"]
    with pytest.raises(Overtaken):
        add(other, "c", revision=decided_on)
    add(other, "c", revision=other.revision)
    add(other, "d", revision=other.revision)


def test_all_kinds_of_values_and_many_rows_at_once_are_the_same_everywhere() -> None:
    log = MemoryLog()
    one, other = opened(log), opened(log)

    def work(connection: Statements) -> None:
        connection.executemany("INSERT INTO notes (text, body) VALUES (?, ?)", [("ü\n", b"\x00\xff"), ("y", None)])
        connection.executemany("INSERT INTO marks VALUES (?)", [(1,), (True,)])

    one.write(work)
    one.write(lambda connection: connection.execute("DELETE FROM notes WHERE text = 'y'"))
    other.catch_up()
    for each in (one, other):
        with each.reading() as connection:
            assert connection.execute("SELECT text, body FROM notes").fetchall() == [("ü\n", b"\x00\xff")]
            assert connection.execute("SELECT count() FROM marks").fetchone() == (2,)
    one.write(lambda connection: connection.execute("DELETE FROM notes"))
    other.catch_up()
    with other.reading() as connection:
        assert connection.execute("SELECT count() FROM marks").fetchone() == (0,)


def test_what_is_not_urgent_is_refused_while_the_engine_is_down() -> None:
    log = MemoryLog()
    one = opened(log)
    add(one, "a")
    log.down = True
    with pytest.raises(NotShared, match="it is down"):
        add(one, "b")
    assert texts(one) == ["a"]
    log.down = False
    add(one, "c")
    assert texts(one) == ["a", "c"]


@pytest.mark.parametrize("urgent", [True, False])
def test_a_change_whose_answer_was_lost_counts_once(urgent: bool) -> None:
    log = MemoryLog()
    one, other = opened(log), opened(log)
    add(one, "a")
    log.deaf = 1
    try:
        add(one, "b", urgent=urgent)
    except NotShared:
        one.catch_up()
    add(one, "c")
    other.catch_up()
    assert texts(one) == texts(other) == ["a", "b", "c"]


def test_what_is_urgent_counts_at_once_and_is_shared_later(tmp_path: Path) -> None:
    log = MemoryLog()
    one, other = opened(log, tmp_path / "file"), opened(log)
    add(one, "a")
    log.down = True
    add(one, "b", urgent=True)
    add(one, "c", urgent=True)
    assert texts(one) == ["a", "b", "c"]
    assert "down" in one.trouble
    one.close()
    log.down = False
    again = opened(log, tmp_path / "file")
    add(again, "d")
    other.catch_up()
    assert texts(again) == texts(other) == ["a", "b", "c", "d"]
    assert not again.trouble


def test_what_waited_comes_after_what_others_did_meanwhile() -> None:
    log, cut = MemoryLog(), MemoryLog()
    one, other = opened(log), opened(log)
    add(one, "a")
    one._log, cut.down = cut, True
    add(one, "b", urgent=True)
    add(other, "c")
    one._log = log
    one.catch_up()
    other.catch_up()
    assert texts(one) == texts(other) == ["a", "c", "b"]


def test_who_leads_no_more_writes_nothing() -> None:
    log = MemoryLog()
    old, new = opened(log), opened(log)
    old.lead("old")
    add(old, "a", leader="old")
    new.catch_up()
    new.lead("new")
    with pytest.raises(Deposed):
        add(old, "b", leader="old")
    add(new, "c", leader="new")
    add(old, "from a page")  # what people do needs no lead
    new.catch_up()
    assert texts(old) == texts(new) == ["a", "c", "from a page"]


def test_what_a_leader_did_alone_is_dropped_where_another_led_meanwhile() -> None:
    log, cut = MemoryLog(), MemoryLog()
    old, new = opened(log), opened(log)
    old.lead("old")
    old._log, cut.down = cut, True
    add(old, "alone", urgent=True, leader="old")
    add(old, "by a person", urgent=True)
    new.lead("new")
    old._log = log
    old.catch_up()
    new.catch_up()
    assert texts(old) == texts(new) == ["by a person"]


def test_a_leader_that_begins_while_the_engine_is_down_leads(tmp_path: Path) -> None:
    log = MemoryLog()
    one, other = opened(log, tmp_path / "one"), opened(log)
    one.lead("first")
    log.down = True
    one.lead("second")
    add(one, "a", urgent=True, leader="second")
    log.down = False
    one.catch_up()
    other.catch_up()
    add(one, "b", leader="second")
    other.catch_up()
    assert texts(other) == ["a", "b"]


def test_what_is_in_the_first_file_is_what_everybody_begins_with(tmp_path: Path) -> None:
    alone = opened(path=tmp_path / "file")
    add(alone, "from before")
    alone.close()
    log = MemoryLog()
    one, other = opened(log, tmp_path / "file"), opened(log)
    one.catch_up()
    add(other, "a")
    one.catch_up()
    assert texts(one) == texts(other) == ["from before", "a"]


def test_a_file_that_was_away_for_long_goes_on_from_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SNAPSHOT_EVERY", 10)
    log = MemoryLog()
    one, away = opened(log), opened(log)
    add(one, "0")
    away.catch_up()
    for number in range(1, 55):
        add(one, str(number))
    assert min(log.entries) == 31
    assert away.catch_up()
    late = opened(log)
    late.catch_up()
    assert texts(away) == texts(late) == texts(one) == [str(number) for number in range(55)]


def test_an_engine_that_was_restored_has_the_last_word(tmp_path: Path) -> None:
    log = MemoryLog()
    one = opened(log, tmp_path / "file")
    for text in ("a", "b", "c"):
        add(one, text)
    one.close()
    for position in (2, 3):
        del log.entries[position]
    again, other = opened(log, tmp_path / "file"), opened(log)
    add(again, "d")
    other.catch_up()
    assert texts(again) == texts(other) == ["a", "d"]


def test_an_engine_that_was_made_anew_gets_what_the_first_file_has(tmp_path: Path) -> None:
    one = opened(MemoryLog(), tmp_path / "file")
    add(one, "a")
    one.close()
    log = MemoryLog()
    again, other = opened(log, tmp_path / "file"), opened(log)
    assert add(again, "b") == 2
    other.catch_up()
    assert texts(again) == texts(other) == ["a", "b"]


def test_no_file_of_another_can_be_attached() -> None:
    with pytest.raises(sqlite3.Error):
        opened().write(lambda connection: connection.execute("ATTACH DATABASE '/tmp/other' AS other"))


class ManyProcesses(RuleBasedStateMachine):
    """Processes that come and go, an engine that fails before or after it wrote; a leader at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryLog()
        self.processes = [opened(self.log) for _ in range(3)]
        self.acknowledged: list[str] = []
        self.urgent: list[str] = []
        self.number = 0

    @rule(process=st.integers(0, 2), urgent=st.booleans())
    def write(self, process: int, urgent: bool) -> None:
        self.number += 1
        text = str(self.number)
        try:
            add(self.processes[process], text, urgent=urgent)
        except NotShared:
            return
        (self.urgent if urgent else self.acknowledged).append(text)

    @rule(process=st.integers(0, 2))
    def catch_up(self, process: int) -> None:
        self.processes[process].catch_up()

    @rule(down=st.booleans())
    def engine(self, down: bool) -> None:
        self.log.down = down

    @rule()
    def lose_an_answer(self) -> None:
        self.log.deaf = 1

    @rule(process=st.integers(0, 2))
    def replace(self, process: int) -> None:
        """One is gone with its disk; nothing that it wrote alone is known of any more."""
        with self.processes[process].reading() as connection:
            if "shared_waiting" in str(connection.execute("SELECT name FROM sqlite_master").fetchall()):
                waiting = connection.execute("SELECT count() FROM shared_waiting").fetchone()[0]
                if waiting:
                    return
        self.processes[process] = opened(self.log)

    @invariant()
    def everything_acknowledged_is_there_once_when_all_is_well(self) -> None:
        if self.log.down or self.log.deaf:
            return
        for each in [*self.processes, *self.processes]:
            each._settle(self.log)
            each.catch_up()
        found = [texts(each) for each in self.processes]
        assert found[0] == found[1] == found[2]
        assert len(set(found[0])) == len(found[0])
        assert set(self.acknowledged) <= set(found[0])
        assert set(self.urgent) <= set(found[0])


ManyProcesses.TestCase.settings = hypothesis_settings(max_examples=40, stateful_step_count=25, deadline=None)
TestManyProcesses = ManyProcesses.TestCase
