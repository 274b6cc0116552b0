"""Where the engine is: the setting `store`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from meshhub.errors import StorageError
from meshhub.secret import Secret

EMBEDDED = "embedded"

_NO_PASSWORD = Secret("")
_SECURE = {"clickhouse": False, "http": False, "clickhouses": True, "https": True}


@dataclass(frozen=True, slots=True)
class Address:
    """`path` for the embedded engine, the rest for a server."""

    path: Path | None
    host: str = ""
    port: int = 0
    secure: bool = False
    user: str = ""
    password: Secret = _NO_PASSWORD

    def __str__(self) -> str:
        if self.path is not None:
            return f"the embedded engine in {self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"the ClickHouse server at {'https' if self.secure else 'http'}://{host}:{self.port}"

    @classmethod
    def parse(cls, store: str, data_dir: Path) -> Self:
        """Read the setting: "embedded", or clickhouse://[user[:password]@]host[:port] (clickhouses:// for TLS).

        Raises:
            StorageError: neither. The message shows nothing of the text: there may be a password in it.
        """
        if store == EMBEDDED:
            return cls(data_dir / "store")
        try:
            url = urlsplit(store)
            secure = _SECURE[url.scheme]
            port = url.port or (8443 if secure else 8123)
        except (KeyError, ValueError) as error:
            raise _unusable() from error
        if not url.hostname or url.path not in {"", "/"} or url.query:
            raise _unusable()
        password = Secret(unquote(url.password or ""))
        return cls(None, url.hostname, port, secure, unquote(url.username or ""), password)


def _unusable() -> StorageError:
    return StorageError(
        "could not use the setting store: expected 'embedded' or clickhouse://[user[:password]@]host[:port]; "
        "the database is the setting storage.database",
        retryable=False,
    )
