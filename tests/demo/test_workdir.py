import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from meshhub.demo.workdir import DemoState, WorkDirectory, find_running
from meshhub.errors import MeshhubError, NotFound


def publish(work: WorkDirectory) -> None:
    work.publish(
        control_url="http://127.0.0.1:1",
        token="secret-token",
        hub_url="http://127.0.0.1:2",
        pager_url="http://127.0.0.1:3",
    )


def test_a_published_demo_is_found_and_its_token_is_its_owners(tmp_path: Path) -> None:
    work = WorkDirectory.create(tmp_path / "root")
    publish(work)
    state = find_running(tmp_path / "root")
    assert (state.pid, state.control_url, state.token) == (os.getpid(), "http://127.0.0.1:1", "secret-token")
    assert (work.path / "state.json").stat().st_mode & 0o777 == 0o600
    assert work.path.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "root").stat().st_mode & 0o777 == 0o700


def test_no_demo_and_several_demos_are_told_apart(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with pytest.raises(NotFound, match="start one with `meshhub demo`"):
        find_running(root)
    publish(WorkDirectory.create(root))
    publish(WorkDirectory.create(root))
    with pytest.raises(MeshhubError, match="several are running"):
        find_running(root)
    with pytest.raises(NotFound):
        find_running(root, pid=1)


def test_a_dead_demo_is_not_found_and_its_directory_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    root = tmp_path / "root"
    mine = WorkDirectory.create(root)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    child.communicate(b"\n", timeout=10)
    dead = root / f"{child.pid}-{round(started * 1000)}-abcd"
    dead.mkdir()
    state = DemoState(child.pid, started, "http://127.0.0.1:1", "t", "http://127.0.0.1:2", "http://127.0.0.1:3")
    (dead / "state.json").write_text(json.dumps(asdict(state)))
    with pytest.raises(NotFound):
        find_running(root)
    other = WorkDirectory.create(root)
    assert not dead.exists()
    assert mine.path.exists()
    assert other.path.exists()


def test_a_directory_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    root.chmod(0o755)
    with pytest.raises(MeshhubError, match="no other user may enter"):
        WorkDirectory.create(root)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "root").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MeshhubError, match="could not use the work directory"):
        WorkDirectory.create(tmp_path / "root")


def test_a_state_file_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "1-1-ab").mkdir()
    (tmp_path / "1-1-ab" / "state.json").write_text("{")
    with pytest.raises(NotFound):
        find_running(tmp_path)


def test_removing_takes_everything(tmp_path: Path) -> None:
    work = WorkDirectory.create(tmp_path / "root")
    (work.subdirectory("logs") / "a.log").write_text("x")
    publish(work)
    work.remove()
    assert list((tmp_path / "root").iterdir()) == []
