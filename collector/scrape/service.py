"""Scraping as a whole: the jobs, started and stopped together."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AsyncExitStack

from opentelemetry.metrics import Meter, Observation

from collector.admission import Admission
from collector.instruments import Instruments
from collector.scrape import instruments as names
from collector.scrape.client import make_client
from collector.scrape.instruments import ScrapeInstruments
from collector.scrape.job import Job
from collector.scrape.scraper import Deliver, Surroundings
from collector.scrape.settings import JobSettings, ScrapeSettings

IN_FLIGHT_BYTES = 256 * 1024 * 1024
"""Bodies of all scrapes under way."""

logger = logging.getLogger(__name__)


class ScrapeService:
    """Belongs to one event loop."""

    def __init__(self, settings: ScrapeSettings, deliver: Deliver, meter: Meter, instruments: Instruments) -> None:
        """Nothing is asked yet."""
        self._settings = settings
        self._deliver = deliver
        self._instruments = ScrapeInstruments(meter, instruments)
        self._jobs: dict[str, Job] = {}
        self._running = AsyncExitStack()
        if settings.jobs:
            instruments.gauge(names.TARGETS, "{target}", "Targets, by job and state (up, down, new).", self._targets)
            instruments.gauge(names.LEFT_OUT, "{target}", "Targets that cannot be scraped, by job.", self._left_out)

    async def start(self) -> None:
        """Begin with all jobs.

        Raises:
            ConfigurationError: a file of certificates cannot be used. Nothing is left running.
        """
        turns = asyncio.Semaphore(self._settings.concurrency)
        admission = Admission(IN_FLIGHT_BYTES)
        try:
            for settings in self._settings.jobs:
                client = await self._running.enter_async_context(make_client(settings, connections=1000))
                rules = [rule.compile() for rule in settings.metric_relabel_configs]
                shared = Surroundings(settings, client, rules, turns, admission, self._deliver, self._instruments)
                self._begin(settings, Job(shared))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End all scrapes; those under way count for nothing. Safe to repeat."""
        await self._running.aclose()

    def _begin(self, settings: JobSettings, job: Job) -> None:
        self._jobs[settings.name] = job
        task = asyncio.get_running_loop().create_task(_guarded(settings.name, job))
        self._running.push_async_callback(_end, task)

    def _targets(self) -> Iterable[Observation]:
        states = {True: "up", False: "down", None: "new"}
        for name, job in list(self._jobs.items()):
            counts = dict.fromkeys(states.values(), 0)
            for scraper in job.scrapers:
                counts[states[scraper.is_up]] += 1
            yield from (Observation(count, {"job": name, "state": state}) for state, count in counts.items())

    def _left_out(self) -> Iterable[Observation]:
        return [Observation(job.left_out, {"job": name}) for name, job in list(self._jobs.items())]


async def _guarded(name: str, job: Job) -> None:
    try:
        await job.run()
    except Exception:
        logger.exception("the job %s ended: an error of the hub", name)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])
