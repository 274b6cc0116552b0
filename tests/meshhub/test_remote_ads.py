"""The web process shows proxies of another process, and hands changes over that are made there once."""

from pathlib import Path

import pytest
from opentelemetry.metrics import NoOpMeter

from envoy_config.ads.overrides import FILE, NO_OVERRIDES, read_overrides
from envoy_config.ads.service import AdsService
from envoy_config.ads.settings import AdsSettings
from envoy_config.history.history import History
from envoy_config.intent.faults import InjectedFault
from meshhub.app.processes import SILENT_SECONDS
from meshhub.app.remote_ads import POSITION_FILE, Changes, RemoteAds, report_of
from meshhub.clock import SystemClock
from meshhub.errors import MeshhubError, NotFound, StorageError
from meshhub.testing.divided_settings import ads_settings
from meshhub.testing.memory_log import MemoryLog
from storage.records.shared import Report

FAULT = InjectedFault(delay_percent=50, delay_seconds=2)


class Reports:
    """What was reported last (meshhub.app.processes.Processes)."""

    def __init__(self, body: str | None = None, age_seconds: float = 1.0) -> None:
        self.body, self.age_seconds = body, age_seconds

    def newest(self, kind: str) -> Report | None:
        return None if self.body is None else Report("ads-1", kind, self.body, self.age_seconds)


@pytest.fixture
def ads(tmp_path: Path) -> AdsService:
    """A server with a mesh, as it is before it listens."""
    return server(tmp_path, tmp_path / "one")


def server(folder: Path, data_dir: Path) -> AdsService:
    data_dir.mkdir()
    mesh_file = Path(ads_settings(folder)["ads.mesh_file"])
    made = AdsService(
        AdsSettings(address="127.0.0.1:0", mesh_file=mesh_file), data_dir, SystemClock(), NoOpMeter("test")
    )
    assert made._refresh("test", "test") == ""
    return made


def remote(ads: AdsService, log: MemoryLog, age_seconds: float = 1.0) -> RemoteAds:
    return RemoteAds(Reports(report_of(ads)(), age_seconds), log)  # type: ignore[arg-type]


def test_what_the_server_knows_is_shown_elsewhere(ads: AdsService) -> None:
    ads.board.expect("shop-v1-0.shop", "version", None)
    shown = remote(ads, MemoryLog())
    assert shown.on
    assert shown.overview() == ads.overview()
    assert [each.workload.service for each in shown.expected()] == ["shop"]
    assert shown.configurations()["shop-v1-0.shop"].wanted == "version"


def test_nothing_is_known_before_a_server_is_heard_of() -> None:
    shown = RemoteAds(Reports(), MemoryLog())  # type: ignore[arg-type]
    assert not shown.on
    assert shown.expected() == ()
    with pytest.raises(NotFound):
        shown.set_sampling(5, service="shop", author="ann")


def test_a_server_that_fell_silent_is_said_to_be(ads: AdsService) -> None:
    (fault,) = remote(ads, MemoryLog(), SILENT_SECONDS + 1).overview().faults
    assert fault.startswith("the process ads-1 was not heard of for 31 s")


def test_a_report_of_another_version_is_refused_in_words() -> None:
    with pytest.raises(MeshhubError, match="it is of another version"):
        RemoteAds(Reports('{"other": 1}'), MemoryLog()).overview()  # type: ignore[arg-type]


def test_changes_are_made_once_and_in_order_and_are_in_the_history(ads: AdsService, tmp_path: Path) -> None:
    log, history = MemoryLog(), History(":memory:")
    ads.keep(history)
    web = remote(ads, log)
    assert web.set_sampling(7, service="shop", author="ann") == "sampling of shop.shop: 7 %"
    assert web.set_sampling(None, service="shop", author="ann") == "sampling of shop.shop: as the mesh file says"
    assert web.set_sampling(9, service=None, author="ann").startswith("sampling of all services")
    assert web.set_fault(FAULT, service="shop.shop", author="bob") == "fault at shop.shop: 50 % delayed by 2 s"
    changes = Changes(ads, log, tmp_path / "one")
    changes.follow()
    changes.follow()
    kept = read_overrides(tmp_path / "one" / FILE)
    assert (kept.sampling_percent, dict(kept.services), dict(kept.faults)) == (9, {}, {"shop.shop": FAULT})
    assert (tmp_path / "one" / POSITION_FILE).read_text() == "4"
    web.set_fault(None, service="shop", author="bob")
    changes.follow()
    assert dict(read_overrides(tmp_path / "one" / FILE).faults) == {}


def test_a_server_on_a_new_disk_has_what_the_others_have(ads: AdsService, tmp_path: Path) -> None:
    log = MemoryLog()
    web = remote(ads, log)
    web.set_sampling(7, service="shop", author="ann")
    Changes(ads, log, tmp_path / "one").follow()
    other = server(tmp_path, tmp_path / "two")
    Changes(other, log, tmp_path / "two").follow()
    assert read_overrides(tmp_path / "two" / FILE) == read_overrides(tmp_path / "one" / FILE) != NO_OVERRIDES


def test_while_the_engine_does_not_answer_nothing_is_handed_over(ads: AdsService) -> None:
    log = MemoryLog()
    log.down = True
    with pytest.raises(StorageError):
        remote(ads, log).set_sampling(7, service="shop", author="ann")
