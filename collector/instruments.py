"""What the collector says of itself: its metrics, and the numbers behind them.

What happens per request is counted in plain integers that the meter reads when it exports: an instrument of the SDK
costs more than checking a small request does.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from meshhub.model import Signal

ACCEPTED = "meshhub.receiver.accepted"
ACCEPTED_REQUESTS = "meshhub.receiver.accepted.requests"
ACCEPTED_BYTES = "meshhub.receiver.accepted.bytes"
REJECTED = "meshhub.receiver.rejected"
REFUSED = "meshhub.receiver.refused"
REPAIRED = "meshhub.receiver.repaired"
IN_FLIGHT = "meshhub.receiver.in_flight.bytes"
JOURNAL_BYTES = "meshhub.journal.bytes"
JOURNAL_SEGMENTS = "meshhub.journal.segments"
JOURNAL_DAMAGES = "meshhub.journal.damages"
JOURNAL_LOST_BYTES = "meshhub.journal.lost.bytes"
COMMIT_DURATION = "meshhub.journal.commit.duration"
COMMIT_REQUESTS = "meshhub.journal.commit.requests"
INSERT_DURATION = "meshhub.loader.insert.duration"
INSERTED_BYTES = "meshhub.loader.inserted.bytes"
INSERT_FAILURES = "meshhub.loader.insert.failures"
LAG = "meshhub.loader.lag"
QUARANTINED = "meshhub.quarantine.records"
QUARANTINE_DROPPED = "meshhub.quarantine.dropped"

Attributes = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Tally:
    """One number per set of attributes."""

    values: Counter[Attributes] = field(default_factory=Counter)

    def add(self, amount: int, **attributes: str) -> None:
        self.values[tuple(attributes.items())] += amount

    def total(self, **attributes: str) -> int:
        """The sum over all sets that have these attributes."""
        wanted = set(attributes.items())
        return sum(value for key, value in list(self.values.items()) if wanted.issubset(key))

    def observe(self, _options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(value, dict(key)) for key, value in list(self.values.items())]


class Instruments:
    """The collector's instruments on a meter. Each tally and histogram is named for what it counts."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.accepted = self.counter(ACCEPTED, "{record}", "Spans, log records and data points taken.")
        self.accepted_requests = self.counter(ACCEPTED_REQUESTS, "{request}", "Requests taken.")
        self.accepted_bytes = self.counter(ACCEPTED_BYTES, "By", "Bytes of requests taken, decompressed.")
        self.rejected = self.counter(REJECTED, "{record}", "Records left out of requests that were taken.")
        self.refused = self.counter(REFUSED, "{request}", "Requests refused whole, by reason.")
        self.repaired = self.counter(REPAIRED, "{request}", "Requests taken after invalid UTF-8 was replaced.")
        self.damages = self.counter(JOURNAL_DAMAGES, "{damage}", "Damaged places found in segments.")
        self.lost_bytes = self.counter(JOURNAL_LOST_BYTES, "By", "Bytes of segments lost to damage.")
        self.inserted_bytes = self.counter(INSERTED_BYTES, "By", "Bytes of segments that the engine took.")
        self.insert_failures = self.counter(INSERT_FAILURES, "{insert}", "Inserts that failed, by kind.")
        self.quarantined = self.counter(QUARANTINED, "{request}", "Requests put into quarantine.")
        self.quarantine_dropped = self.counter(QUARANTINE_DROPPED, "{request}", "Requests dropped from quarantine.")
        self._commit_duration = meter.create_histogram(COMMIT_DURATION, "s", "Time of one write and its fsync.")
        self._commit_requests = meter.create_histogram(COMMIT_REQUESTS, "{request}", "Requests of one write.")
        self._insert_duration = meter.create_histogram(INSERT_DURATION, "s", "Time of one insert into the engine.")

    def committed(self, signal: Signal, seconds: float, requests: int) -> None:
        attributes = {"signal": signal.value}
        self._commit_duration.record(seconds, attributes)
        self._commit_requests.record(requests, attributes)

    def inserted(self, signal: Signal, seconds: float, size: int) -> None:
        self._insert_duration.record(seconds, {"signal": signal.value})
        self.inserted_bytes.add(size, signal=signal.value)

    def journal_damaged(self, signal: Signal, damages: int, lost_bytes: int) -> None:
        self.damages.add(damages, signal=signal.value)
        self.lost_bytes.add(lost_bytes, signal=signal.value)

    def gauge(self, name: str, unit: str, description: str, read: Callable[[], Iterable[Observation]]) -> None:
        """Have a present value read whenever the meter exports."""
        self._meter.create_observable_gauge(name, [lambda _options: read()], unit, description)

    def counter(self, name: str, unit: str, description: str) -> Tally:
        tally = Tally()
        self._meter.create_observable_counter(name, [tally.observe], unit, description)
        return tally
