"""What a search for requests is answered beside what it finds (traces.search)."""

from dataclasses import dataclass

from dashboard.reads.facets import Facet
from meshhub.model import TimeRange


@dataclass(frozen=True, slots=True)
class SearchFacets:
    """How the found requests are spread: by service, operation, status, flag, and whether they failed or were sampled.

    `covered` is the part of the window that was counted, up to its end; `requests` counts what was found in it.
    """

    window: TimeRange
    covered: TimeRange
    requests: int
    facets: tuple[Facet, ...]
