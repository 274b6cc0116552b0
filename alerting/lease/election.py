"""Takes and keeps a lease, as client-go's leader election does: nobody's wall clock is compared with anybody else's.

A candidate watches the lease change. Only when it did not for as long as the lease lasts, by the candidate's own
monotonic clock, is it taken to be free. A holder that could not renew in `renew_share` of that time holds it no more,
though nobody told it so: it stops before anybody else begins. (kubernetes/client-go, tools/leaderelection.)
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from alerting.lease.model import Kept, Lease, LeaseFault, Leases
from meshhub.clock import Clock

RENEW_SHARE = 2 / 3
"""The share of a lease's time in which it has to be renewed, or is given up."""

TRY_SHARE = 2 / 15
"""The share of a lease's time between two attempts, to renew as to take."""

logger = logging.getLogger(__name__)


class Election:
    """One candidate, on a thread of its own. Thread-safe."""

    def __init__(self, leases: Leases, candidate: str, seconds: float, clock: Clock) -> None:
        """`candidate` names one run of one process: after a restart it is another."""
        self._leases = leases
        self._candidate = candidate
        self._seconds = seconds
        self._clock = clock
        self._seen: Kept | None = None
        self._seen_at = float("-inf")
        self._renewed_at: float | None = None
        self._was_leading = False
        self._stopping = threading.Event()
        self._changed: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self.trouble = ""
        """Why nobody can tell who leads; empty where it is known."""

    @property
    def candidate(self) -> str:
        return self._candidate

    @property
    def leads(self) -> bool:
        """Whether this candidate holds the lease, by the clock of this moment."""
        renewed = self._renewed_at
        return renewed is not None and self._clock.monotonic() - renewed < self._seconds * RENEW_SHARE

    @property
    def holder(self) -> str:
        """Who held the lease when it was last seen; "" if nobody did."""
        seen = self._seen
        return seen.lease.holder if seen is not None else ""

    def start(self, changed: Callable[[], None]) -> None:
        """Take part from now on; `changed` is called on the thread after it began or ceased to lead."""
        self._changed = changed
        self._thread.start()

    def stop(self) -> None:
        """Take part no more, and give the lease back, so that nobody has to wait for its end. Safe before the start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if not self.leads:
            return
        try:
            self._renewed_at = None
            kept = self._leases.read()
            if kept is not None and kept.lease.holder == self._candidate:
                self._leases.write(replace(kept.lease, holder="", renewed=self._now()), kept.version)
        except LeaseFault as error:
            logger.warning("could not give the lease back; it ends in %g s: %s", self._seconds, error)

    def attempt(self) -> bool:
        """Take or renew the lease, if it can be had; whether this candidate leads now."""
        began = self._clock.monotonic()
        try:
            kept = self._leases.read()
            if self._seen is None or kept != self._seen:
                self._seen, self._seen_at = kept, self._clock.monotonic()
            if self._may_write(kept) and self._leases.write(self._wanted(kept), kept.version if kept else ""):
                self._renewed_at = began  # from before it was asked for: others count from when they see it
            elif kept is not None and kept.lease.holder != self._candidate:
                self._renewed_at = None
            self.trouble = ""
        except LeaseFault as error:
            self.trouble = str(error)
        return self.leads

    def _may_write(self, kept: Kept | None) -> bool:
        if kept is None or kept.lease.holder in ("", self._candidate):
            return True
        return self._clock.monotonic() - self._seen_at >= kept.lease.seconds

    def _wanted(self, kept: Kept | None) -> Lease:
        if kept is None:
            return Lease(self._candidate, self._seconds, self._now(), 0)
        is_new = kept.lease.holder != self._candidate
        return Lease(self._candidate, self._seconds, self._now(), kept.lease.transitions + is_new)

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="microseconds")

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.attempt()
            except Exception:
                logger.exception("could not look after the lease")
            self._tell()
            self._stopping.wait(self._seconds * TRY_SHARE)

    def _tell(self) -> None:
        leads = self.leads
        if leads == self._was_leading:
            return
        self._was_leading = leads
        if leads:
            logger.info("leading: this process evaluates and tells from now on")
        else:
            logger.warning("leading no more: %s", self.trouble or f"{self.holder} holds the lease")
        self._changed()
