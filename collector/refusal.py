"""What a client is told when its request is not taken; each receiver has its protocol's words for it."""

from enum import StrEnum

from meshhub.errors import MeshhubError


class Reason(StrEnum):
    """Why a request is refused. The names appear as an attribute of the metric of refusals."""

    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    UNAUTHENTICATED = "unauthenticated"
    OVERLOADED = "overloaded"
    JOURNAL_FULL = "journal_full"
    STOPPING = "stopping"
    INTERNAL = "internal"


class Refused(MeshhubError):
    """A request was not taken. A retry may help if, and only if, `retry_after` (seconds) is set."""

    def __init__(self, reason: Reason, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after
