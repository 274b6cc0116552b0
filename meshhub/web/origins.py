"""Which pages may have a browser change something.

A page of another site can send requests to the hub with whatever its visitor's browser adds by itself. A browser says
where such a request comes from: in Sec-Fetch-Site (W3C Fetch Metadata), and in Origin (RFC 6454). What is no browser
says neither and is let through.
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from meshhub.web.problems import problem

FORBIDDEN = 403
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class OriginCheck:
    """Answers 403 to requests that could change something and come from a page of another site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not _own(scope):
            detail = "could not do this: it was asked for by a page of another site"
            await problem(FORBIDDEN, detail)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _own(scope: Scope) -> bool:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        # No page can set it. The Origin of a form on a page without referrers is "null", even to its own site.
        return site in ("same-origin", "none")
    origin = headers.get(b"origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get(b"host", "").lower()
