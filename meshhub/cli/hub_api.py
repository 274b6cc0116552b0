"""Asks a running hub over its API."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from meshhub.address import is_loopback
from meshhub.errors import MeshhubError, NotFound

if TYPE_CHECKING:
    import httpx

DEFAULT_URL = "http://127.0.0.1:8080"
SECONDS = 60.0

Url = Annotated[str, typer.Option("--url", envvar="MESHHUB_URL", help="The hub to ask.")]


def ask(url: str, path: str, parameters: Mapping[str, str | None] | None = None) -> Any:
    """The JSON that the hub answers a GET with. Parameters that are None are left out.

    Raises:
        NotFound: the hub does not have it.
        MeshhubError: it does not answer, or says that it cannot.
    """
    given = {name: value for name, value in (parameters or {}).items() if value is not None}
    return _answer(url, "GET", path, params=given)


def ask_text(url: str, path: str, parameters: Mapping[str, str | None]) -> str:
    """What the hub answers a GET with, as it is; see `ask`."""
    given = {name: value for name, value in parameters.items() if value is not None}
    answer = _request(url, "GET", path, params=given)
    if not answer.is_success:
        _decoded(url, answer)
    return answer.text


def post(url: str, path: str, body: Mapping[str, Any]) -> Any:
    """The JSON that the hub answers a POST of this body with.

    Raises:
        NotFound: the hub does not have it.
        MeshhubError: it does not answer, or says that it cannot.
    """
    return _answer(url, "POST", path, json=body)


def credentials() -> dict[str, str]:
    """The header that says who asks: the token of MESHHUB_TOKEN, or in the file of MESHHUB_TOKEN_FILE, if there is one.

    Raises:
        MeshhubError: the file cannot be read, or what is there is no token.
    """
    token, file = os.environ.get("MESHHUB_TOKEN", ""), os.environ.get("MESHHUB_TOKEN_FILE", "")
    if file and not token:
        try:
            token = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise MeshhubError(f"could not read the token in MESHHUB_TOKEN_FILE: {error}") from error
    token = token.strip()
    if not token.isascii() or any(character.isspace() for character in token):
        raise MeshhubError("could not use MESHHUB_TOKEN: a token is one word of ASCII")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _answer(url: str, method: str, path: str, **sent: Any) -> Any:
    return _decoded(url, _request(url, method, path, **sent))


def _request(url: str, method: str, path: str, **sent: Any) -> "httpx.Response":
    import httpx

    try:
        # A proxy of the environment is for other hosts than this machine.
        trust_env = not is_loopback(urlsplit(url).hostname or "")
        return httpx.request(
            method,
            f"{url.rstrip('/')}{path}",
            timeout=SECONDS,
            trust_env=trust_env,
            headers=credentials(),
            **sent,
        )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise MeshhubError(
            f"could not ask the hub at {url}: {error}. Is it running there? Name another with --url or MESHHUB_URL."
        ) from error


def _decoded(url: str, answer: "httpx.Response") -> Any:
    import httpx

    try:
        body = answer.json()
    except ValueError as error:
        raise MeshhubError(f"could not ask the hub at {url}: what answers there is no hub") from error
    if answer.is_success:
        return body
    detail = body.get("detail") if isinstance(body, dict) else None
    message = str(detail or f"could not ask the hub at {url}: it answers {answer.status_code}")
    raise NotFound(message) if answer.status_code == httpx.codes.NOT_FOUND else MeshhubError(message)
