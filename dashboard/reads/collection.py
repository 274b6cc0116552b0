"""Python's collection of cycles, put off while something large is built."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for garbage meanwhile: what is built is none, and to walk through it again and again takes half as
    long as to build it. The garbage of other threads waits too, so the time should be short."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
