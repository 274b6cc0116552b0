"""One job: asks its sources for targets and keeps a scraper for each."""

import asyncio
import logging
from collections.abc import Iterator

from collector.scrape.discovery.consul import ConsulSource
from collector.scrape.discovery.dns import DnsSource
from collector.scrape.discovery.files import FileSource
from collector.scrape.discovery.kubernetes import KubernetesSource
from collector.scrape.discovery.source import Source
from collector.scrape.discovery.static import StaticSource
from collector.scrape.presets import PRESETS
from collector.scrape.relabel import compile_rule
from collector.scrape.scraper import Scraper, Surroundings
from collector.scrape.settings import JobSettings, KubernetesSettings
from collector.scrape.target import Found, JobTargets, Target

DEFAULT_PATH = "/metrics"

logger = logging.getLogger(__name__)


class Job:
    """Runs until it is cancelled. `left_out` is how many targets cannot be scraped, or are too many."""

    def __init__(self, shared: Surroundings) -> None:
        self._shared = shared
        self._targets = _targets_of(shared.job)
        self._found: dict[int, list[Found]] = {}
        self._scrapers: dict[Target, tuple[Scraper, asyncio.Task[None]]] = {}
        self.left_out = 0

    @property
    def scrapers(self) -> list[Scraper]:
        """Those of the present targets."""
        return [scraper for scraper, _ in self._scrapers.values()]

    async def run(self) -> None:
        """Ask all sources at once."""
        async with asyncio.TaskGroup() as tasks:
            for index, source in enumerate(_sources(self._shared.job)):
                tasks.create_task(self._ask(index, source, tasks))

    async def _ask(self, index: int, source: Source, tasks: asyncio.TaskGroup) -> None:
        def publish(found: list[Found]) -> None:
            self._found[index] = found
            self._reconcile(tasks)

        failures = self._shared.instruments.discovery_failures
        await source.run(publish, lambda: failures.add(1, job=self._shared.job.name))

    def _reconcile(self, tasks: asyncio.TaskGroup) -> None:
        """Begin with new targets, end with those that are gone; the others notice nothing."""
        job = self._shared.job
        found = [each for listed in self._found.values() for each in listed]
        targets, faults = self._targets.make(found)
        self.left_out = len(faults) + max(0, len(targets) - job.targets)
        for fault in faults[:10]:
            logger.warning("left out a target of the job %s: %s", job.name, fault)
        if len(targets) > job.targets:
            logger.warning("the job %s has %d targets: left out all but %d", job.name, len(targets), job.targets)
        wanted = set(targets[: job.targets])
        for target in self._scrapers.keys() - wanted:
            self._scrapers.pop(target)[1].cancel()
        for target in targets[: job.targets]:
            if target not in self._scrapers:
                scraper = Scraper(target, self._shared)
                self._scrapers[target] = (scraper, tasks.create_task(scraper.run()))


def _targets_of(job: JobSettings) -> JobTargets:
    preset = PRESETS[job.preset] if job.preset else None
    rules = [compile_rule(rule) for rule in preset.rules] if preset and _is_discovered(job) else []
    return JobTargets(
        job=job.name,
        scheme=job.scheme,
        path=job.path or (preset.path if preset else DEFAULT_PATH),
        port=preset.port if preset else 0,
        parameters=job.params,
        rules=[*rules, *(rule.compile() for rule in job.relabel_configs)],
    )


def _is_discovered(job: JobSettings) -> bool:
    """Presets choose among pods or services. What somebody wrote down is chosen already."""
    return not (job.static_configs or job.file_sd_configs or job.dns_sd_configs)


def _sources(job: JobSettings) -> Iterator[Source]:
    yield StaticSource(job.static_configs)
    yield from map(FileSource, job.file_sd_configs)
    yield from map(DnsSource, job.dns_sd_configs)
    yield from map(ConsulSource, job.consul_sd_configs)
    pods = job.kubernetes_sd_configs
    if not pods and job.preset and PRESETS[job.preset].kubernetes and _is_discovered(job) and not job.consul_sd_configs:
        pods = (KubernetesSettings(),)
    yield from map(KubernetesSource, pods)
