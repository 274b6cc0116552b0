"""Content codings of HTTP bodies, with a bound on what comes out (a bomb is small going in)."""

import sys
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol

from collector.refusal import Reason, Refused

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_MEMBERS = 128
"""Parts a body may be made of: each costs a copy of the rest."""

_ZSTD_WINDOW_LOG = 23  # 8 MiB, what RFC 9659 lets senders ask of receivers
_ZLIB_HEADER = 8


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def decompress(coding: str, data: bytes, limit: int) -> bytes:
    """The content of a body.

    Args:
        coding: a key of `CODINGS`.
        limit: bytes that may come out at most; not more than that is ever allocated.

    Raises:
        Refused: it is not in that coding, is cut off, or is larger than the limit.
    """
    make = CODINGS[coding]
    pieces: list[bytes] = []
    size = 0
    for _ in range(MAX_MEMBERS):
        if not data:
            return b"".join(pieces)
        member = make(data)
        try:
            piece = member.decompress(data, limit - size + 1)
        except (zlib.error, zstd.ZstdError) as error:
            raise Refused(Reason.MALFORMED, f"could not decompress the request: it is not valid {coding}") from error
        size += len(piece)
        if size > limit:
            raise Refused(Reason.TOO_LARGE, f"could not take the request: decompressed it is larger than {limit} bytes")
        if not member.eof:
            raise Refused(Reason.MALFORMED, f"could not decompress the request: the {coding} data is cut off")
        pieces.append(piece)
        data = member.unused_data
    raise Refused(Reason.MALFORMED, f"could not decompress the request: it has more than {MAX_MEMBERS} parts")


def _gzip(_data: bytes) -> _Decompressor:
    return zlib.decompressobj(16 + zlib.MAX_WBITS)


def _deflate(data: bytes) -> _Decompressor:
    """The zlib format, as HTTP says; without its header, as some clients send it."""
    wrapped = data[0] & 0x0F == _ZLIB_HEADER and int.from_bytes(data[:2], "big") % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _zstd(_data: bytes) -> _Decompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})


CODINGS: Mapping[str, Callable[[bytes], _Decompressor]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
}
