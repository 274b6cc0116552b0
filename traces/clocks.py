"""Estimates the difference between two clocks from the calls that both of them timed."""

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median_low

from storage.records.access_logs import AccessLog
from traces.calls import end_of, start_of

OVERLAPPING = 8
"""How many calls that started before a report may still contain it; more at once are not weighed."""


def estimate_difference(clients: Sequence[AccessLog], servers: Sequence[AccessLog]) -> int:
    """What to add to the callee's clock to read it as the caller's, in nanoseconds.

    Of no difference and of what the calls themselves suggest, the one by which most of the callee's reports lie within
    a call; the smallest of equals.

    Args:
        clients: reports of calls by one caller, by time.
        servers: reports of calls of the same peers by one callee, by time.
    """
    candidates = {0, _middles_apart(clients[0], servers[0]), _middles_apart(clients[-1], servers[-1])}
    if len(clients) == len(servers):
        candidates.add(median_low(map(_middles_apart, clients, servers)))
    starts = [start_of(client) for client in clients]
    return min(candidates, key=lambda shift: (-_contained(clients, starts, servers, shift), abs(shift), shift))


def _middles_apart(client: AccessLog, server: AccessLog) -> int:
    return (start_of(client) + end_of(client) - start_of(server) - end_of(server)) // 2


def _contained(clients: Sequence[AccessLog], starts: Sequence[int], servers: Sequence[AccessLog], shift: int) -> int:
    """How many of the callee's reports lie within a call once its clock is shifted."""
    count = 0
    for server in servers:
        last = bisect_right(starts, start_of(server) + shift)
        end = end_of(server) + shift
        count += any(end <= end_of(client) for client in clients[max(0, last - OVERLAPPING) : last])
    return count
