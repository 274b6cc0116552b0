"""A whole SQLite file as text, and back."""

import base64
import sqlite3
import zlib
from contextlib import closing

_JOURNAL_MODE = slice(18, 20)
"""Where a file says that it has a write-ahead log (sqlite.org/fileformat.html): one in memory has none."""


def image_of(connection: sqlite3.Connection, *, without: str = "") -> str:
    """What is in a database, deflated and as base64; `without` the rows of a table. Reads what is committed."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        connection.backup(copy)
        if without:
            copy.execute(f"DELETE FROM {without}")  # noqa: S608 - a name of ours
        content = bytearray(copy.serialize())
    content[_JOURNAL_MODE] = b"\x01\x01"
    return base64.b64encode(zlib.compress(bytes(content), 1)).decode()


def open_image(text: str) -> sqlite3.Connection:
    """A database in memory with what `image_of` made."""
    opened = sqlite3.connect(":memory:", isolation_level=None)
    opened.deserialize(zlib.decompress(base64.b64decode(text)))
    return opened
