"""The demo's work directory: certificates, configurations, logs, and the state by which the CLI finds the demo."""

import json
import os
import shutil
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from meshhub.errors import MeshhubError, NotFound

STATE_FILE = "state.json"


@dataclass(frozen=True, slots=True)
class DemoState:
    """What another process needs to reach a running demo.

    `started` is the process' creation time in seconds since the epoch; with the pid it names a process for good.
    `token` lets its holder switch faults: the file is for its owner only.
    """

    pid: int
    started: float
    control_url: str
    token: str
    hub_url: str
    pager_url: str

    def alive(self) -> bool:
        return _is_running(self.pid, self.started)


def default_root() -> Path:
    """Where this user's demos have their work directories."""
    return Path(tempfile.gettempdir()) / f"meshhub-demo-{os.getuid()}"


class WorkDirectory:
    """One demo's directory. It is removed when the demo ends; what a killed demo left goes when the next one starts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, root: Path) -> "WorkDirectory":
        """Make a directory below the root, named after this process, and remove those of dead processes.

        Raises:
            MeshhubError: the root is not a directory that only this user may enter.
        """
        _make_private(root)
        for leftover in sorted(root.iterdir()):
            if not _owner_is_running(leftover.name):
                shutil.rmtree(leftover, ignore_errors=True)
        me = psutil.Process()
        path = root / f"{me.pid}-{round(me.create_time() * 1000)}-{os.urandom(2).hex()}"
        path.mkdir(mode=0o700)
        return cls(path)

    def subdirectory(self, name: str) -> Path:
        """A directory in it, made if it is not there."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def publish(self, *, control_url: str, token: str, hub_url: str, pager_url: str) -> None:
        """Write the state file (mode 0600), whole or not at all."""
        me = psutil.Process()
        state = DemoState(me.pid, me.create_time(), control_url, token, hub_url, pager_url)
        draft = self.path / f".{STATE_FILE}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
        draft.rename(self.path / STATE_FILE)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def find_running(root: Path, *, pid: int | None = None) -> DemoState:
    """The demo that runs with this root, or the one with this process id.

    Raises:
        NotFound: none runs.
        MeshhubError: more than one runs and no process id says which is meant.
    """
    states = [state for state in map(_read, sorted(root.glob(f"*/{STATE_FILE}"))) if state is not None]
    running = [state for state in states if pid in (None, state.pid) and state.alive()]
    if not running:
        raise NotFound("could not find a running demo: start one with `meshhub demo`.")
    if len(running) > 1:
        pids = ", ".join(str(state.pid) for state in running)
        raise MeshhubError(f"could not choose a demo: several are running (processes {pids}). Name one with --pid.")
    return running[0]


def _read(path: Path) -> DemoState | None:
    try:
        return DemoState(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _make_private(root: Path) -> None:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = root.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise MeshhubError(
            f"could not use the work directory {root}: it must be a directory of yours that no other user may enter."
        )


def _owner_is_running(name: str) -> bool:
    pid, _, rest = name.partition("-")
    created = rest.partition("-")[0]
    if not pid.isdecimal() or not created.isdecimal():
        return True
    return _is_running(int(pid), int(created) / 1000)


def _is_running(pid: int, started: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started) < 0.1
    except psutil.Error:
        return False
