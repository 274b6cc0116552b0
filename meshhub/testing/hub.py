"""A real hub for tests: `meshhub serve` as a child process, every port chosen by the system."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

FREE = "127.0.0.1:0"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
PROXY_VARIABLES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"})


@dataclass(slots=True)
class RunningHub:
    """A hub that has started. `log` grows while it runs; `lines` has what is no JSON, such as a traceback."""

    process: subprocess.Popen[str]
    data_dir: Path
    url: str = ""
    otlp_grpc: str = ""
    otlp_http: str = ""
    zipkin: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def get(self, path: str) -> httpx.Response:
        """Ask the hub over HTTP."""
        return httpx.get(f"{self.url}{path}", trust_env=False, timeout=30)

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Have the hub do something over HTTP."""
        return httpx.post(f"{self.url}{path}", json=dict(body), trust_env=False, timeout=30)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Wait for the end; the exit code."""
        return self.process.wait(seconds)

    def terminate(self) -> int:
        """Have it drain and end; the exit code."""
        self.process.terminate()
        return self.wait()


@contextmanager
def running_hub(
    data_dir: Path,
    *,
    settings: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    printed: Path | None = None,
) -> Iterator[RunningHub]:
    """A hub on this data directory, on free ports; it is gone when the block ends.

    Args:
        data_dir: its data directory.
        settings: by dotted name ("web.page_threads"), as `--set` takes them.
        environment: additional variables; those of meshhub that this process has are not handed on.
        printed: the file that its standard output goes to; nowhere if None.

    Raises:
        AssertionError: it did not start; the message has its output.
    """
    hub = RunningHub(start_hub(data_dir, settings=settings, environment=environment, printed=printed), data_dir)
    entries: queue.Queue[dict[str, Any] | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(hub, entries), daemon=True)
    reader.start()
    try:
        _wait_until_started(hub, entries)
        yield hub
    finally:
        if hub.process.poll() is None:
            hub.process.terminate()
        try:
            hub.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            hub.process.kill()
            hub.process.wait()
        reader.join(STOP_SECONDS)


def until(condition: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Ask again and again until it is so.

    Raises:
        AssertionError: it is not so in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def start_hub(
    data_dir: Path,
    *,
    settings: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    printed: Path | None = None,
) -> "subprocess.Popen[str]":
    """The process of a hub, its log as JSON on standard error; see `running_hub`."""
    given = {
        "web.address": FREE,
        "collector.endpoints.otlp_grpc": FREE,
        "collector.endpoints.otlp_http": FREE,
        "collector.endpoints.zipkin": FREE,
        "jaeger_grpc.address": FREE,
        "telemetry.log.format": "json",
    } | dict(settings or {})
    assignments = [f"--set={name}={value}" for name, value in given.items()]
    with (printed or Path(os.devnull)).open("w") as output:  # the child has a copy of its own
        return subprocess.Popen(
            [sys.executable, "-m", "meshhub.cli", "serve", "--data-dir", str(data_dir), *assignments],
            env=clean_environment() | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
        )


def clean_environment() -> dict[str, str]:
    """This process's variables without those that change what meshhub does."""
    unwanted = PROXY_VARIABLES | {name for name in os.environ if name.startswith(("MESHHUB_", "OTEL_"))}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def _read(hub: RunningHub, entries: "queue.Queue[dict[str, Any] | None]") -> None:
    assert hub.process.stderr is not None
    for line in hub.process.stderr:
        try:
            entry = json.loads(line)
        except ValueError:
            hub.lines.append(line)
        else:
            hub.log.append(entry)
            entries.put(entry)
    hub.process.stderr.close()
    entries.put(None)


def _wait_until_started(hub: RunningHub, entries: "queue.Queue[dict[str, Any] | None]") -> None:
    while True:
        try:
            entry = entries.get(timeout=START_SECONDS)
        except queue.Empty:
            entry = None
        assert entry is not None, f"the hub did not start:\n{hub.log}\n{''.join(hub.lines)}"
        if entry["logger"] == "meshhub.app.hub" and "url" in entry:
            hub.url = entry["url"]
            hub.otlp_grpc = f"127.0.0.1:{entry.get('otlp_grpc')}"
            hub.otlp_http = f"http://127.0.0.1:{entry.get('otlp_http')}"
            hub.zipkin = f"http://127.0.0.1:{entry.get('zipkin')}"
            return
