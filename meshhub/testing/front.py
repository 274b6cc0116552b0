"""Starts the ClickHouse front as a process of its own: the engine's second kind, as tests meet it."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Front:
    """A running front. `url` is what the setting `store` takes."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"clickhouse://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)


@contextmanager
def running_front(data_dir: Path, *options: str, largest_file: int | None = None) -> Iterator[Front]:
    """A front on this data directory until the end of the block.

    Args:
        data_dir: made if it is not there.
        options: further command line options (meshhub.testing.clickhouse_front).
        largest_file: bytes that it may write to one file; more fails as on a full disk.
    """
    command = [sys.executable, "-m", "meshhub.testing.clickhouse_front", "--data-dir", str(data_dir), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    if largest_file is not None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        yield Front(process, int(process.stdout.readline()))
    finally:
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
