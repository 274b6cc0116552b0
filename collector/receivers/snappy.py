"""Snappy's block format (google/snappy, format_description.txt): the size is stated first, so it is judged first."""

import cramjam

from collector.refusal import Reason, Refused

MAX_SIZE_BYTES = 5
MOST_OUT_OF_A_BYTE = 22
"""A copy of 64 bytes takes three bytes: a block that claims to hold more is none."""


def decompress(block: bytes, limit: int) -> bytes:
    """The content of a block.

    Args:
        limit: bytes that may come out at most.

    Raises:
        Refused: it is no block, or larger than the limit; nothing was allocated for it.
    """
    size = stated_size(block)
    if size > limit:
        raise Refused(Reason.TOO_LARGE, f"could not take the request: decompressed it is larger than {limit} bytes")
    if size > MOST_OUT_OF_A_BYTE * len(block):
        raise _not_snappy()
    try:
        content = bytes(cramjam.snappy.decompress_raw(block, output_len=size))
    except (cramjam.DecompressionError, ValueError) as error:
        raise _not_snappy() from error
    if len(content) != size:
        raise _not_snappy()
    return content


def stated_size(block: bytes) -> int:
    """The size that a block says its content has.

    Raises:
        Refused: it says none.
    """
    size = 0
    for index, byte in enumerate(block[:MAX_SIZE_BYTES]):
        size |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if size >= 2**32:
                break
            return size
    raise _not_snappy()


def _not_snappy() -> Refused:
    return Refused(Reason.MALFORMED, "could not decompress the request: it is not a block of snappy")
