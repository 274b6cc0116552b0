"""Questions about single requests."""

from dashboard.lookup import look_up
from dashboard.lookup_around import describe_search
from dashboard.lookup_ids import read_id
from dashboard.queries import Queries
from dashboard.reads.journey_wiring import with_configuration
from dashboard.reads.wiring import WiringReads
from meshhub.clock import Clock
from meshhub.errors import NotFound
from traces.model import Journey
from traces.party_words import short_id


class RequestReads:
    """What happened to one request."""

    def __init__(self, queries: Queries, clock: Clock, wiring: WiringReads) -> None:
        self._queries = queries
        self._clock = clock
        self._wiring = wiring

    def journey(self, request_id: str) -> Journey:
        """What happened to one request, by its x-request-id; also by the id of a trace that it is part of.

        Raises:
            NotFound: nothing is stored for it; the message says what was searched, and names similar ids.
        """
        wanted = read_id(request_id)
        found = look_up(self._queries, wanted)
        if found is None:
            searched = describe_search(self._queries, wanted, self._clock.now())
            raise NotFound(f"could not find the request {short_id(request_id)}: {searched}")
        return with_configuration(found, self._wiring)
