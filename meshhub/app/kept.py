"""What a hub keeps of its own, for commands: where processes share it, or in the data directory of the only one."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from envoy_config.history.history import FILE as HISTORY
from envoy_config.history.history import History
from meshhub.access.ledger import FILE as ACCESS
from meshhub.access.ledger import AccessLedger
from meshhub.app.processes import Processes
from meshhub.app.shared import ACCESS_LOG, WIRING_LOG, are_apart
from meshhub.clock import SystemClock
from meshhub.errors import MeshhubError, StorageError
from meshhub.settings import Settings
from storage.shared.log import Log, SharedEngine


@contextmanager
def kept_access(settings: Settings) -> Iterator[AccessLedger]:
    """Tokens and the audit log, as the hub has them now; what is written holds in all its processes.

    Raises:
        StorageError: a server has them, and does not answer.
        MeshhubError: they cannot be opened, or roles are apart and none of them has ever run.
    """
    with _place(settings, ACCESS_LOG) as (directory, log), closing(AccessLedger(directory / ACCESS, log)) as ledger:
        ledger.follow()
        _refuse_what_is_behind(ledger.trouble)
        yield ledger


@contextmanager
def kept_history(settings: Settings) -> Iterator[History]:
    """The history of the configuration; see `kept_access`."""
    with _place(settings, WIRING_LOG) as (directory, log), closing(History(directory / HISTORY, log)) as history:
        history.follow()
        _refuse_what_is_behind(history.trouble)
        yield history


def running_processes(settings: Settings) -> list[str]:
    """Those that said lately that they run on this store; none where one process has all roles: it says nothing.

    Raises:
        StorageError: the server does not answer.
    """
    if settings.is_embedded:
        return []
    with closing(SharedEngine.open(settings.store, settings.data_dir, settings.storage)) as engine:
        if not engine.has(ACCESS_LOG):
            return []
        seen = Processes(engine, SystemClock()).seen()
        return [each.report.name for each in seen if not each.report.ended and not each.silent]


@contextmanager
def _place(settings: Settings, name: str) -> Iterator[tuple[Path, Log | None]]:
    """The directory of the file, and the log that it follows.

    What is shared gets a file of its own, made from the log: the one in the data directory may be that of a process.
    """
    if not settings.is_embedded:
        with closing(SharedEngine.open(settings.store, settings.data_dir, settings.storage)) as engine:
            if engine.has(name):
                with tempfile.TemporaryDirectory(prefix="meshhub-") as directory:
                    yield Path(directory), engine.log(name)
                return
    if are_apart(settings):
        raise MeshhubError(
            f"could not find what the hub's processes share in {settings.store}: none of them has run on it yet. "
            "Start one, then repeat this."
        )
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MeshhubError(f"could not use the data directory {settings.data_dir}: {error.strerror}") from error
    yield settings.data_dir, None


def _refuse_what_is_behind(trouble: str) -> None:
    if trouble:
        raise StorageError(f"could not learn what the hub's processes share: {trouble}", retryable=True)
