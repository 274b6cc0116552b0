"""Sessions of people who logged in: a signed cookie, so that any web process of the hub knows it.

Signed by itsdangerous (HMAC). The cookie is HttpOnly, SameSite=Lax and, over TLS, Secure. A logout holds in the process
that took it at once; elsewhere the browser has no cookie any more.
"""

import contextlib
import hashlib
import os
import secrets
import tempfile
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from meshhub.errors import ConfigurationError, Fault, MeshhubError
from meshhub.principal import Principal, Role

COOKIE = "meshhub_session"
KEY_FILE = "session.key"
LEAST_KEY_BYTES = 32
MAX_ENDED = 10_000


class Sessions:
    """Seals principals into cookies, and opens them. Thread-safe."""

    def __init__(self, key: bytes, hours: float) -> None:
        self.seconds = int(hours * 3600)
        # The key is in no message and no attribute that is shown.
        self._serializer = URLSafeTimedSerializer(
            key, salt="meshhub session", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def seal(self, principal: Principal) -> str:
        """The value of a new cookie."""
        content = {
            "n": principal.name,
            "r": principal.role.value,
            "t": principal.tenant,
            "h": principal.how,
            "i": secrets.token_urlsafe(12),
        }
        return self._serializer.dumps(content)

    def open(self, cookie: str) -> Principal | None:
        """Who a cookie stands for; None if it was not made here, has expired or was ended."""
        content = self._read(cookie)
        if content is None or content["i"] in self._ended:
            return None
        return Principal(content["n"], Role(content["r"]), content["t"], content["h"])

    def end(self, cookie: str) -> None:
        """Take a cookie no more."""
        content = self._read(cookie)
        if content is None:
            return
        with self._lock:
            self._ended[content["i"]] = time.time()
            while len(self._ended) > MAX_ENDED:
                self._ended.popitem(last=False)

    def _read(self, cookie: str) -> dict[str, Any] | None:
        if len(cookie) > 4096:
            return None
        try:
            content = self._serializer.loads(cookie, max_age=self.seconds)
            return content if {"n", "r", "t", "h", "i"} <= content.keys() else None
        except (BadSignature, AttributeError, ValueError):
            return None


def session_key(file: Path | None, data_dir: Path) -> bytes:
    """The key of the settings' file, or one in the data directory that is made at the first start.

    Raises:
        ConfigurationError: the file cannot be read, or the key is too short.
        MeshhubError: the one in the data directory cannot be made.
    """
    if file is not None:
        try:
            key = file.read_bytes().strip()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigurationError("the key of sessions", [Fault(str(file), None, reason)]) from error
        if len(key) < LEAST_KEY_BYTES:
            reason = f"the key has less than {LEAST_KEY_BYTES} bytes"
            raise ConfigurationError("the key of sessions", [Fault(str(file), None, reason)])
        return key
    path = data_dir / KEY_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        return path.read_bytes()
    except OSError as error:
        raise MeshhubError(f"could not make the key of sessions {path}: {error.strerror or error}") from error


def _make_key(path: Path) -> None:
    """A new key, whole or not at all; where somebody else who starts now was first, theirs stays.

    The draft is nobody else's: the process id would not make it so, in a thread or in another container (id 1).
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.") as draft:
        draft.write(secrets.token_hex(32).encode())
        draft.flush()
        os.fsync(draft.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, path)
