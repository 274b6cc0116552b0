"""The whole demo as its user runs it: the hub, the mesh, the visitors, faults, and the report."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from meshhub.demo import commands, shop
from meshhub.demo.workdir import DemoState, find_running
from meshhub.errors import NotFound

pytestmark = [pytest.mark.envoy, pytest.mark.timeout(240)]

UP_SECONDS = 120.0
END_SECONDS = 90.0


@contextmanager
def demo(root: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`meshhub demo` as a process."""
    command = [sys.executable, "-m", "meshhub.cli", "demo", "--work-dir", str(root), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def state_when_up(process: subprocess.Popen[str], root: Path) -> DemoState:
    """Wait until the demo can be found by other commands."""
    deadline = time.monotonic() + UP_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the demo ended with {process.returncode}: {process.communicate()[1]}")
        try:
            return find_running(root)
        except NotFound:
            time.sleep(0.1)  # a file written by another process gives no event
    return pytest.fail("the demo did not come up")


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    found = psutil.Process(process.pid).children(recursive=True)
    assert len(found) == 14
    return found


def test_an_unattended_demo_reports_that_the_hub_showed_everything(tmp_path: Path) -> None:
    with demo(tmp_path / "root", "--seconds", "600", "--json") as process:
        state = state_when_up(process, tmp_path / "root")
        running = children(process)
        fault = CliRunner().invoke(commands.app, ["--work-dir", str(tmp_path / "root"), "fault", "latency", "reviews"])
        assert (fault.exit_code, fault.stdout) == (0, "latency reviews\n")
        process.send_signal(signal.SIGTERM)
        output, messages = process.communicate(timeout=END_SECONDS)
    report = json.loads(output)
    assert (process.returncode, report["ok"], report["missing"]) == (0, True, []), messages
    assert {request["sampled"] for request in report["requests"]} == {True, False}
    assert all(len(request["services"]) >= 2 for request in report["requests"])
    assert {(edge["source"], edge["destination"]) for edge in report["edges"]} == set(shop.edges())
    assert report["urls"]["ui"] == f"{state.hub_url}/ui"
    assert psutil.wait_procs(running, timeout=0)[1] == []
    assert list((tmp_path / "root").iterdir()) == []


def test_nothing_outlives_a_demo_that_is_killed_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    with demo(tmp_path / "root") as process:
        state_when_up(process, tmp_path / "root")
        running = children(process)
        process.kill()
        assert psutil.wait_procs(running, timeout=20)[1] == []
    assert len(list((tmp_path / "root").iterdir())) == 1
    with demo(tmp_path / "root", "--data-dir", str(tmp_path / "data")) as process:
        state_when_up(process, tmp_path / "root")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=END_SECONDS)
    assert process.returncode == 0
    assert "Stopping everything" in output
    assert list((tmp_path / "root").iterdir()) == []
    assert (tmp_path / "data" / "journal").is_dir()


def test_a_hub_that_cannot_start_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with demo(tmp_path / "root", "--data-dir", str(tmp_path / "data"), "--seconds", "1") as process:
        output, _ = process.communicate(timeout=END_SECONDS)
    assert process.returncode == 1
    assert "could not start the hub: it ended with code" in output
    assert str(tmp_path / "data") in output
