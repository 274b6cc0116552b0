"""Has the doctor look at the wiring again and again, and makes alerts of what is wrong for longer than a moment."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerting.alerts.model import ALERT_NAME, SEVERITY, Observation, Sighting
from envoy_config.doctor.model import Checkup, Diagnosis
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from traces.finders.model import Severity

SOURCE = "wiring"
ALERT = "MeshWiring"
AFTER = timedelta(minutes=2)
"""Proxies restart, and hubs: what mends itself sooner is told nobody."""

logger = logging.getLogger(__name__)


class Evaluates(Protocol):
    """alerting.pager.Pager."""

    def evaluate(self, source: str, observations: Sequence[Observation], now: datetime) -> None: ...


class WiringWatch:
    """A thread that examines the wiring every so many seconds. Nothing is said while the store does not answer."""

    def __init__(self, examine: Callable[[], Checkup], pager: Evaluates, clock: Clock, every_seconds: float) -> None:
        self._examine = examine
        self._pager = pager
        self._clock = clock
        self._every = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wiring-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the checkup that is under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """One checkup, told to the pager."""
        try:
            checkup = self._examine()
            self._pager.evaluate(SOURCE, observe(checkup), self._clock.now())
        except MeshhubError as error:
            logger.warning("could not look at the wiring: %s", error)
        except Exception:
            logger.exception("could not look at the wiring")

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self.look()


def observe(checkup: Checkup) -> list[Observation]:
    """What of a checkup is worth a ticket: everything but notes. None of it is a page: users do not feel it."""
    return [_observation(each) for each in checkup.diagnoses if each.severity is not Severity.NOTE]


def _observation(diagnosis: Diagnosis) -> Observation:
    where = {
        "cluster": diagnosis.workload.cluster,
        "namespace": diagnosis.workload.namespace,
        "service": diagnosis.workload.service,
    }
    labels = {name: value for name, value in where.items() if value}
    cure = diagnosis.cure
    return Observation(
        {ALERT_NAME: ALERT, SEVERITY: "ticket", "code": diagnosis.code, **labels},
        Sighting.MET,
        {
            "summary": diagnosis.title,
            "description": f"{diagnosis.evidence} Fix: {cure.text}{f' ({cure.change})' if cure.change else ''}",
        },
        AFTER,
        generator_url="/ui/mesh",
    )
