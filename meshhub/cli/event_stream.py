"""Follows a stream of events of a running hub."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from meshhub.address import is_loopback
from meshhub.cli.hub_api import credentials
from meshhub.errors import MeshhubError


def follow(url: str, path: str, parameters: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The events, name and JSON data, until the hub ends them.

    Raises:
        MeshhubError: it does not answer, or says that it cannot.
    """
    import httpx

    try:
        trust_env = not is_loopback(urlsplit(url).hostname or "")
        with (
            httpx.Client(trust_env=trust_env, timeout=httpx.Timeout(60.0), headers=credentials()) as client,
            client.stream("GET", f"{url.rstrip('/')}{path}", params=dict(parameters)) as answer,
        ):
            if not answer.is_success:
                raise MeshhubError(_detail(answer.read(), url, answer.status_code))
            yield from events(answer.iter_lines())
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise MeshhubError(f"could not follow the hub at {url}: {error}") from error


def events(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The events in lines of text/event-stream. Comments are left out."""
    name, data = "message", ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data += line.removeprefix("data: ")
        elif not line and data:
            yield name, json.loads(data)
            name, data = "message", ""


def _detail(body: bytes, url: str, status: int) -> str:
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"could not follow the hub at {url}: it answers {status}"
