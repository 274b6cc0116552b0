"""A lease in the engine: the last entry of a shared log. Its version is its position, which is written once."""

import json
import uuid
from dataclasses import asdict

from alerting.lease.model import Kept, Lease, LeaseFault
from meshhub.errors import StorageError
from storage.shared.log import Log

KEPT = 1_000
"""Entries after which those before them are dropped."""


class EngineLeases:
    """See Leases."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def read(self) -> Kept | None:
        """See Leases."""
        try:
            last = self._log.last()
        except StorageError as error:
            raise LeaseFault(f"could not read the lease of alerting: {error}") from error
        return None if last is None else Kept(Lease(**json.loads(last.body)), str(last.position))

    def write(self, lease: Lease, version: str) -> bool:
        """See Leases."""
        position = int(version or 0) + 1
        try:
            if not self._log.append(position, uuid.uuid4().hex, json.dumps(asdict(lease))):
                return False
            if position % KEPT == 0:
                self._log.forget(position - KEPT)
        except StorageError as error:
            raise LeaseFault(f"could not write the lease of alerting: {error}") from error
        return True
