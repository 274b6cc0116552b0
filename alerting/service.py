"""Alerting, put together: what evaluations, the hub itself and others see becomes alerts, and alerts are told."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random

from alerting import burning, heartbeat, posted, vitals
from alerting.alerts.model import Observation
from alerting.dispatch import Delivery, Dispatcher
from alerting.evaluation.state import Evaluation
from alerting.inhibition import Dependencies
from alerting.lease.leadership import Alone, Leadership
from alerting.ledger.ledger import Ledger
from alerting.notify.guard import Guard
from alerting.notify.sending import Sender
from alerting.pager import Annotator, Pager
from alerting.posted import PostedAlerts
from alerting.routing.loading import Notifications
from alerting.vitals import Vitals
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from storage.shared.database import Deposed, Overtaken

EVERY_SECONDS = 1.0
FORGET_EVERY = timedelta(hours=1)

logger = logging.getLogger(__name__)


class AlertingService:
    """Pager and dispatcher of one hub; a listener of evaluations (alerting.evaluation.state.Listener)."""

    def __init__(
        self,
        ledger: Ledger,
        notifications: Notifications,
        clock: Clock,
        read_vitals: Callable[[], Vitals],
        *,
        dependencies: Dependencies | None = None,
        annotator: Annotator | None = None,
        delivery: Delivery | None = None,
        leadership: Leadership | None = None,
    ) -> None:
        """The ledger is the service's from now on: it is closed when the service is stopped.

        Without a leadership, there is no other process.
        """
        self.leadership = leadership or Alone()
        self._has_begun = False
        self._clock = clock
        self._read_vitals = read_vitals
        self._beats = notifications.heartbeat is not None
        self.notifications = notifications
        self.ledger = ledger
        used = dependencies if notifications.inhibit_by_dependencies else None
        self.pager = Pager(self.ledger, notifications.routing, used, annotator, self._is_active)
        self.posted = PostedAlerts(ledger)
        self.delivery = delivery or Sender(Guard(private_allowed=notifications.private_allowed))
        self._dispatcher = Dispatcher(
            self.ledger,
            notifications.channels,
            self.delivery,
            clock,
            Random(),  # noqa: S311 - jitter
            leads=self._is_active,
        )
        self._forgotten = clock.now()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerting", daemon=True)
        if self.leadership.leads:
            self._begin()

    @property
    def active(self) -> bool:
        """Whether this process evaluates and tells; of all that share a ledger, one does."""
        return self._has_begun and self.leadership.leads

    def start(self) -> None:
        self.leadership.start(self.wake)
        self._dispatcher.start()
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way. What is still owed is told by another process, or after the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._dispatcher.stop()
        self.leadership.stop()
        self.ledger.close()

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take what an evaluation of the SLOs found, if it is this process that acts on it."""
        if evaluation.at is not None and not evaluation.trouble:
            self.evaluate(burning.SOURCE, burning.observe(evaluation), self._clock.now())

    def evaluate(self, source: str, observations: Sequence[Observation], now: datetime) -> None:
        """Take what somebody else found (alerting.pager.Pager.evaluate), if it is this process that acts on it."""
        if self.active:
            with self._as_the_one_that_leads():
                self.pager.evaluate(source, observations, now)
            self._dispatcher.wake()

    def wake(self) -> None:
        """Tell what is owed now, after somebody changed something."""
        self._dispatcher.wake()

    def step(self) -> None:
        """One round: follow what other processes did, and look after alerts if it is this process that does."""
        self.pager.follow()
        if not self.leadership.leads:
            self._has_begun = False
            return
        with self._as_the_one_that_leads():
            if not self._has_begun:
                self._begin()
            now = self._clock.now()
            self.pager.evaluate(vitals.SOURCE, vitals.observe(self._read_vitals()), now)
            self.pager.evaluate(posted.SOURCE, self.posted.observe(now), now)
            self.pager.evaluate(heartbeat.SOURCE, [heartbeat.beat()] if self._beats else [], now)
            if abs(now - self._forgotten) >= FORGET_EVERY:
                self.ledger.forget(now)
                self._forgotten = now
        self._dispatcher.wake()

    def _begin(self) -> None:
        """Go on where the process before ended."""
        if self.leadership.candidate:
            self.ledger.lead(self.leadership.candidate)
            self.pager.follow()
        now = self._clock.now()
        before = [each.alert for each in self.pager.alerts(now) if each.source == posted.SOURCE]
        self.posted.resume(before, now)
        self._forgotten = now
        self._has_begun = True

    @contextmanager
    def _as_the_one_that_leads(self) -> Iterator[None]:
        """Others may have been first to write, or lead by now: then the next round begins with what they did."""
        try:
            yield
        except Overtaken:
            self.pager.follow()
        except Deposed as error:
            self._has_begun = False
            logger.warning("%s", error)

    def _is_active(self) -> bool:
        return self.active

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                self.step()
            except MeshhubError as error:
                logger.error("could not look after alerts: %s", error)
            except Exception:
                logger.exception("could not look after alerts")
