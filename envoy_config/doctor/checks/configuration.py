"""Proxies that refuse the configuration they are given, that run with an old one, or that are not connected."""

from collections.abc import Iterator
from datetime import timedelta

from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, listed, names, who
from envoy_config.doctor.model import Configuration, Cure, Diagnosis, Standing
from traces.finders.model import Severity

PATIENCE = timedelta(seconds=15)
"""How long a proxy may take to run with a new configuration."""


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per workload and kind."""
    for workload, members in by_workload(case.standings, lambda each: bool(_of(each).rejected)):
        message = next(_of(each).rejected for each in members)
        yield Diagnosis(
            "configuration-rejected",
            Severity.CRITICAL,
            workload,
            None,
            f"{who(workload)} refuses its configuration",
            f"{listed(members)} answered version {_of(members[0]).wanted} with: {message} Until it is mended, the last "
            f"configuration that was taken ({_of(members[0]).version or 'none'}) goes on.",
            Cure(
                "Mend what the message names in the mesh file, or go back to the version before.",
                "meshhub wire rollback",
            ),
            names(members),
        )
    now = case.evidence.window.end

    def is_old(standing: Standing) -> bool:
        found = standing.configuration
        return (
            found is not None
            and not found.rejected
            and found.version != found.wanted
            and found.since is not None
            and now - found.since > PATIENCE
        )

    for workload, members in by_workload(case.standings, is_old):
        yield Diagnosis(
            "configuration-old",
            Severity.WARNING,
            workload,
            None,
            f"{who(workload)} runs with an old configuration",
            f"{listed(members)}: {_of(members[0]).version or 'no version'} instead of {_of(members[0]).wanted}"
            f"{'' if all(_of(each).connected for each in members) else ', and its stream to the hub is down'}.",
            Cure(
                "See whether the proxy reaches the hub's ADS port; a restart fetches everything anew.",
                "meshhub ads status",
            ),
            names(members),
        )


_NONE = Configuration("", "")


def _of(standing: Standing) -> Configuration:
    return standing.configuration or _NONE
