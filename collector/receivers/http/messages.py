"""HTTP requests and responses, as far as receivers need them (RFC 9110, RFC 9112)."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before a body. Header names are lower case; of a header sent twice, the first counts."""

    method: str
    path: str
    headers: Mapping[str, str]

    def get(self, name: str) -> str:
        """The value of a header, "" if it is absent."""
        return self.headers.get(name, "")

    @property
    def content_length(self) -> int:
        """Bytes of the body as announced; 0 if it is not. The parser has checked that it is a number."""
        return int(self.headers.get("content-length") or 0)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. Its body is of the media type; `headers` are further ones."""

    status: HTTPStatus
    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self, *, now: float, close: bool) -> bytes:
        """The bytes on the wire.

        Args:
            now: Unix time.
            close: whether the connection ends with this answer.
        """
        content = [f"content-type: {self.media_type}", f"content-length: {len(self.body)}"]
        lines = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"date: {_date(int(now))}",
            *(content if self.status is not HTTPStatus.NO_CONTENT else ()),
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        if close:
            lines.append("connection: close")
        return "\r\n".join((*lines, "", "")).encode("latin-1") + self.body


class Exchange(Protocol):
    """One request being received, and then answered."""

    def receive(self, data: bytes) -> Response | None:
        """Take a piece of the body; an answer if no more of it is wanted."""
        ...

    def finish(self) -> Coroutine[Any, Any, Response]:
        """Answer: the body is whole. Does not raise."""
        ...

    def discard(self) -> None:
        """Let go of what is held: the exchange is over, in whatever way."""
        ...


class Application(Protocol):
    """What the requests are for."""

    def begin(self, head: Head) -> Exchange | Response:
        """Decide by the head whether the body is wanted."""
        ...

    def fail(self, status: HTTPStatus, message: str) -> Response:
        """The answer to what is no whole request."""
        ...


@lru_cache(1)
def _date(now: int) -> str:
    return formatdate(now, usegmt=True)
