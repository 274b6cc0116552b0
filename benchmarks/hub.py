"""A hub of its own for a benchmark: a child process on free ports with a throw-away data directory."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

START_SECONDS = 60
STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Usage:
    """What the hub's process has used: CPU seconds since its start, resident bytes now."""

    cpu_seconds: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub: where it listens, and its process."""

    otlp_grpc: str
    zipkin: str
    url: str
    process: psutil.Process

    def usage(self) -> Usage:
        times = self.process.cpu_times()
        return Usage(times.user + times.system, self.process.memory_info().rss)

    def get(self, path: str) -> Any:
        """The JSON answer of the hub's API; None where it says 404."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=30) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise


@contextmanager
def running_hub(*, store: str, durability: str) -> Iterator[Hub]:
    """Start `meshhub serve` and stop it at the end.

    Args:
        store: "embedded" or clickhouse://…
        durability: "fsync" or "os".
    """
    with tempfile.TemporaryDirectory(prefix="meshhub-bench-") as folder:
        grpc_port, http_port, zipkin_port, web_port = (_free_port() for _ in range(4))
        config = Path(folder) / "meshhub.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "data_dir": f"{folder}/data",
                    "store": store,
                    "collector": {
                        "endpoints": {
                            "otlp_grpc": f"127.0.0.1:{grpc_port}",
                            "otlp_http": f"127.0.0.1:{http_port}",
                            "zipkin": f"127.0.0.1:{zipkin_port}",
                        },
                        "journal": {"durability": durability},
                    },
                    "web": {"address": f"127.0.0.1:{web_port}"},
                    "jaeger_grpc": {"address": None},
                }
            ),
            encoding="utf-8",
        )
        command = [sys.executable, "-m", "meshhub.cli", "serve", "--config", str(config)]
        log = Path(folder) / "hub.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ.copy())
        try:
            _await_ready(process, f"http://127.0.0.1:{web_port}/readyz", log)
            addresses = f"127.0.0.1:{grpc_port}", f"127.0.0.1:{zipkin_port}", f"http://127.0.0.1:{web_port}"
            yield Hub(*addresses, psutil.Process(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the hub did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
