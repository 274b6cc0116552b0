"""The allocator can be told."""

import ctypes

import pytest

from collector.allocation import keep_freed_memory


def test_glibc_is_told() -> None:
    has_glibc = hasattr(ctypes.CDLL(None), "gnu_get_libc_version")
    assert keep_freed_memory() is has_glibc


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert not keep_freed_memory()
