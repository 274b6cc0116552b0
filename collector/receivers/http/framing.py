"""How much of what a connection receives is not body: heads, chunk lines, trailers. The parser holds these itself."""

FRAMING_BYTES = 64 * 1024
FRAMING_PER_BODY_BYTE = 8
"""A body sent in chunks of one byte has six bytes of framing for each."""


class Framing:
    """Counts the bytes of one request after another, as far as it can be told whose they are."""

    def __init__(self, head_limit: int) -> None:
        self._head_limit = head_limit
        self._received = 0
        self._head = 0

    def receive(self, size: int) -> None:
        """The parser has seen this many bytes more."""
        self._received += size

    def begin(self, chunk: int) -> None:
        """A request begins in a chunk of this size, which is not counted: whose which part of it is cannot be told."""
        self._received = -chunk
        self._head = 0

    def head_part(self, size: int) -> None:
        """A part of a head was parsed."""
        self._head += size

    @property
    def is_head_over(self) -> bool:
        """Whether a whole head is over the limit."""
        return self._head > self._head_limit

    @property
    def is_unfinished_head_over(self) -> bool:
        """Whether what is there of a head is over the limit."""
        return max(self._head, self._received) > self._head_limit

    def is_excessive(self, body: int) -> bool:
        """Whether a request with this much body so far has too much around it."""
        return self._received - body > FRAMING_PER_BODY_BYTE * body + FRAMING_BYTES + self._head_limit
