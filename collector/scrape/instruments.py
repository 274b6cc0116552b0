"""What scraping says of itself."""

from opentelemetry.metrics import Meter

from collector.instruments import Instruments, Tally
from collector.scrape.encoder import Encoded

SCRAPES = "meshhub.scrape.scrapes"
SAMPLES = "meshhub.scrape.samples"
DURATION = "meshhub.scrape.duration"
DROPPED = "meshhub.scrape.dropped"
TARGETS = "meshhub.scrape.targets"
LEFT_OUT = "meshhub.scrape.targets.left_out"
DISCOVERY_FAILURES = "meshhub.scrape.discovery.failures"


class ScrapeInstruments:
    """Counts by job. Each tally is named for what it counts."""

    def __init__(self, meter: Meter, instruments: Instruments) -> None:
        counter = instruments.counter
        self.scrapes: Tally = counter(SCRAPES, "{scrape}", "Scrapes, by job and outcome (up or down).")
        self.samples: Tally = counter(SAMPLES, "{sample}", "Samples that scrapes held, by job.")
        self.dropped: Tally = counter(DROPPED, "{scrape}", "Scrapes that the journal did not take, by job and reason.")
        self.discovery_failures: Tally = counter(
            DISCOVERY_FAILURES, "{failure}", "Times that a source of targets could not be asked, by job."
        )
        self._duration = meter.create_histogram(DURATION, "s", "Time of one scrape.")

    def scraped(self, job: str, encoded: Encoded, seconds: float, *, up: bool) -> None:
        self.scrapes.add(1, job=job, outcome="up" if up else "down")
        self.samples.add(encoded.scraped, job=job)
        self._duration.record(seconds, {"job": job})
