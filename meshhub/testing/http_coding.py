"""What the ClickHouse front needs of HTTP: bodies of either framing, content codings, credentials."""

import base64
import gzip
import zlib
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Protocol

import lz4.frame  # type: ignore[import-untyped]
from backports import zstd

_CODINGS: Mapping[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "lz4": (lz4.frame.compress, lz4.frame.decompress),
    "zstd": (zstd.compress, zstd.decompress),
    "gzip": (gzip.compress, gzip.decompress),
    "deflate": (zlib.compress, zlib.decompress),
}


class Stream(Protocol):
    """What a connection is read from."""

    def read(self, size: int, /) -> bytes: ...

    def readline(self) -> bytes: ...


def read_body(stream: Stream, headers: Message) -> bytes:
    """The body of a request, with Content-Length or chunked (RFC 9112, section 7.1; trailers are dropped)."""
    if headers.get("Transfer-Encoding", "").lower() != "chunked":
        return stream.read(int(headers.get("Content-Length", 0)))
    chunks = []
    while size := int(stream.readline().partition(b";")[0], 16):
        chunks.append(stream.read(size))
        stream.readline()
    while stream.readline().strip():
        pass
    return b"".join(chunks)


def decompressed(body: bytes, headers: Message) -> bytes:
    """The body without its Content-Encoding. Raises KeyError for a coding that is not known."""
    coding = headers.get("Content-Encoding", "")
    return _CODINGS[coding][1](body) if coding else body


def compressed(body: bytes, headers: Message) -> tuple[bytes, str]:
    """The body in the first coding of Accept-Encoding that is known, and the coding's name ("" for none)."""
    accepted = (coding.strip() for coding in headers.get("Accept-Encoding", "").split(","))
    coding = next((coding for coding in accepted if coding in _CODINGS), "")
    return (_CODINGS[coding][0](body), coding) if coding else (body, "")


def credentials(headers: Message, query: Mapping[str, str]) -> tuple[str, str]:
    """User and password, by the Basic scheme (RFC 7617), ClickHouse's own headers or the query string."""
    scheme, _, encoded = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        user, _, password = base64.b64decode(encoded).decode().partition(":")
        return user, password
    user = headers.get("X-ClickHouse-User") or query.get("user", "default")
    return user, headers.get("X-ClickHouse-Key") or query.get("password", "")
