"""Content codings: what they hold, bombs, and what is broken."""

import gzip
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.receivers.http.decompression import CODINGS, MAX_MEMBERS, decompress
from collector.refusal import Reason, Refused
from meshhub.testing.otlp_clients import compressed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

EACH = pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])


@EACH
@given(data=st.binary(max_size=2000))
def test_what_was_compressed_comes_out(coding: str, data: bytes) -> None:
    assert decompress(coding, compressed(coding, data), 2000) == data


def test_deflate_is_taken_with_and_without_its_header() -> None:
    raw = zlib.compressobj(wbits=-15)
    assert decompress("deflate", raw.compress(b"data") + raw.flush(), 10) == b"data"
    assert decompress("deflate", zlib.compress(b"data"), 10) == b"data"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_body_may_be_made_of_several_members(coding: str) -> None:
    assert decompress(coding, compressed(coding, b"one") + compressed(coding, b"two"), 10) == b"onetwo"


@EACH
def test_the_limit_is_that_of_the_output(coding: str) -> None:
    data = compressed(coding, bytes(1000))
    assert len(decompress(coding, data, 1000)) == 1000
    with pytest.raises(Refused, match="larger than 999 bytes") as refusal:
        decompress(coding, data, 999)
    assert refusal.value.reason is Reason.TOO_LARGE


@EACH
def test_of_a_bomb_no_more_than_the_limit_is_ever_made(coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    genuine = CODINGS[coding]

    class Watched:
        def __init__(self, data: bytes) -> None:
            self._inner = genuine(data)

        def decompress(self, data: bytes, max_length: int) -> bytes:
            asked.append(max_length)
            return self._inner.decompress(data, max_length)

    monkeypatch.setitem(CODINGS, coding, Watched)
    bomb = compressed(coding, bytes(64 * 1024 * 1024))
    assert len(bomb) < 512 * 1024
    with pytest.raises(Refused, match="larger than"):
        decompress(coding, bomb, 1024)
    assert asked == [1025]


def test_the_limit_holds_for_all_members_together() -> None:
    with pytest.raises(Refused, match="larger than 99 bytes"):
        decompress("gzip", gzip.compress(bytes(50)) * 2, 99)


def test_members_are_not_without_end() -> None:
    with pytest.raises(Refused, match=f"more than {MAX_MEMBERS} parts"):
        decompress("gzip", gzip.compress(b"") * (MAX_MEMBERS + 1), 99)


def test_a_zstd_frame_may_not_ask_for_a_window_beyond_what_http_allows() -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    compressor = zstd.ZstdCompressor(options=options)
    frame = compressor.compress(bytes(100)) + compressor.flush()
    with pytest.raises(Refused, match="not valid zstd"):
        decompress("zstd", frame, 1000)


@EACH
@pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: data + b"x", lambda _: b"plain text"])
def test_what_is_broken_is_refused_for_good(coding: str, damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Refused, match="could not decompress the request") as refusal:
        decompress(coding, damage(compressed(coding, b"data" * 10)), 1000)
    assert refusal.value.reason is Reason.MALFORMED
    assert refusal.value.retry_after is None


@EACH
@given(data=st.binary(max_size=200))
def test_any_bytes_are_decompressed_or_refused(coding: str, data: bytes) -> None:
    with suppress(Refused):
        assert len(decompress(coding, data, 1000)) <= 1000
