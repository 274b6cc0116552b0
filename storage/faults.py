"""What goes wrong in an engine, read out of its errors: which are for good, and what a person needs to know of one."""

import fcntl
import re
import tempfile
from pathlib import Path

from meshhub.errors import DataDirectoryInUse, MeshhubError, StorageError

# Error codes are ClickHouse's (src/Common/ErrorCodes.cpp).

UNLOADABLE = frozenset(
    {
        32,  # ATTEMPT_TO_READ_AFTER_EOF: a message or the segment ends too early
        33,  # CANNOT_READ_ALL_DATA: so does a fixed-width value
        36,  # BAD_ARGUMENTS: two cases of one oneof
        436,  # PROTOBUF_BAD_CAST: a number over its type's range (a bool that is neither 0 nor 1)
        444,  # UNKNOWN_PROTOBUF_FORMAT: anything else that is not the message it should be
    }
)
"""What the engine says of a segment whose bytes are at fault, and of nothing else in an insert. Found by giving it
24,000 damaged segments (tests/storage/test_bad_segments.py gives a few of each kind). A request is checked before it is
journaled, so only damage on disk and what the engine reads more strictly than protobuf's own library get here."""

NO_ACCESS = frozenset(
    {
        497,  # ACCESS_DENIED
        516,  # AUTHENTICATION_FAILED
    }
)
"""The server refuses the user. For a segment that is no verdict: the operator can mend it."""

_PREFIXES = re.compile(r"^.*?(?:DB::(?:\w+)?Exception: )+(?:Code: \d+\. (?:DB::(?:\w+)?Exception: )+)*", re.DOTALL)
_TRAILERS = re.compile(
    r"(: In scope .*|: \(in file/uri .*|: While executing .*| \(version [^)]*\).*| \(for url .*|\n.*)", re.DOTALL
)


def message_of(error: Exception) -> str:
    """What the engine says happened, without codes, stack, its version, and the statement that it repeats."""
    return _TRAILERS.sub("", _PREFIXES.sub("", str(error).strip()), count=1).rstrip(".")[:1000]


def root_cause(error: BaseException) -> str:
    """The innermost cause of a transport's error: it names the system's reason."""
    while True:
        inner = error.__cause__ or error.__context__
        if inner is None:
            return str(error)
        error = inner


def why_not_opened(path: Path, error: Exception) -> MeshhubError:
    """Why the embedded engine did not open its directory: it tells the terminal, not its caller."""
    if _is_locked(path / "status"):
        return DataDirectoryInUse(path.parent)
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as denied:
        return StorageError(
            f"could not open the store in {path}: {denied.strerror}. It has to be writable.", retryable=True
        )
    return StorageError(f"could not open the store in {path}: {message_of(error)}", retryable=True)


def _is_locked(file: Path) -> bool:
    """Whether another process holds the engine's lock (an flock on the file that says which process it is)."""
    try:
        with file.open("rb") as status:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
