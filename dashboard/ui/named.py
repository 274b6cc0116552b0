"""What has a name to be found by, besides services: routes and SLOs. What cannot be asked for is left out."""

import logging

from dashboard.ui.reads import Reads
from meshhub.errors import MeshhubError
from meshhub.model import TimeRange

logger = logging.getLogger(__name__)


def routes(reads: Reads, window: TimeRange) -> tuple[str, ...]:
    """The routes with most requests, the busiest first."""
    try:
        facets = reads.logs.facets(window, "", ("route",)).facets
    except MeshhubError as error:
        logger.info("could not list routes to search: %s", error)
        return ()
    return tuple(value.value for facet in facets for value in facet.values if value.value)


def promises(reads: Reads) -> tuple[str, ...]:
    """The SLOs that are evaluated, by name."""
    try:
        return tuple(sorted(reads.slos.overview().states))
    except MeshhubError as error:
        logger.info("could not list SLOs to search: %s", error)
        return ()
