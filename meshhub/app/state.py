"""What a hub keeps beside its store, in the data directory: alerts, history of the configuration, tokens, overrides.

The key of sessions is left out: who has it could make sessions of anybody. After a restore, people log in again.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from collector.journal.segment import list_segments
from envoy_config.ads.overrides import FILE as OVERRIDES
from envoy_config.history.history import FILE as HISTORY
from meshhub.access.ledger import FILE as ACCESS
from meshhub.app.alerting import LEDGER
from meshhub.errors import MeshhubError
from meshhub.model import Signal

DATABASES = (LEDGER, HISTORY, ACCESS)
FILES = (OVERRIDES,)


def read_state(data_dir: Path) -> dict[str, bytes]:
    """The files that are there, each as of one moment, while a hub may be writing them.

    Raises:
        MeshhubError: one cannot be read.
    """
    state = {}
    try:
        for name in DATABASES:
            if (data_dir / name).exists():
                state[name] = _snapshot(data_dir / name)
        for name in FILES:
            if (data_dir / name).exists():
                state[name] = (data_dir / name).read_bytes()
    except (OSError, sqlite3.Error) as error:
        raise MeshhubError(f"could not read the hub's own state in {data_dir}: {error}") from error
    return state


def waiting_segments(data_dir: Path) -> dict[str, int]:
    """How many segments of each signal lie in the journal of a directory that no hub uses."""
    return {
        signal.value: sum(
            len(list_segments(folder)) for folder in (data_dir / "journal" / signal.value).glob("*") if folder.is_dir()
        )
        for signal in Signal
    }


def write_state(data_dir: Path, state: Mapping[str, bytes]) -> list[str]:
    """Put files of a backup in their places, for their owner only; their names. No hub may run meanwhile.

    Raises:
        MeshhubError: one is none of the hub's, or cannot be written.
    """
    unknown = sorted(state.keys() - {*DATABASES, *FILES})
    if unknown:
        raise MeshhubError(f"could not restore {', '.join(unknown)}: this version of meshhub keeps no such file")
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        for name, content in state.items():
            draft = data_dir / f"{name}.restored"
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            for leftover in (f"{name}-wal", f"{name}-shm"):  # they belong to the file that goes
                (data_dir / leftover).unlink(missing_ok=True)
            draft.replace(data_dir / name)
    except OSError as error:
        raise MeshhubError(f"could not write the hub's own state to {data_dir}: {error}") from error
    return sorted(state)


def _snapshot(path: Path) -> bytes:
    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as source,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        source.backup(copy)
        return copy.serialize()
