"""The journal against a model: after any sequence of appends, crashes at any byte, damage, splits, loads and restarts,
the engine has every acknowledged record once, in the order of its segment, but for those that a fault destroyed."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from opentelemetry.metrics import NoOpMeterProvider

from collector.instruments import Instruments
from collector.journal.journal import Journal
from collector.journal.record import RECEIVED_TAG, message_of, scan
from collector.journal.segment import SegmentName
from collector.settings import JournalSettings
from collector.splitting import split
from meshhub.model import Signal

SIGNAL = Signal.TRACES
ANY = st.integers(0, 2**20)
"""Picks from what is there, whose size depends on how the writer grouped the appends."""

ItemT = TypeVar("ItemT")

SETTINGS = JournalSettings.model_validate(
    {"durability": "os", "segment_bytes": 4096, "segment_age_seconds": 1000, "min_free_bytes": 0}
)


def pick(items: Sequence[ItemT], number: int) -> ItemT:
    return items[number % len(items)]


def bodies_in(data: bytes) -> list[bytes]:
    messages = [message_of(data[extent.start : extent.end]) for extent in scan(data) if extent.intact]
    return [message[: message.rindex(RECEIVED_TAG)] for message in messages]


def size_of(path: Path) -> int:
    """0 if it has been moved meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class JournalModel(RuleBasedStateMachine):
    """`acknowledged` is what must be loaded in the end; `engine` what tokens brought."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="meshhub-journal-"))
        self.loop = asyncio.new_event_loop()
        self.lives = 0
        self.count = 0
        self.acknowledged: list[bytes] = []
        self.engine: dict[str, list[bytes]] = {}
        self.journal: Journal
        self.directory = self.root / "0"
        self.open()

    # what happens

    @rule(size=st.integers(0, 1500))
    def append(self, size: int) -> None:
        self.acknowledged.append(self.write(size))

    @rule(sizes=st.lists(st.integers(0, 300), min_size=2, max_size=20))
    def append_together(self, sizes: list[int]) -> None:
        written = [self.body(size) for size in sizes]

        async def append() -> None:
            await asyncio.gather(*(self.journal.append(SIGNAL, body) for body in written))

        self.loop.run_until_complete(append())
        self.rest()
        self.acknowledged.extend(written)

    @rule()
    def restart(self) -> None:
        self.journal.close()
        self.open()

    @rule()
    def crash(self) -> None:
        self.die()
        self.open()

    @rule(size=st.integers(0, 1500), cut=ANY)
    def crash_in_the_middle_of_a_write(self, size: int, cut: int) -> None:
        self.write(size)
        self.die()
        newest = self.files()[-1]
        content = newest.read_bytes()
        last = list(scan(content))[-1]
        newest.write_bytes(content[: pick(range(last.start, last.end), cut)])
        self.open()

    @rule(segment=ANY, record=ANY, byte=ANY, flips=st.integers(1, 255))
    def crash_that_destroys_a_record(self, segment: int, record: int, byte: int, flips: int) -> None:
        if not self.files():
            return
        self.die()
        path = pick(self.files(), segment)
        content = bytearray(path.read_bytes())
        intact = [extent for extent in scan(bytes(content)) if extent.intact]
        if not intact:
            self.open()
            return
        victim = pick(intact, record)
        lost = bodies_in(bytes(content[victim.start : victim.end]))
        if path.stem not in self.engine:  # else it is loaded already
            self.acknowledged = [body for body in self.acknowledged if body not in lost]
            content[pick(range(victim.start, victim.end), byte)] ^= flips
        path.write_bytes(content)
        self.open()

    @rule(is_deleted=st.booleans())
    def load(self, is_deleted: bool) -> None:
        for name in self.sealed()[:1]:
            self.insert(name)
            if is_deleted:
                self.delete(name)

    @rule(is_finished=st.booleans(), segment=ANY)
    def split_a_segment(self, is_finished: bool, segment: int) -> None:
        if not self.sealed():
            return
        name = pick(self.sealed(), segment)
        path = self.journal.sealed[SIGNAL].path(name)
        content = path.read_bytes()
        if str(name) in self.engine or len(bodies_in(content)) < 2:
            return
        split(path.parent, name)
        if is_finished:
            self.journal.sealed[SIGNAL].forget(name)
            self.journal.sealed[SIGNAL].refresh()
        else:
            path.write_bytes(content)
            self.crash()

    # what holds

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        waiting = [body for path, bodies in self.records().items() if path.stem not in self.engine for body in bodies]
        loaded = [body for bodies in self.engine.values() for body in bodies]
        assert sorted(waiting + loaded) == sorted(self.acknowledged)

    @invariant()
    def the_space_is_that_of_the_files(self) -> None:
        assert self.journal.space.used == sum(path.stat().st_size for path in self.files())

    def teardown(self) -> None:
        self.restart()
        while self.sealed():
            self.load(is_deleted=True)
        loaded = [body for bodies in self.engine.values() for body in bodies]
        assert sorted(loaded) == sorted(self.acknowledged)
        self.journal.close()
        self.loop.close()
        shutil.rmtree(self.root)

    # how

    def open(self) -> None:
        self.journal = Journal(self.directory, SETTINGS, Instruments(NoOpMeterProvider().get_meter("test")))
        self.journal.open()

    def die(self) -> None:
        """Go on with the files as they are now; what the old journal does on its end no longer counts."""
        self.lives += 1
        successor = self.root / str(self.lives)
        shutil.copytree(self.directory, successor)
        self.journal.close()
        self.directory = successor

    def body(self, size: int) -> bytes:
        self.count += 1
        return b"%d:" % self.count + bytes(size)

    def write(self, size: int) -> bytes:
        body = self.body(size)

        async def append() -> None:
            await self.journal.append(SIGNAL, body)

        self.loop.run_until_complete(append())
        self.rest()
        return body

    def rest(self) -> None:
        """Let the writer seal what is large enough: it acknowledges first."""
        deadline = time.monotonic() + 10
        while any(size >= SETTINGS.segment_bytes for size in map(size_of, self.directory.glob(f"{SIGNAL}/open/*"))):
            assert time.monotonic() < deadline
        while len(self.sealed()) < len(list(self.directory.glob(f"{SIGNAL}/sealed/*"))):
            assert time.monotonic() < deadline

    def files(self) -> list[Path]:
        """Oldest first, whatever the random part of their names."""
        paths = self.directory.glob(f"{SIGNAL}/*/*.segment")
        return sorted(paths, key=lambda path: path.stem.rpartition("-")[2])

    def records(self) -> dict[Path, list[bytes]]:
        return {path: bodies_in(path.read_bytes()) for path in self.files()}

    def sealed(self) -> list[SegmentName]:
        return self.journal.sealed[SIGNAL].waiting()

    def insert(self, name: SegmentName) -> None:
        bodies = bodies_in(self.journal.sealed[SIGNAL].path(name).read_bytes())
        assert self.engine.setdefault(str(name), bodies) == bodies, "one token, two contents"

    def delete(self, name: SegmentName) -> None:
        self.journal.sealed[SIGNAL].path(name).unlink()
        self.journal.sealed[SIGNAL].forget(name)


TestJournal = JournalModel.TestCase
TestJournal.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
