"""The ADS server of another process: what it says of its proxies, and changes handed to it through a shared log."""

import json
import logging
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from envoy_config.ads import overrides as laid
from envoy_config.ads.overview import ProxyOverview
from envoy_config.ads.service import AdsService, Unserved
from envoy_config.doctor.model import Configuration, Expected
from envoy_config.intent.faults import InjectedFault
from meshhub.app.owned_mesh import AdsMesh, configurations
from meshhub.app.processes import SILENT_SECONDS, Processes
from meshhub.errors import MeshhubError
from storage.shared.log import Log

KIND = "ads"
CHANGES = "ads-changes"
POSITION_FILE = "ads-changes.position"
MOST_SAID = 5
"""Changes made together that the history names: the last ones."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AdsReport:
    """What an ADS server says of its proxies, and of those that the mesh file has."""

    overview: ProxyOverview
    expected: tuple[Expected, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of sampling, or of the fault, of a service (None: of all)."""

    author: str
    service: str | None
    sampling: bool
    percent: float | None = None
    fault: InjectedFault | None = None

    @property
    def words(self) -> str:
        """The change in words."""
        if self.sampling:
            return laid.sampling_words(self.percent, self.service)
        return laid.fault_words(self.fault, self.service or "")

    def made_to(self, overrides: laid.Overrides) -> laid.Overrides:
        """The overrides with it."""
        if self.sampling:
            return overrides.with_sampling(self.percent, self.service)
        return overrides.with_fault(self.fault, self.service or "")


_REPORT = TypeAdapter(AdsReport)
_CHANGE = TypeAdapter(Change)
_NOTHING = AdsReport(ProxyOverview(on=False), (), ())


def report_of(ads: AdsService) -> Callable[[], str]:
    """What this process's server says, as text."""
    mesh = AdsMesh(ads)

    def describe() -> str:
        served = ads.served.mesh
        names = laid.full_names(served) if served else ()
        return _REPORT.dump_json(AdsReport(ads.overview(), mesh.expected(), names)).decode()

    return describe


class RemoteAds:
    """See dashboard.reads.proxies.Ads, and dashboard.reads.doctor.OwnedMesh. Thread-safe."""

    def __init__(self, processes: Processes, changes: Log) -> None:
        self._processes = processes
        self._changes = changes

    @property
    def on(self) -> bool:
        """Whether a process that configures proxies was heard of."""
        return self._report().overview.on

    def overview(self) -> ProxyOverview:
        """How its proxies stood when it was last heard of."""
        return self._report().overview

    def expected(self) -> tuple[Expected, ...]:
        """Every proxy of its mesh file."""
        return self._report().expected

    def configurations(self) -> dict[str, Configuration]:
        """What each proxy runs with, by node id."""
        return configurations(self._report().overview)

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str:
        """Have it change sampling; see AdsService.set_sampling. It is done within seconds."""
        name = None if service is None else laid.full_name(self._report().names, service)
        return self._hand_over(Change(author, name, sampling=True, percent=percent))

    def set_fault(self, fault: InjectedFault | None, *, service: str, author: str) -> str:
        """Have it change a fault; see AdsService.set_fault. It is done within seconds."""
        name = laid.full_name(self._report().names, service)
        return self._hand_over(Change(author, name, sampling=False, fault=fault))

    def _hand_over(self, change: Change) -> str:
        writer, body = uuid.uuid4().hex, _CHANGE.dump_json(change).decode()
        while True:
            last = self._changes.last()
            if self._changes.append((last.position if last else 0) + 1, writer, body):
                return change.words

    def _report(self) -> AdsReport:
        newest = self._processes.newest(KIND)
        if newest is None:
            return _NOTHING
        try:
            report = _REPORT.validate_json(newest.body)
        except ValidationError as error:
            raise MeshhubError(
                f"could not read what the process {newest.instance} says of its proxies: it is of another version"
            ) from error
        if newest.age_seconds <= SILENT_SECONDS:
            return report
        silence = (
            f"the process {newest.instance} was not heard of for {newest.age_seconds:.0f} s: "
            "its proxies are shown as they were then"
        )
        return replace(report, overview=replace(report.overview, faults=(silence, *report.overview.faults)))


class Changes:
    """Does in the process of the server what others handed over, in order. What a new disk does not have is done again,
    all at once: the server then has what the others have."""

    def __init__(self, ads: AdsService, changes: Log, data_dir: Path) -> None:
        self._ads = ads
        self._changes = changes
        self._file = data_dir / POSITION_FILE
        self._is_checked = False

    def follow(self) -> None:
        """Do what is new. What cannot be served is kept all the same, as a change made at the server itself would be.

        Raises:
            StorageError: the engine does not answer.
            MeshhubError: it could not be kept.
        """
        if not self._is_checked:
            self._check()
        entries = self._changes.after(self._done())
        if not entries:
            return
        new = [_CHANGE.validate_json(entry.body) for entry in entries]

        def change(overrides: laid.Overrides) -> laid.Overrides:
            for each in new:
                overrides = each.made_to(overrides)
            return overrides

        try:
            self._ads.change(change, new[-1].author, "; ".join(each.words for each in new[-MOST_SAID:]))
        except Unserved as error:
            logger.error("%s", error)
        self._note(entries[-1].position)

    def _check(self) -> None:
        """Once in a process: a store that was restored may have less than was done here. Then it is all done again."""
        last = self._changes.last()
        if self._done() > (last.position if last else 0):
            logger.warning("the store was restored: all that it has of changes is done again")
            self._note(0)
        self._is_checked = True

    def _done(self) -> int:
        try:
            return int(json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            raise MeshhubError(f"could not read {self._file}: {error}") from error

    def _note(self, position: int) -> None:
        draft = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        draft.write_text(json.dumps(position), encoding="utf-8")
        draft.replace(self._file)
