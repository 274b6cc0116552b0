"""The history of applied configuration: what was in force when, and that it survives."""

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy_config.history import history as module
from envoy_config.history.history import FILE, History, HistoryFault
from envoy_config.history.model import Applied, AppliedDocument, Deed, Scope
from meshhub.errors import NotFound, UnusableRequest
from meshhub.model import TimeRange

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MESH = Scope("shop", "istio", "kubernetes prod")


def applied(text: str, scope: Scope = MESH, author: str = "ann", **others: object) -> Applied:
    return Applied(scope, (AppliedDocument("telemetry.yaml", text),), author, **others)  # type: ignore[arg-type]


def minute(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / FILE)


def test_a_version_has_all_that_was_said_of_it(history: History) -> None:
    made = history.record(applied("a: 1\n", message="sample all"), NOW)
    assert (made.name, made.at, made.author, made.message, made.deed) == ("v1", NOW, "ann", "sample all", Deed.APPLY)
    assert made.scope == MESH
    assert [(each.name, each.bytes, each.secret) for each in made.documents] == [("telemetry.yaml", 5, False)]
    assert history.documents(made.id) == (AppliedDocument("telemetry.yaml", "a: 1\n"),)
    assert made.text == "ann applied v1 of istio of shop (kubernetes prod): sample all"


def test_what_says_the_same_is_no_new_version_but_going_back_is_one(history: History) -> None:
    first = history.record(applied("a"), minute(0))
    assert history.record(applied("a"), minute(1)) == first
    second = history.record(applied("b"), minute(2))
    third = history.record(applied("a", deed=Deed.ROLLBACK, restores=first.id), minute(3))
    assert [each.id for each in history.versions()] == [third.id, second.id, first.id]
    assert third.content_hash == first.content_hash
    assert "rolled istio of shop (kubernetes prod) back to v1" in third.text


def test_in_force_is_the_newest_of_each_scope_that_concerns_a_workload(history: History) -> None:
    whole = Scope("shop", "envoy", "ads")
    one = Scope("shop", "envoy", "ads", service="cart", namespace="shop")
    for number, (text, scope) in enumerate([("a", whole), ("b", one), ("c", whole), ("d", one)]):
        history.record(applied(text, scope), minute(number))

    def names(at: float, **workload: str) -> list[str]:
        return [each.name for each in history.in_force(minute(at), **workload)]

    assert names(-1) == []
    assert names(1.5) == ["v2", "v1"]
    assert names(2.5, service="cart", namespace="shop") == ["v3", "v2"]
    assert names(9, service="pay", namespace="shop") == ["v3"]
    assert names(9, service="cart") == ["v4", "v3"]
    assert history.latest(one) == history.version(4)
    assert history.latest(one, minute(2)) == history.version(2)


def test_a_window_has_what_was_put_in_force_in_it_by_time(history: History) -> None:
    for number in range(5):
        history.record(applied(str(number)), minute(number))
    found = history.within(TimeRange(minute(1), minute(4)))
    assert [each.name for each in found] == ["v2", "v3", "v4"]
    assert [each.name for each in history.within(TimeRange(minute(0), minute(9)), limit=2)] == ["v4", "v5"]


def test_what_was_recorded_is_there_after_the_process_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from datetime import UTC, datetime\n"
        "from envoy_config.history.history import History\n"
        "from envoy_config.history.model import Applied, AppliedDocument, Scope\n"
        "history = History(sys.argv[1])\n"
        "history.record(Applied(Scope('m', 'b'), (AppliedDocument('d', 'text'),), 'ann'), datetime.now(UTC))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / FILE)], check=False, timeout=60)
    assert History(tmp_path / FILE).documents(1) == (AppliedDocument("d", "text"),)


def test_two_processes_may_record_at_once(tmp_path: Path) -> None:
    first, second = History(tmp_path / FILE), History(tmp_path / FILE)
    first.record(applied("a"), minute(0))
    assert second.record(applied("b"), minute(1)).name == "v2"
    assert [each.name for each in first.versions()] == ["v2", "v1"]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    History(tmp_path / FILE)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_the_oldest_of_too_many_go_with_their_texts(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    for number in range(6):
        history.record(applied(f"text {number}"), minute(number))
    assert [each.name for each in history.versions()] == ["v6", "v5", "v4"]
    (texts,) = history._database._connection.execute("SELECT count() FROM contents").fetchone()
    assert texts == 3


def test_what_is_not_there_is_said_so(history: History, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="v7"):
        history.version(7)
    with pytest.raises(NotFound):
        history.documents(7)
    assert history.latest(MESH) is None
    (tmp_path / "no").write_text("this is no database, and longer than a header would be" * 40, encoding="utf-8")
    with pytest.raises(HistoryFault, match="could not open"):
        History(tmp_path / "no")
    with pytest.raises(HistoryFault, match="could not open"):
        History(tmp_path / "missing" / "file")


def test_two_documents_of_one_name_are_refused_and_nothing_is_written(history: History) -> None:
    twice = (AppliedDocument("a", "1"), AppliedDocument("a", "2"))
    with pytest.raises(UnusableRequest, match="called a"):
        history.record(Applied(MESH, twice, "ann"), NOW)
    assert history.versions() == ()


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=50), st.booleans()), unique_by=lambda each: each[0]))
def test_any_document_comes_back_as_it_was(documents: list[tuple[str, str, bool]]) -> None:
    history = History(":memory:")
    made = tuple(AppliedDocument(*each) for each in sorted(documents))
    version = history.record(Applied(MESH, made, "ann"), NOW)
    assert history.documents(version.id) == made
    assert history.record(Applied(MESH, tuple(reversed(made)), "bob"), NOW) == version
    history.close()
