"""Run the demo, and say what to look at or, unattended, check what the hub shows and report."""

import asyncio
import json
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from rich.console import Console

from meshhub.demo import shop
from meshhub.demo.progress import Progress
from meshhub.demo.report import Expectation, report, wait_until_shown
from meshhub.demo.session import DemoOptions, Session
from meshhub.demo.traffic import VisitRecord, examples
from meshhub.errors import ConfigurationError, MeshhubError

SHOWN_SECONDS = 60.0
"""How long the hub may take to show what happened: proxies send spans every five seconds."""

BOTH_SORTS_SECONDS = 30.0
"""How long to wait until a sampled and an unsampled request were answered."""

EXAMPLES_EACH = 10
WATCH_SECONDS = 0.5

ResultT = TypeVar("ResultT")


class Stopped(Exception):
    """The user asked the demo to stop before it had done its work."""


class StopRequests:
    """The user's wish to stop. The first ends the traffic; a second one, said while the demo checks, the check."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        self.second = asyncio.Event()

    def listen(self) -> None:
        """Take Ctrl-C, SIGTERM and the end of the terminal as the wish to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.ask)

    def ask(self) -> None:
        (self.second if self.first.is_set() else self.first).set()


def run_demo(options: DemoOptions) -> int:
    """Run the demo until it is stopped, or for the asked seconds, and return the exit code.

    0: it ran, and if unattended, the hub showed everything. 1: it could not run, or something is missing. 2: a wrong
    configuration. Messages go to standard output, with `as_json` to standard error.
    """
    progress = Progress(Console(stderr=options.as_json))
    try:
        return asyncio.run(_run(options, progress))
    except Stopped:
        return 1 if options.seconds is not None else 0
    except ConfigurationError as error:
        progress.warn(str(error))
        return 2
    except (MeshhubError, OSError) as error:
        progress.warn(str(error))
        return 1


async def _run(options: DemoOptions, progress: Progress) -> int:
    stop = StopRequests()
    stop.listen()
    async with Session(options, progress) as session:
        await _unless(stop.first, session.start())
        if options.seconds is None:
            return await _show(session, stop, progress)
        return await _check(session, stop, progress, seconds=options.seconds, as_json=options.as_json)


async def _show(session: Session, stop: StopRequests, progress: Progress) -> int:
    """Say what to look at, then watch until stopped."""
    with progress.step("Waiting until the hub shows the first requests"):
        await _unless(stop.first, _wait(session.traffic.both_sorts, BOTH_SORTS_SECONDS))
        found = tuple(examples(session.traffic.records, each=1))
        looking = wait_until_shown(session.client, Expectation(found, ()), seconds=SHOWN_SECONDS)
        try:
            missing = (await _unless(stop.first, looking)).missing
        except MeshhubError as error:  # a hub that is slow to answer is still there to be looked at
            missing = [str(error)]
    for each in missing:
        progress.warn(f"the hub does not show: {each}")
    _announce(session.ports.url, found, progress)
    told: set[str] = set()
    while not await _wait(stop.first, WATCH_SECONDS):
        for envoy in session.check():
            if envoy.plan.instance not in told:
                told.add(envoy.plan.instance)
                progress.warn(f"the proxy {envoy.plan.instance} ended by itself:\n{envoy.last_lines()}")
    return 0


async def _check(session: Session, stop: StopRequests, progress: Progress, *, seconds: float, as_json: bool) -> int:
    """Let the traffic run, then compare what the hub shows with what was sent, and report."""
    with progress.step(f"Running for {seconds:g} s"):
        await _wait(stop.first, seconds)
        await _unless(stop.second, _wait(session.traffic.both_sorts, BOTH_SORTS_SECONDS))
        await session.send_visitors_home()
    expected = Expectation(tuple(examples(session.traffic.records, each=EXAMPLES_EACH)), shop.edges())
    with progress.step("Waiting until the hub shows everything"):
        shown = await _unless(stop.second, wait_until_shown(session.client, expected, seconds=SHOWN_SECONDS))
    content = report(session.ports.url, session.traffic.answers, expected, shown)
    if as_json:
        sys.stdout.write(json.dumps(content, indent=2) + "\n")
        sys.stdout.flush()
    for missing in content["missing"]:
        progress.warn(f"the hub does not show: {missing}")
    if content["ok"]:
        progress.say(f"The hub shows all {len(expected.requests)} requests and {len(expected.edges)} edges.")
    return 0 if content["ok"] else 1


def _announce(url: str, found: Sequence[VisitRecord], progress: Progress) -> None:
    progress.say()
    progress.say("The shop is open, and the hub watches it.")
    progress.say(f"  The live graph       {url}/ui")
    for record in found:
        sort = "A traced request    " if record.sampled else "One that is not     "
        progress.say(f"  {sort} {record.request_id}")
        progress.say(f"  {' ':20} {url}/ui/requests?id={record.request_id}")
    progress.say(f"  API                  {url}/api/docs")
    progress.say("  Break something      meshhub demo fault latency ratings")
    progress.say("Ctrl-C stops everything.")


async def _wait(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, but not longer than this; say whether it came."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


async def _unless(event: asyncio.Event, work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Do something, but give it up when the event comes.

    Raises:
        Stopped: the event came first.
    """
    doing = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise Stopped
    finally:
        doing.cancel()
        waiting.cancel()
        await asyncio.wait({doing, waiting})
