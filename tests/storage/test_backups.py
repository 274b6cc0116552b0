"""Backups: what goes in comes back, by value; nothing is overwritten unasked; what is damaged or too new is refused."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshhub.errors import NotFound, StorageError, UnusableRequest
from meshhub.secret import Secret
from meshhub.testing.engine import data_directory, open_store, rows, run
from meshhub.testing.everything import contents, segments
from meshhub.testing.exchange import Exchange
from storage.address import Address
from storage.backups.content import content_table
from storage.backups.destination import destination, place
from storage.backups.manifest import Manifest
from storage.client import Store
from storage.rendering import migrations
from storage.settings import BackupSettings, StorageSettings

QUICK = BackupSettings(poll_seconds=0.05)
STATE = {"alerting.sqlite": bytes(range(256)) * 20_000, "empty": b"", "o'dd λ": b"\x00'\\"}
ASKED = Manifest("0.1.0", 0, "2026-03-01T12:00:00+00:00", {}, {"traces": 2})


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with telemetry of every kind, for reading only."""
    settings = StorageSettings(database=f"meshhub_backed_{secrets.token_hex(4)}", backups=QUICK)
    store = open_store(settings)
    store.migrations.apply()
    for file in segments(tmp_path_factory.mktemp("segments"), Exchange.recent(), copies=3):
        file.load(store)
    for table in contents(store):
        run(store, f"OPTIMIZE TABLE {table} FINAL")  # no merge changes how many rows there are
    yield store
    run(store, f"DROP DATABASE {settings.database} SYNC")


@pytest.fixture(scope="module")
def made(source: Store) -> str:
    """The name of a backup of it."""
    name = f"made-{secrets.token_hex(4)}.tar"
    source.backups.create(name, ASKED, STATE)
    return name


@pytest.fixture
def target() -> Iterator[Store]:
    """A store that is still to be made."""
    settings = StorageSettings(database=f"meshhub_restored_{secrets.token_hex(4)}", backups=QUICK)
    store = open_store(settings)
    yield store
    other = open_store(StorageSettings(database="default"))
    run(other, f"DROP DATABASE IF EXISTS {settings.database} SYNC")


def digests(store: Store) -> dict[str, tuple[int, int]]:
    """Of each table the rows and a digest of all their values."""
    found = {}
    for name in contents(store):
        question = f"SELECT count(), sum(cityHash64(toString(tuple(*)))) FROM {name}"  # noqa: S608 - the schema's
        [(count, digest)] = rows(store, question)
        found[name] = (int(count), int(digest))
    return found


def test_what_was_backed_up_comes_back_row_by_row_and_goes_on(
    source: Store, made: str, target: Store, tmp_path: Path
) -> None:
    manifest, state = target.backups.restore(made, replace=False, target_state={})
    assert state == STATE
    assert manifest.schema == migrations()[-1].number
    assert manifest.journal == {"traces": 2}
    assert manifest.rows["spans"] > 0
    assert digests(target) == digests(source)
    assert target.migrations.plan() == []
    assert rows(
        target, "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name LIKE 'backup%'"
    ) == [(0,)]
    before = contents(target)
    for file in segments(tmp_path, Exchange.recent()):
        file.load(target)  # through the views that came back
    assert all(contents(target)[table] > before[table] for table in ("spans", "access_logs", "edges", "trace_index"))


def test_a_backup_is_read_back_whole(source: Store, made: str) -> None:
    assert source.backups.verify(made) == source.backups.rows()
    [(left,)] = rows(source, "SELECT count() FROM system.databases WHERE name LIKE '%_look_%'")
    assert left == 0


def test_one_that_is_damaged_is_not_restored_over_what_is_there(source: Store, target: Store) -> None:
    name = f"damaged-{secrets.token_hex(4)}"
    source.backups.create(name, ASKED, {})
    target.backups.restore(name, replace=False, target_state={})
    kept = contents(target)
    data = max((data_directory() / "backups" / name / "data" / "meshhub" / "spans").rglob("*.bin"), key=_size)
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 0xFF
    data.write_bytes(content)
    with pytest.raises(StorageError):
        source.backups.verify(name)
    with pytest.raises(StorageError):
        target.backups.restore(name, replace=True, target_state={})
    assert contents(target) == kept


def test_nothing_is_overwritten_unless_it_is_said(source: Store, made: str, target: Store) -> None:
    with pytest.raises(UnusableRequest, match=r"tables in the database .* would be overwritten\. Say --replace"):
        source.backups.restore(made, replace=False, target_state={})
    with pytest.raises(UnusableRequest, match=r"alerting\.sqlite would be overwritten"):
        target.backups.restore(made, replace=False, target_state={"alerting.sqlite": True})
    target.migrations.apply()
    target.backups.restore(made, replace=True, target_state={"alerting.sqlite": True})
    assert digests(target) == digests(source)


