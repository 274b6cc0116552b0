"""Alerting, put together: what evaluations, the hub itself and others see becomes alerts, and alerts are told."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from random import Random

from alerting import burning, heartbeat, posted, vitals
from alerting.dispatch import Delivery, Dispatcher
from alerting.evaluation.state import Evaluation
from alerting.inhibition import Dependencies
from alerting.ledger.ledger import Ledger
from alerting.notify.guard import Guard
from alerting.notify.sending import Sender
from alerting.pager import Annotator, Pager
from alerting.posted import PostedAlerts
from alerting.routing.loading import Notifications
from alerting.vitals import Vitals
from meshhub.clock import Clock
from meshhub.errors import MeshhubError

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
    ) -> None:
        """The ledger is the service's from now on: it is closed when the service is stopped."""
        self._clock = clock
        self._read_vitals = read_vitals
        self._beats = notifications.heartbeat is not None
        self.notifications = notifications
        self.ledger = ledger
        used = dependencies if notifications.inhibit_by_dependencies else None
        self.pager = Pager(self.ledger, notifications.routing, used, annotator)
        now = clock.now()
        before = [each.alert for each in self.pager.alerts(now) if each.source == posted.SOURCE]
        self.posted = PostedAlerts(before, now)
        self.delivery = delivery or Sender(Guard(private_allowed=notifications.private_allowed))
        self._dispatcher = Dispatcher(self.ledger, notifications.channels, self.delivery, clock, Random())  # noqa: S311 - jitter
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerting", daemon=True)

    def start(self) -> None:
        self._dispatcher.start()
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way. What is still owed is told after the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._dispatcher.stop()
        self.ledger.close()

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take what an evaluation of the SLOs found."""
        if evaluation.at is not None and not evaluation.trouble:
            self.pager.evaluate(burning.SOURCE, burning.observe(evaluation), self._clock.now())
            self._dispatcher.wake()

    def wake(self) -> None:
        """Tell what is owed now, after somebody changed something."""
        self._dispatcher.wake()

    def _run(self) -> None:
        forgotten = self._clock.now()
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                now = self._clock.now()
                self.pager.evaluate(vitals.SOURCE, vitals.observe(self._read_vitals()), now)
                self.pager.evaluate(posted.SOURCE, self.posted.observe(now), now)
                self.pager.evaluate(heartbeat.SOURCE, [heartbeat.beat()] if self._beats else [], now)
                if abs(now - forgotten) >= FORGET_EVERY:
                    self.ledger.forget(now)
                    forgotten = now
                self._dispatcher.wake()
            except MeshhubError as error:
                logger.error("could not look after alerts: %s", error)
            except Exception:
                logger.exception("could not look after alerts")
