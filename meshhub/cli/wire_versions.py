"""Where commands find the versions of the configuration: in a data directory, or at a running hub. Both in the form of
the API's bodies (dashboard.api.wiring_body)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from meshhub.cli.hub_api import ask
from meshhub.cli.wire_options import history_in

if TYPE_CHECKING:
    from dashboard.api.wiring_body import DocumentDiffBody
    from envoy_config.history.history import History

HISTORY = "/api/v1/wiring/history"
Body = dict[str, Any]


class Versions(Protocol):
    """What is asked of a history. Every method raises MeshhubError where it cannot be read."""

    def newest(self, *, mesh: str, limit: int) -> list[Body]:
        """The latest versions, newest first; of all meshes if `mesh` is empty."""
        ...

    def one(self, version: int) -> Body:
        """A version, its documents and what it changed.

        Raises:
            NotFound: there is none of this id.
        """
        ...

    def changes(self, before: int, after: int) -> "list[DocumentDiffBody]":
        """What is different from one version to another, document by document.

        Raises:
            NotFound: there is none of one of these ids.
        """
        ...


@contextmanager
def versions_at(url: str, config: Path | None, data_dir: str | None) -> Iterator[Versions]:
    """Those of the data directory if one is named, or no hub is; else those of the hub at this address."""
    if url and data_dir is None:
        yield AskedVersions(url)
        return
    with history_in(config, data_dir) as history:
        yield KeptVersions(history)


class AskedVersions:
    """Those of a running hub."""

    def __init__(self, url: str) -> None:
        self._url = url

    def newest(self, *, mesh: str, limit: int) -> list[Body]:
        return list(ask(self._url, HISTORY, {"mesh": mesh, "limit": str(limit)})["versions"])

    def one(self, version: int) -> Body:
        return dict(ask(self._url, f"{HISTORY}/{version}"))

    def changes(self, before: int, after: int) -> "list[DocumentDiffBody]":
        return list(ask(self._url, f"{HISTORY}/{before}/diff/{after}")["documents"])


class KeptVersions:
    """Those of a data directory."""

    def __init__(self, history: "History") -> None:
        from dashboard.reads.wiring import WiringReads
        from meshhub.clock import SystemClock

        self._reads = WiringReads(SystemClock())
        self._reads.connect(history)

    def newest(self, *, mesh: str, limit: int) -> list[Body]:
        from dashboard.api.wiring_body import show_version

        return [_as_sent(show_version(each)) for each in self._reads.history(mesh=mesh, limit=limit)]

    def one(self, version: int) -> Body:
        from dashboard.api.wiring_body import show_detail

        return dict(_as_sent(show_detail(self._reads.version(version))))

    def changes(self, before: int, after: int) -> "list[DocumentDiffBody]":
        from dashboard.api.wiring_body import show_diff

        return list(_as_sent(show_diff(self._reads.compare(before, after))))


def _as_sent(body: Any) -> Any:
    from dashboard.api.parameters import json_response

    return json.loads(bytes(json_response(body).body))
