"""The embedded engine's directory: one process at a time, writable, and a clear word where it is not."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshhub.errors import StorageError
from meshhub.testing.engine import data_directory
from meshhub.testing.front import running_front
from storage.client import Store
from storage.settings import StorageSettings

MIGRATE = """
import ctypes, os, sys
from pathlib import Path
import chdb, clickhouse_connect
from storage.client import Store
from storage.settings import StorageSettings
if os.getuid() == 0 and sys.argv[2:]:
    os.setresuid(65534, 65534, 65534)
try:
    print(len(Store.open("embedded", Path(sys.argv[1]), StorageSettings()).migrations.apply()))
except Exception as error:
    print(type(error).__name__, error)
"""
AS_NOBODY = "as nobody"


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="meshhub-store-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def migrate_elsewhere(data_dir: Path, *how: str) -> str:
    """What a process of its own says when it opens a store here. Root owns everything: as root, another user tries."""
    command = [sys.executable, "-c", MIGRATE, str(data_dir), *how]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=True).stdout.strip()


def test_a_second_process_is_turned_away_with_a_clear_word(tmp_path: Path) -> None:
    with running_front(tmp_path / "store"):
        assert migrate_elsewhere(tmp_path) == (
            f"DataDirectoryInUse could not open the data directory {tmp_path}: another meshhub process uses it. "
            "Stop that one, or give this one another --data-dir."
        )


def test_a_directory_that_is_free_again_is_taken(tmp_path: Path) -> None:
    with running_front(tmp_path / "store") as front:
        front.kill()
        assert int(migrate_elsewhere(tmp_path)) > 0
    assert migrate_elsewhere(tmp_path) == "0"


def test_a_store_that_may_not_be_written_is_said(open_to_all: Path) -> None:
    migrate_elsewhere(open_to_all)
    for path in [open_to_all, *open_to_all.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    assert migrate_elsewhere(open_to_all, AS_NOBODY) == (
        f"StorageError could not open the store in {open_to_all / 'store'}: Permission denied. It has to be writable."
    )


def test_a_directory_that_may_not_be_written_is_said(open_to_all: Path) -> None:
    open_to_all.chmod(0o555)
    said = migrate_elsewhere(open_to_all, AS_NOBODY)
    assert said.startswith(f"StorageError could not use the embedded engine in {open_to_all / 'store'}: ")
    assert "Permission denied" in said


def test_a_file_in_the_place_of_the_directory_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Not a directory") as error:
        Store.open("embedded", tmp_path / "file", StorageSettings()).ping()
    assert error.value.retryable


def test_one_process_has_one_directory(embedded_store: Store, tmp_path: Path) -> None:
    embedded_store.ping()
    with pytest.raises(StorageError, match=f"already initialized with path '{os.path.realpath(data_directory())}"):
        Store.open("embedded", tmp_path, StorageSettings()).ping()
