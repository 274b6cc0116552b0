"""Runs a hub in the main thread until the process is told to end."""

import asyncio
import gc
import logging
import os
import resource
import signal
import time

import uvloop

from meshhub.app.hub import Hub
from meshhub.settings import LoadedSettings
from meshhub.settings.effective import secrets_of
from meshhub.telemetry.logs import set_up_logging

SAME_MOMENT_SECONDS = 1.0
GARBAGE_THRESHOLD = 50_000

logger = logging.getLogger(__name__)


def serve(loaded: LoadedSettings) -> None:
    """Serve until SIGTERM or SIGINT, then drain and return. Ctrl-C again ends the process without draining: what was
    acknowledged is in the journal.

    Raises:
        MeshhubError: the hub could not start.
    """
    set_up_logging(loaded.settings.telemetry.log, secrets_of(loaded.settings))
    allow_descriptors()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(Hub(loaded.settings)))


def allow_descriptors() -> None:
    """Let the process open as many files and connections as it may at all. Where the soft limit is systemd's 1,024, the
    thousandth proxy would connect and never be answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError) as error:
        logger.warning("could not raise the limit of open files from %d to %d: %s", soft, hard, error)


async def _serve(hub: Hub) -> None:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    on_signal = _SignalHandler(told_to_stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    starting = asyncio.create_task(hub.start())
    stopping = asyncio.create_task(told_to_stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return
        await starting
        _spare_the_garbage_collector()
        await stopping
    finally:
        stopping.cancel()
        await hub.stop()
    logger.info("stopped")


def _spare_the_garbage_collector() -> None:
    """What is there after the start stays for good, and answers make many objects that live as long as the answer:
    looking through all of them again and again took a sixth of the time of a graph of 10,000 edges."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    gc.enable()  # the command starts without


class _SignalHandler:
    """The first signal stops; an impatient Ctrl-C ends at once. Some parents send a signal twice in one moment."""

    def __init__(self, told_to_stop: asyncio.Event) -> None:
        self._told_to_stop = told_to_stop
        self._told_at = 0.0

    def __call__(self, number: int) -> None:
        if not self._told_to_stop.is_set():
            logger.info("stopping on %s: draining", signal.Signals(number).name)
            self._told_at = time.monotonic()
            self._told_to_stop.set()
        elif number == signal.SIGINT and time.monotonic() - self._told_at > SAME_MOMENT_SECONDS:
            os._exit(1)
