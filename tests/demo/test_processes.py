import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from meshhub.demo.processes import Child

SLEEP = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]


async def started(command: list[str], log: Path) -> Child:
    child = await Child.start("a child", command, log=log)
    async with asyncio.timeout(20):
        while True:
            if "up" in child.last_lines():
                return child
            await asyncio.sleep(0.01)


def test_the_output_is_kept_and_its_end_shown(tmp_path: Path) -> None:
    async def scenario() -> tuple[int, str]:
        command = [sys.executable, "-c", "import sys; [print(i, file=sys.stderr) for i in range(100)]; sys.exit(3)"]
        child = await Child.start("a child", command, log=tmp_path / "log")
        async with asyncio.timeout(20):
            return await child.wait(), child.last_lines(3)

    assert asyncio.run(scenario()) == (3, "97\n98\n99")


def test_stopping_asks_first_and_insists_then(tmp_path: Path) -> None:
    async def scenario() -> list[int | None]:
        obedient = await started(SLEEP, tmp_path / "a")
        stubborn = await started(STUBBORN, tmp_path / "b")
        assert (obedient.exit_code, stubborn.exit_code) == (None, None)
        await obedient.stop(grace=20)
        await stubborn.stop(grace=0.1)
        await stubborn.stop(grace=0.1)
        return [obedient.exit_code, stubborn.exit_code]

    assert asyncio.run(scenario()) == [-signal.SIGTERM, -signal.SIGKILL]


def test_the_environment_is_what_was_given(tmp_path: Path) -> None:
    async def scenario(environment: dict[str, str] | None) -> str:
        log = tmp_path / f"log-{environment is None}"
        command = [sys.executable, "-c", "import os; print(os.environ.get('HUE'), 'HOME' in os.environ)"]
        child = await Child.start("a child", command, log=log, environment=environment)
        async with asyncio.timeout(20):
            await child.wait()
        return child.last_lines()

    assert asyncio.run(scenario({"HUE": "blue"})) == "blue False"
    assert asyncio.run(scenario(None)) == f"None {'HOME' in os.environ}"


PARENT = f"""
import asyncio, pathlib, sys
from meshhub.demo.processes import Child
async def main():
    child = await Child.start("a child", {SLEEP!r}, log=pathlib.Path(sys.argv[1]))
    print(child.pid, flush=True)
    await child.wait()
asyncio.run(main())
"""


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(log)], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.is_running()
        parent.kill()
        child.wait(timeout=20)
    finally:
        parent.kill()
        parent.communicate(timeout=20)
    assert not psutil.pid_exists(child.pid)
