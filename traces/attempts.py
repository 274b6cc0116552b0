"""Which of the callee's reports belongs to which attempt of a call."""

from meshhub.outcome import is_unreached
from storage.records.access_logs import AccessLog
from traces.calls import Call


def find_attempts(call: Call) -> list[AccessLog | None]:
    """The callee's report of every attempt in order, None for one that it did not report.

    Where it reported fewer than the caller made, the missing ones are taken to be the first: the caller tried again
    because they failed. If the caller says that the last one failed on the way, they are taken to be the last.
    """
    if call.client is None:
        return [*call.servers]
    missing = max(call.client.request_attempts, 1) - len(call.servers)
    gaps: list[AccessLog | None] = [None] * max(missing, 0)
    return [*call.servers, *gaps] if is_unreached(call.client.response_flags) else [*gaps, *call.servers]
