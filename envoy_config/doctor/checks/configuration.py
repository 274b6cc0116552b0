"""Proxies that refuse the configuration they are given, that run with an old one, or that are not connected."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, is_up, listed, names, who
from envoy_config.doctor.model import Configuration, Cure, Diagnosis, Standing
from traces.finders.model import Severity

STATUS = "meshhub ads status"
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
    for workload, members in by_workload(case.standings, lambda each: not _of(each).connected and is_up(each)):
        yield Diagnosis(
            "configuration-cut",
            Severity.WARNING,
            workload,
            None,
            f"{who(workload)} gets no configuration",
            f"{listed(members)} reports, but its stream to the hub's ADS server is down"
            f"{_since(_of(members[0]).since)}. It goes on with what it has; changes do not reach it.",
            Cure("See whether it reaches the ADS port, and whether its certificate is one of its node id.", STATUS),
            names(members),
        )
    now = case.evidence.window.end

    def is_old(standing: Standing) -> bool:
        found = standing.configuration
        return (
            found is not None
            and not found.rejected
            and found.connected
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
            f"{listed(members)} has not taken {_of(members[0]).wanted}, though it is connected.",
            Cure(
                "See whether the proxy reaches the hub's ADS port; a restart fetches everything anew.",
                STATUS,
            ),
            names(members),
        )


def _since(time: datetime | None) -> str:
    return "" if time is None else f" since {time:%H:%M:%S} UTC"


_NONE = Configuration("", "")


def _of(standing: Standing) -> Configuration:
    return standing.configuration or _NONE
