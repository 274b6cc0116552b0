"""An OpenID provider on loopback: discovery, keys, and tokens signed as told, right or wrong."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT = "meshhub"


@dataclass
class OpenIdProvider:
    """What the provider does. `claims` are put over those of a right token; `codes` are the codes it has given out,
    with what the authorization request asked; `exchanges` are the token requests that came."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    published: list[RSAKey] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    exchanges: list[Mapping[str, str]] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": f"key-{time.monotonic_ns()}", "use": "sig"})
        self.published = [self.key]

    def authorize(self, location: str) -> str:
        """What a browser does that is sent to the provider by this location: log in, and come back with a code."""
        asked = {name: values[-1] for name, values in parse_qs(urlsplit(location).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?state={asked['state']}&code={code}"

    def token(self, asked: Mapping[str, str]) -> str:
        """The id token for an authorization request."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "ada",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "email": "ada@example.org",
            "groups": ["sre"],
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("secret-of-the-client-" * 2))
        if self.algorithm == "none":
            head, body, _ = jwt.encode({"alg": "RS256"}, claims, self.key).split(".")
            return f"eyJhbGciOiJub25lIn0.{body}." if head else ""
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key, algorithms=[self.algorithm])


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """A provider that answers until the block ends."""
    provider = OpenIdProvider()
    provider.published = [provider.key]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self._send(
                    {
                        "issuer": provider.url,
                        "authorization_endpoint": f"{provider.url}/authorize",
                        "token_endpoint": f"{provider.url}/token",
                        "jwks_uri": f"{provider.url}/keys",
                    }
                )
            else:
                self._send(KeySet(list(provider.published)).as_dict(private=False))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[-1] for name, values in parse_qs(body).items()}
            provider.exchanges.append(form)
            asked = provider.codes.pop(form.get("code", ""), None)
            if provider.answer is not None:
                self._write(*provider.answer)
            elif asked is None:
                self._write(400, b'{"error": "invalid_grant"}')
            else:
                self._send({"access_token": "unused", "token_type": "Bearer", "id_token": provider.token(asked)})

        def _send(self, content: Any) -> None:
            self._write(200, json.dumps(content).encode())

        def _write(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
