"""What may come in at all: the bytes of all requests under way, bounded."""

from collector.refusal import Reason, Refused

RETRY_SECONDS = 1.0


class Admission:
    """Counts the bytes of requests that are received and not yet answered. For one thread, the receivers' loop."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.bytes = 0

    def take(self, size: int) -> None:
        """Count bytes.

        Raises:
            Refused: they are too many now; nothing was counted.
        """
        if self.bytes + size > self._max_bytes:
            raise Refused(
                Reason.OVERLOADED,
                "could not take the request: too many bytes are under way. Send it again later.",
                RETRY_SECONDS,
            )
        self.bytes += size

    def give(self, size: int) -> None:
        """Count bytes no more."""
        self.bytes -= size
