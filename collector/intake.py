"""The way of a request, whatever protocol brought it: check, journal, answer."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from collector.admission import Admission
from collector.authentication import Authentication
from collector.batches import BATCHES
from collector.checks.batch import BatchCheck
from collector.checks.request import Checked, RequestCheck
from collector.instruments import Instruments
from collector.journal.journal import Journal
from collector.journal.space import RETRY_SECONDS, JournalFull
from collector.refusal import Reason, Refused
from collector.schema import SCHEMAS
from collector.settings import LimitSettings
from meshhub.model import Signal

STOPPING_RETRY_SECONDS = 2.0
INTERNAL_RETRY_SECONDS = 5.0

ResultT = TypeVar("ResultT")

logger = logging.getLogger(__name__)


class Intake:
    """Takes requests of all signals. Belongs to one event loop.

    Large or odd requests are looked at on a thread of their own, one after the other: they delay each other, not the
    ordinary ones, and only one at a time takes the memory that looking takes.
    """

    def __init__(
        self, journal: Journal, authentication: Authentication, limits: LimitSettings, instruments: Instruments
    ) -> None:
        self._journal = journal
        self._authentication = authentication
        self._instruments = instruments
        self._checks: dict[Signal, RequestCheck | BatchCheck] = {
            **{signal: RequestCheck(schema, limits) for signal, schema in SCHEMAS.items()},
            **{signal: BatchCheck(schema, limits) for signal, schema in BATCHES.items()},
        }
        self._slow_lane = ThreadPoolExecutor(1, "slow-lane")
        self.admission = Admission(int(limits.in_flight_bytes))
        self.stopping = False

    def admit(self, authorization: str | None) -> str:
        """Decide by what comes before the body; the tenant.

        Raises:
            Refused: the client is not let in, or nothing is taken at present.
        """
        tenant = self._authentication.tenant_of(authorization)
        if self.stopping:
            raise Refused(Reason.STOPPING, "could not take the request: the hub is stopping", STOPPING_RETRY_SECONDS)
        if self._journal.space.is_full:
            raise Refused(Reason.JOURNAL_FULL, "could not take the request: the journal is full", RETRY_SECONDS)
        return tenant

    async def receive(self, signal: Signal, body: bytes, tenant: str, transport: str, prefix: bytes = b"") -> Checked:
        """Take an encoded request; `prefix` is put in front of what is kept of it. When this returns, what was accepted
        is durable.

        Raises:
            Refused: nothing of it was taken.
        """
        self.admission.take(len(body))
        try:
            check = self._checks[signal]
            checked = check.quick(body)
            if checked is None:
                checked = await self.in_slow_lane(lambda: check.thorough(body))
            if checked.body:
                await self._append(signal, prefix + checked.body, tenant)
        except Refused:
            raise
        except Exception as error:
            raise _internal(signal) from error
        finally:
            self.admission.give(len(body))
        self._count(signal, checked, transport)
        return checked

    async def keep(self, signal: Signal, body: bytes, tenant: str, transport: str, records: int, rejected: int) -> None:
        """Take a request that was checked already. When this returns, it is durable.

        Args:
            body: in the wire format of the signal; empty if there is nothing to keep.
            records: how many records it has.
            rejected: how many were left out of it.

        Raises:
            Refused: nothing of it was taken.
        """
        self.admission.take(len(body))
        try:
            await self._append(signal, body, tenant)
        finally:
            self.admission.give(len(body))
        self._count(signal, Checked(body, records, rejected), transport)

    async def _append(self, signal: Signal, body: bytes, tenant: str) -> None:
        if not body:
            return
        try:
            await self._journal.append(signal, body, tenant)
        except JournalFull as full:
            raise Refused(Reason.JOURNAL_FULL, str(full), full.retry_after) from full
        except Exception as error:
            raise _internal(signal) from error

    async def in_slow_lane(self, work: Callable[[], ResultT]) -> ResultT:
        """Run work that takes long or much memory; one piece at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._slow_lane, work)

    def count_refusal(self, signal: Signal, reason: Reason, transport: str) -> None:
        self._instruments.refused.add(1, signal=signal.value, reason=reason.value, transport=transport)

    def close(self) -> None:
        """End the thread. Nothing may be under way."""
        self._slow_lane.shutdown(wait=True)

    def _count(self, signal: Signal, checked: Checked, transport: str) -> None:
        instruments = self._instruments
        instruments.accepted.add(checked.records, signal=signal.value, transport=transport)
        instruments.accepted_requests.add(1, signal=signal.value, transport=transport)
        instruments.accepted_bytes.add(len(checked.body), signal=signal.value, transport=transport)
        if checked.rejected:
            instruments.rejected.add(checked.rejected, signal=signal.value, transport=transport)
        if checked.repaired:
            instruments.repaired.add(1, signal=signal.value, transport=transport)


def _internal(signal: Signal) -> Refused:
    """What a client is told of an error of the hub, which is being handled."""
    logger.exception("could not take a request of %s", signal)
    message = "could not take the request: an error of the hub, see its log"
    return Refused(Reason.INTERNAL, message, INTERNAL_RETRY_SECONDS)
