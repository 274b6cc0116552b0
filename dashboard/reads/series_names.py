"""What the series of edges are called, kept: a name never changes, and windows have mostly the same series."""

from collections.abc import Mapping, Sequence
from threading import Lock

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds
from meshhub.model import TimeRange
from storage.records.edges import SeriesName

MAX_KEPT = 400_000
"""Names that are kept, at about half a kB each. With more, all are let go: what is asked for next is read anew."""

MAX_ASKED = 2_000
"""Where more are not known, all of the window are read: the question would be longer than the answer."""

MAX_READ = 400_000


class SeriesNames:
    """Keeps names by series. Thread-safe; two threads may read the same at a time."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._lock = Lock()
        self._kept: dict[int, SeriesName] = {}

    def of(self, series: Sequence[int], window: TimeRange) -> Mapping[int, SeriesName]:
        """The names of these series of a window, and of others. A series that is no longer stored may be missing.

        Raises:
            StorageError: the engine did not answer.
        """
        with self._lock:
            kept = self._kept
        unknown = [each for each in series if each not in kept]
        if not unknown:
            return kept
        asked = unknown if len(unknown) <= MAX_ASKED else []
        question = bounds(window) | {"series": asked, "limit": MAX_READ}
        read = {name.series: name for name in self._queries.query("edge_names_in_window", question, SeriesName)}
        with self._lock:
            # Never changed in place: others read it without the lock.
            self._kept = read if len(self._kept) + len(read) > MAX_KEPT else self._kept | read
        return kept | read
