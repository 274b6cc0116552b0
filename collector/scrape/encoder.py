"""Turns what one target exposes into OTLP, scrape after scrape.

A target exposes the same series each time. So the bytes of a series are made when it is first seen and found again by
the text before its value: an unchanged series costs a look-up, a number and two pieces of bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collector.scrape import wire
from collector.scrape.exposition import (
    EOF,
    ExpositionError,
    is_cumulative,
    read_labels,
    read_sample,
    read_type,
    read_value,
)
from collector.scrape.relabel import Labels, Rule, apply

NAME = "__name__"
MILLION = 1_000_000
METRIC_BYTES = 512 * 1024
"""Size from which on the points of one name are several metrics: half of what a record may have."""


@dataclass(frozen=True, slots=True)
class SampleLimits:
    """What a scrape may hold at most; one that holds more is refused whole, as Prometheus does."""

    samples: int
    labels: int
    name_bytes: int
    value_bytes: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """One scrape: its encoded metrics, the samples in it, those left by the rules, the series not there before."""

    metrics: list[bytes]
    scraped: int
    kept: int
    added: int


Entry = tuple[list[bytes], bytes]
"""Where the points of its metric are gathered, and the head of the series' points. The head of one dropped is empty."""


class Encoder:
    """Of one target; keeps the series of its last scrape."""

    def __init__(
        self,
        target_labels: Mapping[str, str],
        rules: Sequence[Rule],
        limits: SampleLimits,
        *,
        honor_labels: bool = False,
        honor_timestamps: bool = True,
    ) -> None:
        """`target_labels` are the target's own: a series that has one of them gets `exported_` put before it, unless
        `honor_labels`."""
        self._target_labels = target_labels
        self._rules = rules
        self._limits = limits
        self._honor_labels = honor_labels
        self._honor_timestamps = honor_timestamps
        self._known: dict[str, Entry] = {}
        self._types: dict[str, str] = {}
        self._points: dict[tuple[str, bool], list[bytes]] = {}

    def encode(self, text: str, now: int, *, openmetrics: bool) -> Encoded:
        """The samples of a scrape at `now` (Unix nanoseconds).

        Raises:
            ExpositionError: the text is not in its format, or over a limit: nothing of it counts.
        """
        try:
            return self._encode(text, now, openmetrics)
        except ExpositionError:
            self._known, self._points, self._types = {}, {}, {}
            raise

    def _encode(self, text: str, now: int, openmetrics: bool) -> Encoded:
        before, known = self._known, dict[str, Entry]()
        time, pack, most = wire.time_part(now), wire.VALUE, self._limits.samples
        scraped = kept = added = 0
        ended = False
        for line in text.split("\n"):
            if not line or line[0] == "#":
                ended = ended or line == EOF
                if self._declares(line):
                    before = {}
                continue
            series, _, number = line.rpartition(" ")
            entry = before.get(series)
            at = time
            if entry is not None:
                value = read_value(number)
            elif not line.strip(" \t\r"):
                continue
            else:
                sample = read_sample(line.rstrip("\r"), openmetrics=openmetrics)
                value = sample.value
                if sample.timestamp_ms is not None and self._honor_timestamps:
                    at = _time_part(sample.timestamp_ms)
                key = sample.name + sample.labels
                entry = before.get(key) or known.get(key)
                if entry is None:
                    entry = self._entry(sample.name, sample.labels)
                    added += 1
                series = series if sample.plain else key
            known[series] = entry
            scraped += 1
            if scraped > most:
                raise ExpositionError(f"more than {most} samples")
            points, head = entry
            if head:
                kept += 1
                points += (head, at, pack(b"\x21", value))
        if openmetrics and not ended:
            raise ExpositionError("it has no end: it was cut off")
        self._known = known
        return Encoded(self._taken(), scraped, kept, added)

    def _taken(self) -> list[bytes]:
        """The metrics of the points gathered; what has none is forgotten."""
        self._points = {key: points for key, points in self._points.items() if points}
        metrics: list[bytes] = []
        for (name, cumulative), points in self._points.items():
            parts = _parts(b"".join(points), points)
            metrics += [wire.metric(name, cumulative=cumulative, points=part) for part in parts]
            points.clear()
        return metrics

    def _declares(self, line: str) -> bool:
        """Whether a comment gives a family another type than before."""
        declared = read_type(line)
        if declared is None or self._types.get(declared[0]) == declared[1]:
            return False
        self._types[declared[0]] = declared[1]
        return True

    def _entry(self, name: str, written: str) -> Entry:
        labels = read_labels(written) if written else {}
        self._refuse_over_limits(name, labels)
        labels[NAME] = name
        if not self._honor_labels:
            labels = self._own(labels)
        cumulative = is_cumulative(name, self._types)
        if self._rules:
            ruled = apply(self._rules, {**self._target_labels, **labels})
            if ruled is None or not ruled.get(NAME):
                return [], b""
            labels = {key: value for key, value in ruled.items() if self._target_labels.get(key) != value}
        name = labels.pop(NAME)
        return self._points.setdefault((name, cumulative), []), wire.point_head(labels)

    def _own(self, labels: Labels) -> Labels:
        """The series' labels, those renamed that its target has too: as often as makes a name that is free."""
        own = {label: value for label, value in labels.items() if label not in self._target_labels}
        for label, value in labels.items():
            if label in self._target_labels:
                while label in self._target_labels or label in own:
                    label = f"exported_{label}"  # noqa: PLW2901 - the name that it gets
                own[label] = value
        return own

    def _refuse_over_limits(self, name: str, labels: Mapping[str, str]) -> None:
        limits = self._limits
        if len(labels) > limits.labels:
            raise ExpositionError(f"a series of {name[:100]} has more than {limits.labels} labels")
        for label, value in (*labels.items(), (NAME, name)):
            if len(label) > limits.name_bytes:
                raise ExpositionError(f"a label of {name[:100]} has a name longer than {limits.name_bytes}")
            if len(value) > limits.value_bytes:
                raise ExpositionError(f"the label {label} of {name[:100]} is longer than {limits.value_bytes}")


def _parts(joined: bytes, pieces: Sequence[bytes]) -> Iterator[bytes]:
    """The points of a metric in stretches that the checks take as one record; each point is three of the pieces."""
    if len(joined) <= METRIC_BYTES:
        yield joined
        return
    start = end = 0
    for index in range(0, len(pieces), 3):
        size = sum(map(len, pieces[index : index + 3]))
        if end > start and end + size - start > METRIC_BYTES:
            yield joined[start:end]
            start = end
        end += size
    yield joined[start:end]


def _time_part(milliseconds: int) -> bytes:
    """Times that no point can have become 0, and the hub puts the time of receipt in their place."""
    nanoseconds = milliseconds * MILLION
    return wire.time_part(nanoseconds if 0 <= nanoseconds < 2**63 else 0)
