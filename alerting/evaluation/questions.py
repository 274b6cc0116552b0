"""SLOs as parameters of the queries that count for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from alerting.specification.model import Kind, Party, Slo
from meshhub.model import Reporter

RecordT = TypeVar("RecordT")

MAX_ASKED = 400
"""SLOs of one query: their parameters stay far below the longest that an engine takes."""

_NOBODY = Party("")
_KINDS = {Kind.AVAILABILITY: 0, Kind.LATENCY: 1, Kind.BOTH: 2}
_NEVER_SLOW = 65_535


class Queries(Protocol):
    """Answers the named queries of storage/queries (storage.client.Store). Blocks; thread-safe.

    Raises:
        StorageError: the engine does not answer, or the question went over its limits.
    """

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """The parameters of some SLOs; the numbers in the answer are positions in what was asked for."""

    parameters: Mapping[str, Any]


def questions(slos: Sequence[Slo]) -> Iterator[Question]:
    """The parameters for these SLOs, in as many parts as are needed; none for no SLOs."""
    numbered = list(enumerate(slos))
    by_callee = [(number, slo) for number, slo in numbered if slo.selector.destination is not None]
    by_caller = [(number, slo) for number, slo in numbered if slo.selector.destination is None]
    for key, group in (("destination_service", by_callee), ("source_service", by_caller)):
        for first in range(0, len(group), MAX_ASKED):
            yield Question({"key": key} | _columns(group[first : first + MAX_ASKED]))


def duration_bucket(microseconds: int) -> int:
    """The bucket of a duration (storage/schema, meshhub_duration_bucket): its two leading decimal digits."""
    if microseconds < 100:
        return microseconds
    digits = len(str(microseconds)) - 2
    return int(microseconds // 10**digits + 90 * digits)


def _columns(group: Sequence[tuple[int, Slo]]) -> dict[str, Any]:
    sources = [slo.selector.source or _NOBODY for _, slo in group]
    destinations = [slo.selector.destination or _NOBODY for _, slo in group]
    indicators = [slo.indicator for _, slo in group]
    return {
        "slos": [number for number, _ in group],
        "keys": [to.service or by.service for by, to in zip(sources, destinations, strict=True)],
        "source_services": [party.service for party in sources],
        "source_namespaces": [party.namespace for party in sources],
        "source_clusters": [party.cluster for party in sources],
        "destination_services": [party.service for party in destinations],
        "destination_namespaces": [party.namespace for party in destinations],
        "destination_clusters": [party.cluster for party in destinations],
        "routes": [slo.selector.route for _, slo in group],
        "client_views": [int(slo.selector.view is Reporter.CLIENT) for _, slo in group],
        "statuses_below": [each.rule.status_below for each in indicators],
        "bad_flags": [list(each.rule.bad_flags) for each in indicators],
        "ignored_flags": [list(each.rule.ignored_flags) for each in indicators],
        "bad_grpc": [list(each.rule.bad_grpc) for each in indicators],
        "kinds": [_KINDS[each.kind] for each in indicators],
        "slow_buckets": [duration_bucket(each.below_us) if each.below_us else _NEVER_SLOW for each in indicators],
    }
