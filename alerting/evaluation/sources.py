"""Where SLOs come from while the hub runs: files that change, and the services that are seen."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alerting.evaluation.questions import Queries
from alerting.settings import AlertingSettings
from alerting.specification.generation import default_slos
from alerting.specification.loading import SUFFIXES, load_specifications
from alerting.specification.model import Specifications
from meshhub.errors import ConfigurationError, StorageError
from storage.records.slo import CalledService

SERVICES_EVERY = 60.0
SERVICES_SECONDS = 86_400
MAX_SERVICES = 10_000

Fingerprint = tuple[tuple[str, int, int], ...]

logger = logging.getLogger(__name__)


class Sources:
    """The specifications in force. Not thread-safe."""

    def __init__(self, settings: AlertingSettings, queries: Queries) -> None:
        self._paths = settings.slos
        self._generate = settings.default_slos
        self._queries = queries
        self._fingerprint: Fingerprint | None = None
        self._written = Specifications()
        self._services: Sequence[CalledService] = ()
        self._services_at: float | None = None
        self.trouble = ""
        """Why the files as they are now are not in force; empty if they are."""

    def load(self) -> Specifications:
        """Read the files for the first time.

        Raises:
            ConfigurationError: with every fault.
        """
        self._fingerprint = fingerprint(self._paths)
        self._written = load_specifications(self._paths)
        return self._written

    def current(self, now: float, monotonic: float) -> Specifications:
        """The specifications now: changed files are taken if they are good, and change nothing otherwise."""
        self._look_at_files()
        if self._generate:
            self._look_at_services(now, monotonic)
        made = default_slos(self._services, self._written.slos)
        if not made:
            return self._written
        slos = sorted((*self._written.slos, *made), key=lambda slo: slo.name)
        return replace(self._written, slos=tuple(slos))

    def _look_at_files(self) -> None:
        seen = fingerprint(self._paths)
        if seen == self._fingerprint:
            return
        self._fingerprint = seen
        try:
            self._written = load_specifications(self._paths)
        except ConfigurationError as error:
            self.trouble = str(error)
            logger.warning("the changed SLOs are not taken, those before stay: %s", error)
            return
        self.trouble = ""
        logger.info("took the changed SLOs", extra={"slos": len(self._written.slos)})

    def _look_at_services(self, now: float, monotonic: float) -> None:
        if self._services_at is not None and monotonic < self._services_at + SERVICES_EVERY:
            return
        window = {"start": int(now) - SERVICES_SECONDS, "end": int(now) + 60, "limit": MAX_SERVICES}
        try:
            self._services = self._queries.query("slo_services", window, CalledService)
        except StorageError as error:
            logger.warning("could not look for services without SLOs: %s", error)
            return
        self._services_at = monotonic


def fingerprint(paths: Sequence[Path]) -> Fingerprint:
    """What changes when one of these files, or of the files in these directories, does."""
    found = []
    for path in paths:
        try:
            files = sorted(path.iterdir()) if path.is_dir() else [path]
            for file in files:
                if file == path or file.suffix in SUFFIXES:
                    facts = file.stat()
                    found.append((str(file), facts.st_mtime_ns, facts.st_size))
        except OSError:
            found.append((str(path), 0, -1))
    return tuple(found)
