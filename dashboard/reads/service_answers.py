"""What the store counted of one service, turned into what is shown of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from dashboard.reads.service_model import Instance, Route, Version
from storage.records.services import FlagCount, InstanceCount, Outcomes, RouteCount, VersionBirth, VersionCount
from topology.canary import compare_versions
from topology.outliers import find_outliers
from topology.tally import Tally, add_up, tally


class Count(Protocol):
    """A row that counts requests."""

    @property
    def outcomes(self) -> Outcomes: ...

    @property
    def duration_us_sum(self) -> int: ...

    @property
    def duration_buckets(self) -> dict[int, int]: ...


def routes(counts: Iterable[RouteCount]) -> tuple[Route, ...]:
    """In the order in which they come."""
    return tuple(Route(each.method, each.route_name, each.transport, _tally(each)) for each in counts)


def versions(counts: Sequence[VersionCount], births: Iterable[VersionBirth]) -> tuple[Version, ...]:
    """In the order in which they come. The version that is the oldest of all stored was not born: it was there."""
    tallies = {each.version: _tally(each) for each in counts}
    compared = compare_versions(tallies)
    born = {birth.version: birth.first_minute for birth in births}
    oldest = min(born.values(), default=0)
    return tuple(
        Version(
            each.version,
            tallies[each.version],
            compared[each.version],
            _time(each.first_minute),
            _time(each.last_minute),
            _time(born[each.version]) if born.get(each.version, oldest) > oldest else None,
        )
        for each in counts
    )


def instances(counts: Iterable[InstanceCount]) -> tuple[Instance, ...]:
    """Outliers first, then the busiest. A row per version of an instance becomes one."""
    rows: defaultdict[str, list[InstanceCount]] = defaultdict(list)
    for each in counts:
        rows[each.instance].append(each)
    tallies = {name: add_up(map(_tally, several)) for name, several in rows.items()}
    outliers = find_outliers(tallies)
    found = (
        Instance(
            name,
            tuple(sorted({each.version for each in several if each.version})),
            _time(max(each.last_minute for each in several)),
            tallies[name],
            outliers.get(name, ()),
        )
        for name, several in rows.items()
    )
    return tuple(sorted(found, key=lambda each: (not each.outliers, -each.tally.requests, each.name)))


def flags(counts: Sequence[FlagCount]) -> Mapping[str, tuple[tuple[float, int], ...]]:
    """The course of each flag, the most frequent first."""
    totals: Counter[str] = Counter()
    courses: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for each in counts:
        totals[each.flag] += each.requests
        courses[each.flag].append((float(each.second), each.requests))
    return {name: tuple(courses[name]) for name in sorted(totals, key=lambda name: (-totals[name], name))}


def _tally(count: Count) -> Tally:
    keys, requests = count.outcomes
    outcomes = {
        (code, status, flags, bool(tcp)): number
        for (code, status, flags, tcp), number in zip(keys, requests, strict=True)
    }
    return tally(outcomes, count.duration_buckets, count.duration_us_sum)


def _time(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
