"""Counts of the last steps of time, kept small: what an SLO needs of its windows fits in a few kilobytes."""

from array import array
from collections.abc import Iterable


class Ring:
    """Two counts per step for the newest `capacity` steps; older ones are forgotten, unset ones are zero.

    Steps are numbered since 1970. Not thread-safe.
    """

    __slots__ = ("_bad", "_capacity", "_newest", "_total")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._newest = capacity - 1
        self._total = array("Q", bytes(8 * capacity))
        self._bad = array("Q", bytes(8 * capacity))

    def replace(self, first: int, end: int, counts: Iterable[tuple[int, int, int]]) -> None:
        """Let the steps [first, end) hold just these counts: (step, total, bad). Others in it become zero."""
        self._reach(end - 1)
        for step in range(max(first, self._oldest), end):
            self._total[step % self._capacity] = self._bad[step % self._capacity] = 0
        for step, total, bad in counts:
            if max(first, self._oldest) <= step < end:
                self._total[step % self._capacity] = total
                self._bad[step % self._capacity] = bad

    def sum(self, first: int, last: int) -> tuple[int, int]:
        """The totals of the steps [first, last]; those that are forgotten or still to come count nothing."""
        first, last = max(first, self._oldest), min(last, self._newest)
        if last < first:
            return 0, 0
        start, end = first % self._capacity, last % self._capacity + 1
        if start < end:
            return sum(self._total[start:end]), sum(self._bad[start:end])
        return (
            sum(self._total[start:]) + sum(self._total[:end]),
            sum(self._bad[start:]) + sum(self._bad[:end]),
        )

    @property
    def _oldest(self) -> int:
        return self._newest - self._capacity + 1

    def _reach(self, step: int) -> None:
        """Make room for the steps up to this one."""
        for forgotten in range(max(self._newest + 1, step - self._capacity + 1), step + 1):
            self._total[forgotten % self._capacity] = self._bad[forgotten % self._capacity] = 0
        self._newest = max(self._newest, step)
