import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner, Result

from meshhub.demo import commands
from meshhub.demo.control import control_app
from meshhub.demo.faults import FaultBoard, FaultSwitch
from meshhub.demo.ports import listening_socket, port_of
from meshhub.demo.serving import LoopbackServer
from meshhub.demo.session import DemoOptions
from meshhub.demo.workdir import WorkDirectory, default_root
from meshhub.secret import Secret


class ObedientInstances:
    async def kill(self, service: str) -> None:
        pass

    async def revive(self, service: str) -> None:
        pass

    async def throttle(self, service: str) -> None: ...

    async def release(self, service: str) -> None: ...


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """The work directories of a demo that runs in a thread of this process."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    listener = listening_socket()

    async def start() -> LoopbackServer:
        faults = FaultSwitch(FaultBoard(), ObedientInstances())
        server = LoopbackServer({listener: control_app(faults, Secret("token"))})
        server.start()
        return server

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    work = WorkDirectory.create(tmp_path / "root")
    work.publish(
        control_url=f"http://127.0.0.1:{port_of(listener)}", token="token", hub_url="http://127.0.0.1:1", pager_url=""
    )
    yield tmp_path / "root"
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(commands.app, ["--work-dir", str(root), *arguments])


def outcome(result: Result) -> tuple[int, str]:
    return result.exit_code, result.stdout


def test_faults_are_switched_by_command(root: Path) -> None:
    assert outcome(run(root, "fault", "list")) == (0, "no fault is on\n")
    assert outcome(run(root, "fault", "latency", "cart")) == (0, "latency cart\n")
    assert outcome(run(root, "fault", "dead-instance", "ratings")) == (0, "dead-instance ratings\nlatency cart\n")
    assert outcome(run(root, "fault", "errors", "bank.example")) == (
        0,
        "dead-instance ratings\nerrors bank.example\nlatency cart\n",
    )
    assert outcome(run(root, "fault", "latency", "cart", "--off")) == (
        0,
        "dead-instance ratings\nerrors bank.example\n",
    )
    assert outcome(run(root, "fault", "clear")) == (0, "no fault is on\n")


def test_a_wrong_service_is_wrong_usage(root: Path) -> None:
    result = run(root, "fault", "dead-instance", "gateway")
    assert result.exit_code == 2
    assert "gateway cannot have this fault" in " ".join(result.stderr.split())


def test_without_a_running_demo_the_command_fails_and_says_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path / "empty", "fault", "list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "meshhub: could not find a running demo: start one with `meshhub demo`.\n"


def test_options_reach_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[DemoOptions] = []

    def run_demo(options: DemoOptions) -> int:
        seen.append(options)
        return 1

    monkeypatch.setattr(commands, "run_demo", run_demo)
    arguments = ["--seconds", "3", "--json", "--rate", "40", "--sampling", "5", "--data-dir", str(tmp_path / "data")]
    assert run(tmp_path, *arguments).exit_code == 1
    monkeypatch.delenv("MESHHUB_DEMO_DIR", raising=False)
    assert CliRunner().invoke(commands.app, []).exit_code == 1
    assert seen == [
        DemoOptions(tmp_path, seconds=3, as_json=True, rate=40, sampling=5, data_dir=tmp_path / "data"),
        DemoOptions(default_root()),
    ]


@pytest.mark.parametrize("arguments", [("--seconds", "0"), ("--sampling", "100"), ("--rate", "0"), ("--nonsense",)])
def test_wrong_options_are_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run(tmp_path, *arguments).exit_code == 2
