"""Reads counts from the store into a book: the last minutes again and again, the past once, late ones now and then."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from alerting.evaluation.book import CAPACITIES, Book, Track
from alerting.evaluation.questions import Queries, questions
from alerting.specification.model import Slo
from alerting.windows import FINE, HOUR, MINUTE
from storage.records.slo import MinutesSeen, SloCount

LATE_SECONDS = 300
"""What is read again each time: most telemetry comes within seconds."""

LATER_SECONDS = 2 * HOUR
LATER_EVERY = 60.0
"""What a proxy kept while the hub was away comes later: two hours are read again every minute."""

LATEST_SECONDS = 26 * HOUR
LATEST_EVERY = 3600.0
"""And a day every hour."""

FINE_SECONDS = 60
HISTORY_SLICE = 24 * HOUR

_TABLES = {FINE: "_fine"}


@dataclass(frozen=True, slots=True)
class Slice:
    """Steps [first, end) that are to be read."""

    step: int
    first: int
    end: int


@dataclass(slots=True)
class Plan:
    """What is to be read at a time. One per book; times are of the monotonic clock."""

    history: list[Slice]
    later_at: float
    latest_at: float

    @classmethod
    def starting(cls, now: float, monotonic: float, days: int) -> "Plan":
        """All of the past of `days` is to be read, newest first."""
        hour = int(now // HOUR) + 1
        oldest = hour - min(days * 24 + 1, CAPACITIES[HOUR])
        length = HISTORY_SLICE // HOUR
        pieces = [Slice(HOUR, max(end - length, oldest), end) for end in range(hour, oldest, -length)]
        minute = int(now // MINUTE) + 1
        past = [Slice(MINUTE, minute - CAPACITIES[MINUTE], minute)]
        fine = int(now // FINE) + 1
        return cls([Slice(FINE, fine - CAPACITIES[FINE], fine), *past, *pieces], monotonic, monotonic)

    def due(self, now: float, monotonic: float) -> list[Slice]:
        """What has to be read again now, because some of it is new or may have come late."""
        seconds = LATE_SECONDS
        slices = [_last(FINE, FINE_SECONDS, now)]
        if monotonic >= self.later_at + LATER_EVERY:
            self.later_at, seconds = monotonic, LATER_SECONDS
        slices.append(_last(MINUTE, seconds, now))
        if monotonic >= self.latest_at + LATEST_EVERY:
            self.latest_at = monotonic
            slices.append(_last(HOUR, LATEST_SECONDS, now))
        return slices


class Reader:
    """Fills a book from the store."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def read(self, book: Book, piece: Slice) -> None:
        """Read one slice for all SLOs of the book, and of the mesh as a whole.

        Raises:
            StorageError: the engine did not answer; the book has all of the slice or nothing that it did not have.
        """
        window = {"step": piece.step, "start": piece.first * piece.step, "end": piece.end * piece.step}
        numbers = book.fine if piece.step == FINE else list(range(len(book.slos)))
        if piece.step == FINE and not numbers:
            return
        name = _TABLES.get(piece.step, "")
        counted = self._counts([book.slos[number] for number in numbers], window, name)
        arrived = self._queries.query(f"slo_arrivals{name}", window, MinutesSeen)
        seen = self._queries.query("slo_heartbeats", window, MinutesSeen) if _has_heartbeats(piece) else None
        for position, number in enumerate(numbers):
            self._take(book, book.tracks[number], piece, counted.get(position, {}))
        self._take(book, book.arrivals, piece, _minutes(arrived, piece.step))
        if seen is not None:
            self._take(book, book.heartbeats, piece, _minutes(seen, piece.step))
        book.mark_read(piece.step, piece.first)

    def counts(self, slo: Slo, piece: Slice) -> dict[int, tuple[int, int, int]]:
        """What one SLO has in a slice: per step number total, bad and busy parts."""
        window = {"step": piece.step, "start": piece.first * piece.step, "end": piece.end * piece.step}
        return self._counts([slo], window, _TABLES.get(piece.step, "")).get(0, {})

    def _counts(
        self, slos: Sequence[Slo], window: dict[str, int], name: str
    ) -> dict[int, dict[int, tuple[int, int, int]]]:
        """Per position in `slos` and number of the step: total, bad, busy parts."""
        found: dict[int, dict[int, tuple[int, int, int]]] = defaultdict(dict)
        for question in questions(slos):
            for row in self._queries.query(f"slo_counts{name}", {**question.parameters, **window}, SloCount):
                found[row.slo][row.bucket // window["step"]] = (row.total, row.bad, row.busy)
        return found

    def _take(self, book: Book, track: Track, piece: Slice, rows: dict[int, tuple[int, int, int]]) -> None:
        book.take(track, piece.step, piece.first, piece.end, rows)
        if piece.step == MINUTE:
            _carry(book, track, piece)


def _carry(book: Book, track: Track, piece: Slice) -> None:
    """Make the hours that these minutes belong to of all their minutes."""
    per_hour = HOUR // MINUTE
    ring = track.rings[MINUTE]
    kept_from = -(-(piece.end - CAPACITIES[MINUTE]) // per_hour)
    read_from = -(-min(piece.first, book.read.get(MINUTE, piece.first)) // per_hour)
    for hour in range(max(piece.first // per_hour, kept_from, read_from), (piece.end - 1) // per_hour + 1):
        minutes = [ring.sum(at, at) for at in range(hour * per_hour, (hour + 1) * per_hour)]
        total, bad = sum(each[0] for each in minutes), sum(each[1] for each in minutes)
        busy = sum(each[0] > 0 for each in minutes)
        book.take(track, HOUR, hour, hour + 1, {hour: (total, bad, busy)})


def _has_heartbeats(piece: Slice) -> bool:
    """They only tell the kinds of unmeasured time apart: once a minute is enough."""
    return piece.step != FINE and (piece.end - piece.first) * piece.step > LATE_SECONDS


def _minutes(rows: Sequence[MinutesSeen], step: int) -> dict[int, tuple[int, int, int]]:
    return {row.bucket // step: (row.minutes, 0, row.minutes) for row in rows}


def _last(step: int, seconds: int, now: float) -> Slice:
    end = int(now // step) + 1
    return Slice(step, end - seconds // step, end)
