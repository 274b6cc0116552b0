"""Addresses of views, built on the address of the one that is shown."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from dashboard.ui import query


@dataclass(frozen=True, slots=True)
class Links:
    """Makes hrefs. `prefix` is where the app is mounted, with slashes around it; `search` the query part shown now."""

    prefix: str
    search: str = ""

    def to(self, path: str, **changes: str) -> str:
        """The page at this path with the scope and time that are set now."""
        kept = {key: value for key, value in self._given().items() if key in query.SHARED}
        return self._href(path, kept | changes)

    def here(self, path: str, **changes: str) -> str:
        """The view that is shown, at this path, but for the changes; an empty value takes the parameter away."""
        return self._href(path, self._given() | changes)

    def _given(self) -> dict[str, str]:
        return dict(parse_qsl(self.search.lstrip("?"), keep_blank_values=True))

    def _href(self, path: str, parameters: dict[str, str]) -> str:
        written = urlencode({key: value for key, value in parameters.items() if value})
        return f"{self.prefix}{path}" + (f"?{written}" if written else "")
