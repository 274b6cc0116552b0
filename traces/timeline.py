"""Turns the times of proxies and applications into corrected offsets from the start of a journey."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.calls import MICROSECOND, Clock, clock_of, end_of, start_of


class Timeline:
    """The corrected time of a journey: nanoseconds by any clock in, microseconds from `start_unix_nano` out."""

    def __init__(self, corrections: Mapping[Clock, int], times: Iterable[tuple[Clock, int]]) -> None:
        """`times` are the journey's own, each by its clock: the earliest of them is its start."""
        self._corrections = corrections
        self._by_service = _agreed(corrections)
        self.start_unix_nano = min((self._corrected(clock, time) for clock, time in times), default=0)

    def correction_us(self, clock: Clock) -> int:
        """What is added to a clock."""
        correction = self._correction(clock)
        return correction // MICROSECOND if correction >= 0 else -(-correction // MICROSECOND)

    def offset_us(self, clock: Clock, time_unix_nano: int) -> int:
        """Where a time of this clock lies; negative before the journey's start."""
        return (self._corrected(clock, time_unix_nano) - self.start_unix_nano) // MICROSECOND

    def start_us(self, log: AccessLog) -> int:
        """Where a report starts."""
        return self.offset_us(clock_of(log), start_of(log))

    def end_us(self, log: AccessLog) -> int:
        """Where a report ends."""
        return self.offset_us(clock_of(log), end_of(log))

    def _corrected(self, clock: Clock, time: int) -> int:
        return time + self._correction(clock)

    def _correction(self, clock: Clock) -> int:
        """An application's clock is its proxy's; one of an unknown instance is its service's, if that has only one."""
        known = self._corrections.get(clock)
        return self._by_service.get(clock[:3], 0) if known is None else known


def span_clock(span: Span) -> Clock:
    return span.cluster, span.namespace, span.service, span.instance


def log_clock(record: LogRecord) -> Clock:
    return record.cluster, record.namespace, record.service, record.instance


def _agreed(corrections: Mapping[Clock, int]) -> Mapping[tuple[str, ...], int]:
    found: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for clock, correction in corrections.items():
        found[clock[:3]].add(correction)
    return {service: values.pop() for service, values in found.items() if len(values) == 1}
