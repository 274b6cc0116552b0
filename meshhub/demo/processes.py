"""Child processes of the demo: tied to its life, their output kept in files, stopped for certain."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from meshhub.demo import tether

TAIL_BYTES = 64 * 1024


class Child:
    """A running program. Its standard output and standard error go to one file."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> "Child":
        """Start a program in a session of its own, so that Ctrl-C in the terminal reaches only the demo.

        Call it on the main thread: the child dies with the thread that starts it.

        Args:
            name: how messages call it.
            command: the program's absolute path and its arguments.
            log: receives its output; a restart appends.
            environment: its environment variables; None gives it the demo's own.
        """
        tied = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command]
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *tied,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=environment,
            )
        return cls(name, process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until it ends and return its exit code."""
        return await self._process.wait()

    def last_lines(self, count: int = 10) -> str:
        """The end of its output, at most `count` lines."""
        with suppress(OSError), self._log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - TAIL_BYTES))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])
        return ""

    def pause(self) -> None:
        """Take the CPU from it."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a pause."""
        self._signal(signal.SIGCONT)

    async def kill(self) -> None:
        """End it at once, as a crash would."""
        self._signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self, *, grace: float) -> None:
        """Ask it to end and wait; kill it if it has not ended after `grace` seconds."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
