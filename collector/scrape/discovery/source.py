"""What a source of targets is, and how it is asked again and again."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from collector.scrape.client import Fetched, FetchError
from collector.scrape.target import Found
from meshhub.errors import MeshhubError

MAX_BYTES = 64 * 1024 * 1024
FETCH_SECONDS = 30.0

ODD = (AttributeError, LookupError, TypeError, ValueError)
"""What reading an answer of another form than is documented raises."""

Publish = Callable[[list[Found]], None]
"""Takes all targets that a source knows at present."""

Failed = Callable[[], None]
"""Counts that a source could not be asked."""

logger = logging.getLogger(__name__)

_UNSAFE = re.compile(r"[^a-zA-Z0-9_]")


class Source(Protocol):
    """Knows targets. Runs until it is cancelled; what it published before holds while it fails."""

    async def run(self, publish: Publish, failed: Failed) -> None: ...


async def repeat(find: Callable[[], Awaitable[list[Found]]], seconds: float, publish: Publish, failed: Failed) -> None:
    """Ask for the targets at once and then at this interval, whatever goes wrong."""
    published: list[Found] | None = None
    while True:
        try:
            found = await find()
        except MeshhubError as error:
            logger.warning("%s; the targets that were known before are kept", error)
            failed()
        except ODD as error:
            logger.warning("could not understand a source of targets: %r; those known before are kept", error)
            failed()
        else:
            if found != published:
                publish(found)
                published = found
        await asyncio.sleep(seconds)


def label_part(name: str) -> str:
    """A name of somebody else's as part of a label's name."""
    return _UNSAFE.sub("_", name)


def read_json(what: str, answer: Fetched) -> Any:
    """The content of an answer.

    Raises:
        FetchError: the answer is not 200, or not JSON.
    """
    if answer.status != 200:
        raise FetchError(
            f"could not read {what}: it answers {answer.status} {answer.body[:200].decode(errors='replace')}"
        )
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise FetchError(f"could not read {what}: its answer is not JSON") from error