def test_names_that_are_taken_or_unknown_are_said(source: Store, made: str) -> None:
    with pytest.raises(UnusableRequest, match=f"there is one of this name in the directory {data_directory()}/backups"):
        source.backups.create(made, ASKED, {})
    for ask in (source.backups.manifest, source.backups.verify):
        with pytest.raises(NotFound, match="could not find the backup never in the directory"):
            ask("never")


def test_one_of_a_newer_version_is_refused(source: Store, target: Store) -> None:
    run(source, "INSERT INTO schema_migrations (number, name, hash) VALUES (9001, 'from_the_future', 'x')")
    name = f"newer-{secrets.token_hex(4)}.tar"
    try:
        with pytest.raises(StorageError, match="schema is at 9001"):
            source.backups.create(name, ASKED, {})  # a hub of this version has no business there
    finally:
        run(source, "DELETE FROM schema_migrations WHERE number = 9001")
    newer = Manifest("9.0.0", 9001, "2030-01-01T00:00:00+00:00", {})
    with source.backups._content({"manifest.json": newer.encoded()}):
        source.backups._run(f"BACKUP DATABASE {source._settings.database} AS meshhub TO", name)
    with pytest.raises(StorageError, match=r"meshhub 9\.0\.0 made it, its schema is at 9001"):
        target.backups.restore(name, replace=True, target_state={})


def test_there_has_to_be_a_store_to_back_up(target: Store) -> None:
    with pytest.raises(UnusableRequest, match="there is no store yet in the database"):
        target.backups.create("nothing", ASKED, {})


def test_a_manifest_comes_back_as_it_was() -> None:
    manifest = Manifest("1", 7, "2026", {"spans": 3}, {"logs": 1}, ("a",))
    assert Manifest.decoded(manifest.encoded()) == manifest
    with pytest.raises(KeyError):
        Manifest.decoded(json.dumps({"version": "1"}).encode())


SERVER = Address.parse("clickhouse://db", Path("unused"))
BUCKET = "https://bucket.s3.eu-west-1.amazonaws.com/meshhub"


@pytest.mark.parametrize(
    ("backups", "expected", "where"),
    [
        (
            BackupSettings(directory=Path("/backups")),
            ("File({path:String})", {"path": "/backups/x"}),
            "directory /backups",
        ),
        (BackupSettings(disk="s3"), ("Disk({disk:String}, {name:String})", {"disk": "s3", "name": "x"}), "disk s3"),
        (BackupSettings(bucket=BUCKET + "/"), ("S3({url:String})", {"url": f"{BUCKET}/x"}), f"bucket {BUCKET}"),
        (
            BackupSettings(bucket=BUCKET, access_key=Secret("k"), secret_key=Secret("s")),
            ("S3({url:String}, {key:String}, {secret:String})", {"url": f"{BUCKET}/x", "key": "k", "secret": "s"}),
            f"bucket {BUCKET}",
        ),
    ],
)
def test_a_server_is_told_where(backups: BackupSettings, expected: tuple[str, dict[str, str]], where: str) -> None:
    settings = StorageSettings(backups=backups)
    assert destination(SERVER, settings, "x") == expected
    assert place(SERVER, settings) == f"the {where}"


def test_a_server_that_was_told_no_place_has_none() -> None:
    bucket = StorageSettings(backups=BackupSettings(bucket=BUCKET))
    for ending in (".tar", ".zip"):  # made without complaint, and lost: found on a real S3 server
        with pytest.raises(UnusableRequest, match=r"reads no \.tar and no \.zip back from a bucket"):
            destination(SERVER, bucket, f"x{ending}")
    assert destination(SERVER, bucket, "x.tar.zst")[1]["url"] == f"{BUCKET}/x.tar.zst"
    with pytest.raises(UnusableRequest, match=r"a server needs storage\.backups\.directory, \.disk or \.bucket"):
        destination(SERVER, StorageSettings(), "x")
    with pytest.raises(ValueError, match="directory and disk are set"):
        BackupSettings(directory=Path("/x"), disk="y")


def test_the_engine_can_parse_what_a_cluster_is_sent(embedded_store: Store) -> None:
    statement = content_table(StorageSettings(cluster="two"))
    assert "ON CLUSTER 'two'" in statement
    assert rows(embedded_store, f"EXPLAIN AST {statement}")


def _size(path: Path) -> int:
    return path.stat().st_size
