"""The dispatcher: delivers what is owed in the outbox, again and again until it is delivered or refused."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Protocol

from alerting.ledger.ledger import Ledger
from alerting.notify.model import Channel
from alerting.outbox import Notification, Outcome, Result, next_attempt
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from storage.shared.database import Deposed

logger = logging.getLogger(__name__)

LONGEST_WAIT = 5.0
"""Seconds after which the outbox is looked at in any case: a clock may have been set."""

PER_MINUTE = 60
"""How many notifications a channel gets per minute; what is more waits."""


class Delivery(Protocol):
    """alerting.notify.sending.Sender."""

    def deliver(self, channel: Channel, notification: Notification) -> Outcome: ...


class Dispatcher:
    """Delivers in threads of its own, one notification at a time per channel."""

    def __init__(
        self,
        ledger: Ledger,
        channels: Mapping[tuple[str, str], Channel],
        delivery: Delivery,
        clock: Clock,
        random: Random,
        *,
        leads: Callable[[], bool] = lambda: True,
        workers: int = 8,
    ) -> None:
        """`channels` are by the names of receiver and channel; `leads` is whether it is this process that delivers."""
        self._leads = leads
        self._ledger = ledger
        self._channels = channels
        self._delivery = delivery
        self._clock = clock
        self._random = random
        self._pool = ThreadPoolExecutor(workers, "deliver")
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._busy: set[tuple[str, str]] = set()
        self._sent: dict[tuple[str, str], list[float]] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

    def stop(self) -> None:
        """End after the deliveries that are under way. What is still owed waits in the ledger."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._hand_out()
            except MeshhubError as error:
                logger.error("could not look at the outbox: %s", error)
            self._wake.wait(self._pause())

    def _hand_out(self) -> None:
        if not self._leads():
            return
        for notification in self._ledger.due(self._clock.now()):
            place = notification.receiver, notification.channel
            with self._lock:
                if place in self._busy or not self._within_rate(place):
                    continue
                self._busy.add(place)
            if self._stopping.is_set():
                return
            self._pool.submit(self._deliver, notification)

    def _deliver(self, notification: Notification) -> None:
        place = notification.receiver, notification.channel
        try:
            channel = self._channels.get(place)
            self._ledger.begin(
                notification
            )  # refused where another process leads: its entry in the ledger is the fence
            if not self._leads():  # paused for long in that moment
                return
            if channel is None:
                outcome = Outcome(Result.REFUSED, "the receiver or channel is no more in the configuration")
            else:
                outcome = self._delivery.deliver(channel, notification)
            now = self._clock.now()
            again = next_attempt(notification.attempts + 1, outcome.retry_after, now, self._random)
            self._ledger.record(notification, outcome, now, again)
            _log(notification, outcome)
        except Deposed as error:
            logger.warning("%s is not told by this process: %s", notification.receiver, error)
        except MeshhubError as error:
            logger.error("could not record a delivery to %s: %s", notification.receiver, error)
        finally:
            with self._lock:
                self._busy.discard(place)
            self._wake.set()

    def _within_rate(self, place: tuple[str, str]) -> bool:
        now = self._clock.monotonic()
        recent = [at for at in self._sent.get(place, ()) if now - at < 60]
        self._sent[place] = recent
        if len(recent) >= PER_MINUTE:
            return False
        recent.append(now)
        return True

    def _pause(self) -> float:
        try:
            due = self._ledger.next_due()
        except MeshhubError:
            return LONGEST_WAIT
        if due is None:
            return LONGEST_WAIT
        # Never none: what is due but cannot be handed out now (busy, over its rate) is no reason to spin.
        return min(max((due - self._clock.now()) / timedelta(seconds=1), 0.2), LONGEST_WAIT)


def _log(notification: Notification, outcome: Outcome) -> None:
    told = f"{notification.receiver} ({notification.channel})"
    if outcome.result is Result.DELIVERED:
        logger.info("told %s: %s", told, notification.reason)
    elif outcome.result is Result.RETRY:
        logger.warning("could not tell %s, trying again: %s", told, outcome.detail)
    else:
        logger.error("could not tell %s, giving up: %s", told, outcome.detail)
