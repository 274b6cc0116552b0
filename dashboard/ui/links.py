"""Addresses of views, built on the address of the one that is shown."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from dashboard.ui import query


@dataclass(frozen=True, slots=True)
class Links:
    """Makes hrefs. `prefix` is where the app is mounted, with slashes around it; `search` the query part shown now."""

    prefix: str
    search: str = ""

    def own(self) -> tuple[str, ...]:
        """The parameters of the view that is shown that other pages do not understand."""
        given = dict(parse_qsl(self.search.lstrip("?"), keep_blank_values=True))
        return tuple(name for name in given if name not in query.SHARED)

    def here(self, path: str, **changes: str) -> str:
        """The view that is shown, at this path, but for the changes; an empty value takes the parameter away."""
        given = dict(parse_qsl(self.search.lstrip("?"), keep_blank_values=True))
        return f"{self.prefix}{path}{query.write(**given | changes)}"
