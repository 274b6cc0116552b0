"""Questions about single requests."""

from dashboard.lookup import look_up
from dashboard.queries import Queries
from meshhub.errors import NotFound
from traces.model import Journey


class RequestReads:
    """What happened to one request."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def journey(self, request_id: str) -> Journey:
        """What happened to one request, by its x-request-id; also by the id of a trace that it is part of.

        Raises:
            NotFound: nothing is stored for it; the message says what was searched.
        """
        found = look_up(self._queries, request_id)
        if found is None:
            raise NotFound(
                f"could not find the request {request_id}: no access log, span or application log within the retention "
                "has it as x-request-id or trace id. A request shows about two seconds after it ended. If others show "
                "and this one does not, the proxies that served it do not report to this hub."
            )
        return found
