"""A running collector for tests, and the sink that it loads into."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop
from opentelemetry.metrics import Meter, NoOpMeterProvider

from collector.journal.record import message_of, scan
from collector.service import Collector
from collector.settings import CollectorSettings
from meshhub.errors import StorageError
from meshhub.model import Signal

WAIT_SECONDS = 20.0
FREE = "127.0.0.1:0"


class MemorySink:
    """A sink that keeps segments as an engine would: a token that it has seen changes nothing.

    `fail`, when set, is asked before each insert and raises what the engine shall say.
    """

    def __init__(self, fail: Callable[[bytes], None] | None = None) -> None:
        self.fail = fail
        self.segments: dict[str, bytes] = {}
        self.inserts: list[str] = []
        self.changed = threading.Condition()

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None:
        assert token.startswith(f"{signal}-")
        data = path.read_bytes()
        with self.changed:
            self.inserts.append(token)
            self.changed.notify_all()
        if self.fail is not None:
            self.fail(data)
        with self.changed:
            assert self.segments.setdefault(token, data) == data, f"the token {token} named two contents"
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait until a condition on what is here holds."""
        with self.changed:
            assert self.changed.wait_for(condition, WAIT_SECONDS), "the sink did not get there in time"

    @property
    def messages(self) -> list[bytes]:
        """The messages of all segments, oldest segment first."""
        return [message for token in sorted(self.segments) for message in messages_in(self.segments[token])]


class BrokenEngine:
    """Says no: to everything, or to segments that hold certain bytes."""

    def __init__(self, *, retryable: bool, needle: bytes = b"") -> None:
        self.retryable = retryable
        self.needle = needle
        self.is_broken = True

    def __call__(self, data: bytes) -> None:
        if self.is_broken and self.needle in data:
            raise StorageError("could not insert: the engine says no", retryable=self.retryable)


def messages_in(segment: bytes) -> list[bytes]:
    """The messages of a segment; there must be no damage."""
    extents = list(scan(segment))
    assert all(extent.intact for extent in extents)
    return [message_of(segment[extent.start : extent.end]) for extent in extents]


@contextmanager
def running(
    data_dir: Path, sink: Any = None, *, meter: Meter | None = None, **settings: Any
) -> Iterator["RunningCollector"]:
    """A collector on free ports of its own thread and loop; `settings` are sections of its settings."""
    given = settings.get("endpoints", {"otlp_grpc": FREE, "otlp_http": FREE, "zipkin": FREE})
    settings["endpoints"] = {"zipkin": None, **given}
    settings.setdefault("journal", {})
    settings["journal"] = {"min_free_bytes": 0, "segment_age_seconds": 0.05, **settings["journal"]}
    meter = meter or NoOpMeterProvider().get_meter("tests")
    decoded = CollectorSettings.model_validate(settings)
    hosted = RunningCollector(Collector(decoded, data_dir, sink or MemorySink(), meter))
    hosted.start()
    try:
        yield hosted
    finally:
        hosted.stop()


class RunningCollector:
    """Hosts a collector on a thread, as the hub does on its main thread."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self._loop = uvloop.new_event_loop()  # what the hub runs on
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._stopped = False

    def start(self) -> None:
        self._thread.start()
        try:
            self.run(self.collector.start)
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        if not self._stopped:
            self.run(self.collector.stop)
            self._end()

    def run(self, work: Callable[[], Any]) -> Any:
        """Run a coroutine function on the collector's loop."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(WAIT_SECONDS)

    @property
    def grpc_address(self) -> str:
        return f"127.0.0.1:{self.collector.ports['otlp_grpc']}"

    @property
    def http_address(self) -> tuple[str, int]:
        return "127.0.0.1", self.collector.ports["otlp_http"]

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.collector.ports['otlp_http']}"

    @property
    def zipkin_url(self) -> str:
        return f"http://127.0.0.1:{self.collector.ports['zipkin']}"

    def _end(self) -> None:
        self._stopped = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)
        self._loop.close()
