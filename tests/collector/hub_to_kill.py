"""A collector in a process of its own, to be killed at any time: `hub_to_kill.py DATA_DIR SINK_DIR`.

Prints its ports as JSON and runs until SIGTERM. Its sink is a directory: a file per token, there whole or not at all.
It refuses segments that hold the word "poison", for good, and now and then fails for no reason.
"""

import asyncio
import json
import random
import shutil
import signal
import sys
from pathlib import Path

from opentelemetry.metrics import NoOpMeterProvider

from collector.service import Collector
from collector.settings import CollectorSettings
from meshhub.errors import StorageError
from meshhub.model import Signal

SETTINGS = {
    "endpoints": {"otlp_grpc": "127.0.0.1:0", "otlp_http": "127.0.0.1:0", "zipkin": "127.0.0.1:0"},
    "journal": {"segment_bytes": 16384, "segment_age_seconds": 0.02, "min_free_bytes": 0, "durability": "os"},
    "loader": {"retry_initial_seconds": 0.01, "retry_max_seconds": 0.02, "drain_seconds": 60},
}


class DirectorySink:
    """Keeps segments as files named by their token."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None:
        if random.random() < 0.05:
            raise StorageError("could not insert: bad luck", retryable=True)
        if b"poison" in path.read_bytes():
            raise StorageError("could not insert: poison", retryable=False)
        target = self._directory / token
        if not target.exists():
            unfinished = self._directory / f"{signal}.unfinished"
            shutil.copyfile(path, unfinished)
            unfinished.rename(target)


async def main(data_dir: Path, sink_dir: Path) -> None:
    settings = CollectorSettings.model_validate(SETTINGS)
    collector = Collector(settings, data_dir, DirectorySink(sink_dir), NoOpMeterProvider().get_meter("test"))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await collector.start()
    sys.stdout.write(json.dumps(collector.ports) + "\n")
    sys.stdout.flush()
    await ended.wait()
    await collector.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
