"""Scrapes one target at its interval, and says how that went (`up` and its companions, as Prometheus)."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx

from collector.admission import Admission
from collector.refusal import Refused
from collector.scrape import wire
from collector.scrape.client import Fetched, FetchError, fetch
from collector.scrape.encoder import Encoded, Encoder, SampleLimits
from collector.scrape.exposition import ACCEPT, OPENMETRICS, ExpositionError
from collector.scrape.instruments import ScrapeInstruments
from collector.scrape.relabel import Rule
from collector.scrape.settings import JobSettings
from collector.scrape.target import Target

SCOPE = "meshhub.scrape"
REQUEST_BYTES = 2 * 1024 * 1024
"""Size at which a scrape goes on in another request."""

QUICK_BYTES = 64 * 1024
"""Larger bodies are read on a thread, so that the event loop goes on."""

Deliver = Callable[[bytes, str], Awaitable[None]]
"""Takes an encoded ExportMetricsServiceRequest for a tenant. Raises Refused."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the scrapers of one job share."""

    job: JobSettings
    client: httpx.AsyncClient
    rules: Sequence[Rule]
    turns: asyncio.Semaphore
    admission: Admission
    deliver: Deliver
    instruments: ScrapeInstruments


class Scraper:
    """Of one target. `is_up` is None before the first scrape."""

    def __init__(self, target: Target, shared: Surroundings) -> None:
        job = shared.job
        labels = dict(target.labels)
        limits = SampleLimits(job.samples, job.labels, job.label_name_bytes, job.label_value_bytes)
        self._target = target
        self._shared = shared
        self._resource = wire.resource(resource_attributes(labels))
        self._encoder = Encoder(
            labels, shared.rules, limits, honor_labels=job.honor_labels, honor_timestamps=job.honor_timestamps
        )
        self._trouble: str | None = None
        self.is_up: bool | None = None

    async def run(self) -> None:
        """Scrape for ever, at a place in the interval that is the target's own and the same after a restart."""
        interval = self._shared.job.interval_seconds
        offset = _place(self._target) * interval
        while True:
            await asyncio.sleep((offset - time.time()) % interval)
            await self.scrape()

    async def scrape(self) -> None:
        """Scrape once. A scrape that fails is one, too: it delivers that the target is not up."""
        async with self._shared.turns:
            now, started = time.time_ns(), time.monotonic()
            encoded, trouble = await self._try(now)
            duration = time.monotonic() - started
        self._note(trouble)
        report = _report(now, encoded, duration, up=not trouble)
        self._shared.instruments.scraped(self._shared.job.name, encoded, duration, up=not trouble)
        try:
            for metrics in _batches([*encoded.metrics, *report]):
                await self._shared.deliver(wire.request(self._resource, SCOPE, metrics), self._shared.job.tenant)
        except Refused as refused:
            self._shared.instruments.dropped.add(1, job=self._shared.job.name, reason=refused.reason.value)
            logger.warning("dropped a scrape of %s: %s", self._target.url, refused)

    async def _try(self, now: int) -> tuple[Encoded, str]:
        """What was scraped, and why it was nothing."""
        try:
            return await self._encode(await self._fetch(), now), ""
        except (FetchError, ExpositionError) as error:
            return Encoded([], 0, 0, 0), str(error)
        except Exception:  # one target must not end the scrapes of it
            logger.exception("could not scrape %s", self._target.url)
            return Encoded([], 0, 0, 0), "an error of the hub, see its log"

    async def _fetch(self) -> Fetched:
        job = self._shared.job
        fetched = await fetch(
            self._shared.client,
            self._target.url,
            seconds=job.timeout_seconds,
            max_bytes=int(job.body_bytes),
            headers={"accept": ACCEPT, "x-prometheus-scrape-timeout-seconds": f"{job.timeout_seconds:g}"},
            server_name=job.server_name,
            admission=self._shared.admission,
        )
        if fetched.status != httpx.codes.OK:
            raise FetchError(f"could not scrape {self._target.url}: it answers {fetched.status}")
        return fetched

    async def _encode(self, fetched: Fetched, now: int) -> Encoded:
        is_openmetrics = fetched.content_type.partition(";")[0].strip().lower() == OPENMETRICS

        def encode() -> Encoded:
            try:
                text = fetched.body.decode()
            except UnicodeDecodeError as error:
                raise ExpositionError("it is not UTF-8") from error
            return self._encoder.encode(text, now, openmetrics=is_openmetrics)

        try:
            return encode() if len(fetched.body) <= QUICK_BYTES else await asyncio.to_thread(encode)
        except ExpositionError as error:
            raise ExpositionError(f"could not read what {self._target.url} exposes: {error}") from error

    def _note(self, trouble: str) -> None:
        """Remember how it went, and log what changed."""
        self.is_up = not trouble
        if trouble and trouble != self._trouble:
            logger.warning("%s", trouble)
        elif self._trouble and not trouble:
            logger.info("%s can be scraped again", self._target.url)
        self._trouble = trouble


def resource_attributes(labels: dict[str, str]) -> dict[str, str]:
    """The labels of a target: those that say who it is as the attributes that the hub knows, others as they are."""
    named = {
        "service.name": labels.get("service") or labels.get("job", ""),
        "service.namespace": labels.get("namespace", ""),
        "service.version": labels.get("version", ""),
        "service.instance.id": labels.get("pod") or labels.get("instance", ""),
        "k8s.cluster.name": labels.get("cluster", ""),
    }
    others = {
        name: value for name, value in labels.items() if name not in ("service", "namespace", "version", "cluster")
    }
    return {name: value for name, value in {**named, **others}.items() if value}


def _place(target: Target) -> float:
    """A number in [0, 1) that spreads targets."""
    digest = hashlib.sha256(repr((target.url, target.labels)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _report(now: int, encoded: Encoded, duration: float, *, up: bool) -> Iterator[bytes]:
    values = {
        "up": float(up),
        "scrape_duration_seconds": duration,
        "scrape_samples_scraped": float(encoded.scraped),
        "scrape_samples_post_metric_relabeling": float(encoded.kept),
        "scrape_series_added": float(encoded.added),
    }
    for name, value in values.items():
        point = wire.point_head({}) + wire.time_part(now) + wire.VALUE(b"\x21", value)
        yield wire.metric(name, cumulative=False, points=point)


def _batches(metrics: list[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for metric in metrics:
        if batch and size + len(metric) > REQUEST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(metric)
        size += len(metric)
    yield batch
