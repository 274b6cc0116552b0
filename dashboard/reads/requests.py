"""Questions about single requests."""

from dataclasses import dataclass

from dashboard.lookup import complete, look_up
from dashboard.lookup_around import describe_search
from dashboard.lookup_ids import read_id
from dashboard.lookup_paths import Path
from dashboard.queries import Queries
from dashboard.reads.journey_wiring import with_configuration
from dashboard.reads.recent_journeys import RecentJourneys
from dashboard.reads.wiring import WiringReads
from meshhub.clock import Clock
from meshhub.errors import NotFound
from traces.model import Journey
from traces.party_words import short_id


@dataclass(frozen=True, slots=True)
class Glance:
    """What is known of a request at once. Unless it is `whole`, lost paths were not followed, and nothing is said of
    what surrounds its hops."""

    journey: Journey
    whole: bool


class RequestReads:
    """What happened to one request."""

    def __init__(self, queries: Queries, clock: Clock, wiring: WiringReads) -> None:
        self._queries = queries
        self._clock = clock
        self._wiring = wiring
        self._recent = RecentJourneys(clock)

    def glance(self, request_id: str) -> Glance:
        """The hops of one request, before `journey` is asked, which goes on from there. Raises as `journey` does."""
        held = self._recent.get(request_id)
        if isinstance(held, Journey):
            return Glance(held, whole=True)
        return Glance(self._begun(request_id).journey, whole=False)

    def journey(self, request_id: str) -> Journey:
        """What happened to one request, by its x-request-id; also by the id of a trace that it is part of.

        Raises:
            NotFound: nothing is stored for it; the message says what was searched, and names similar ids.
        """
        held = self._recent.get(request_id)
        path = held if isinstance(held, Path) else self._begun(request_id)
        found = with_configuration(complete(self._queries, path), self._wiring)
        self._recent.keep(request_id, found)
        return found

    def _begun(self, request_id: str) -> Path:
        wanted = read_id(request_id)
        found = look_up(self._queries, wanted)
        if found is None:
            searched = describe_search(self._queries, wanted, self._clock.now())
            raise NotFound(f"could not find the request {short_id(request_id)}: {searched}")
        self._recent.keep(request_id, found)
        return found
