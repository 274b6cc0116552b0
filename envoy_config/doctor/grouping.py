"""Proxies that show one fault, by workload: a fault of a deployment is told once, not once per pod."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from envoy_config.doctor.model import SignalState, Standing, Telemetry
from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural

NAMED = 3


def by_workload(
    standings: Iterable[Standing], shows: Callable[[Standing], bool]
) -> Iterator[tuple[WorkloadIdentity, list[Standing]]]:
    """Each workload with its proxies that show it; `standings` are sorted by workload."""
    for workload, group in groupby(standings, key=lambda each: each.workload):
        showing = [each for each in group if shows(each)]
        if showing:
            yield workload, showing


def names(standings: Iterable[Standing]) -> tuple[str, ...]:
    """The proxies, sorted."""
    return tuple(sorted(each.instance for each in standings))


def who(workload: WorkloadIdentity) -> str:
    """A workload as a sentence's subject."""
    return workload.service or "A workload without a name"


def listed(standings: Iterable[Standing]) -> str:
    """ "web-1, web-2 and 3 more" """
    known = [name or "a proxy without a name" for name in names(standings)]
    rest = len(known) - NAMED
    return ", ".join(known[:NAMED]) + (f" and {plural(rest, 'more', 'more')}" if rest > 0 else "")


def is_up(standing: Standing) -> bool:
    """Whether anything of a proxy arrives."""
    return any(each.state is SignalState.REPORTING for each in standing.signals.values())


def lacks(signal: Telemetry) -> Callable[[Standing], bool]:
    """Whether a proxy that is up does not send one signal though it has something to send."""
    return lambda standing: (
        is_up(standing) and standing.signals[signal].state in (SignalState.MISSING, SignalState.SILENT)
    )
