"""The security headers of every response."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The content security policy of what is no page: it may load nothing and be framed by nobody."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000"


class SecurityHeaders:
    """Adds the headers; what a route set itself stays."""

    def __init__(self, app: ASGIApp, policies: Mapping[str, str], *, tls: bool) -> None:
        """`policies` has the content security policy of each path prefix that has pages ("/ui")."""
        self._app = app
        self._policies = dict(policies)
        self._always = _ALWAYS | ({"Strict-Transport-Security": _HSTS} if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        prefix = next((prefix for prefix in self._policies if path == prefix or path.startswith(f"{prefix}/")), None)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", API_POLICY if prefix is None else self._policies[prefix])
                if prefix is None:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
