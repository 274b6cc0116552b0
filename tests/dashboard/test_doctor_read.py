"""The doctor on the real engine: each fault planted in the telemetry of a sound mesh is found, alone, with its cure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from dashboard.reads.doctor import DoctorReads
from dashboard.reads.findings import FindingReads
from envoy_config.doctor.model import (
    Checkup,
    Configuration,
    Diagnosis,
    Expected,
    SamplingRemedy,
    SignalState,
    Telemetry,
)
from meshhub.model import WorkloadIdentity
from meshhub.testing.engine import open_store
from meshhub.testing.wired_mesh import WiredMesh
from storage.client import Store
from storage.settings import RetentionSettings, StorageSettings
from traces.finders.model import Severity

KEEP = RetentionSettings(spans=3650, access_logs=3650, logs=3650, edges=3650, metrics=3650)
DAY = 86_400 * 10**9
_days = count(2)


@dataclass
class Moment:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass
class Owned:
    """The mesh file and the ADS server, as the doctor sees them."""

    proxies: tuple[Expected, ...] = ()
    running: dict[str, Configuration] | None = None

    def expected(self) -> tuple[Expected, ...]:
        return self.proxies

    def configurations(self) -> dict[str, Configuration]:
        return self.running or {}


@pytest.fixture(scope="module")
def store() -> Store:
    """A database of its own: what other tests send would be judged too."""
    store = open_store(StorageSettings(database="doctor", retention=KEEP))
    store.migrations.apply()
    return store


@pytest.fixture
def mesh() -> WiredMesh:
    """Each on a day of its own, two days apart: the doctor looks a day back."""
    return WiredMesh(end=1_790_000_000 * 10**9 - 2 * next(_days) * DAY)


Examine = Callable[..., Checkup]


@pytest.fixture
def examine(store: Store, tmp_path: Path) -> Examine:
    def sent_and_examined(mesh: WiredMesh, owned: Owned | None = None) -> Checkup:
        mesh.send(store, tmp_path)
        clock = Moment(datetime.fromtimestamp(mesh.end / 1e9, UTC))
        return DoctorReads(store, FindingReads(store), clock, owned).checkup()

    return sent_and_examined


def only(checkup: Checkup) -> Diagnosis:
    assert [each.code for each in checkup.diagnoses] == [checkup.diagnoses[0].code] if checkup.diagnoses else False
    return checkup.diagnoses[0]


def test_a_sound_mesh_is_found_sound(examine: Examine, mesh: WiredMesh) -> None:
    checkup = examine(mesh)
    assert checkup.diagnoses == ()
    assert [each.workload.service for each in checkup.standings] == ["cart", "stock", "web"]
    cart = checkup.standings[0]
    assert {each.state for each in cart.signals.values()} == {SignalState.REPORTING}
    assert cart.sampled_share == pytest.approx(0.2)
    assert cart.requests_counted == pytest.approx(600, rel=0.05)
    assert cart.request_logs_received == pytest.approx(cart.requests_counted, abs=12)


@pytest.mark.parametrize(
    ("signal", "switch", "code"),
    [
        (Telemetry.ACCESS_LOGS, "logs", "access-logs-missing"),
        (Telemetry.SPANS, "spans", "spans-missing"),
        (Telemetry.STATS, "stats", "stats-missing"),
    ],
)
def test_a_signal_that_a_proxy_does_not_send_is_missed(
    examine: Examine, mesh: WiredMesh, signal: Telemetry, switch: str, code: str
) -> None:
    setattr(mesh.wired["stock"], switch, False)
    found = only(examine(mesh))
    assert (found.code, found.workload.service, found.signal) == (code, "stock", signal)
    assert found.instances == ("stock-v1-1",)
    assert found.cure.change == "meshhub wire emit"


def test_a_signal_that_nobody_sends_is_told_once(examine: Examine, mesh: WiredMesh) -> None:
    for one in mesh.wired.values():
        one.stats = False
    found = only(examine(mesh))
    assert (found.code, found.workload, found.title) == ("stats-missing", WorkloadIdentity(), "No proxy sends stats")


def test_a_workload_that_fell_silent_is_told_since_when(examine: Examine, mesh: WiredMesh) -> None:
    mesh.wired["stock"].until = 200
    found = only(examine(mesh))
    assert (found.code, found.severity, found.workload.service) == ("workload-silent", Severity.CRITICAL, "stock")
    assert found.numbers is not None
    assert found.numbers["silent_seconds"] == pytest.approx(200, abs=15)
    assert found.numbers["requests"] > 0


def test_a_service_that_only_its_callers_know_is_not_wired(examine: Examine, mesh: WiredMesh) -> None:
    stock = mesh.wired["stock"]
    stock.logs = stock.spans = stock.stats = False
    found = only(examine(mesh))
    assert (found.code, found.workload.service) == ("workload-not-wired", "stock")
    assert "are known only from the proxies of cart" in found.evidence


def test_what_a_proxy_drops_is_told_by_its_own_counters(examine: Examine, mesh: WiredMesh) -> None:
    mesh.wired["cart"].dropped_logs = 40
    found = only(examine(mesh))
    assert (found.code, found.severity) == ("logs-dropped", Severity.CRITICAL)
    assert found.numbers == {"dropped": pytest.approx(40, abs=2)}


def test_dropped_spans_and_a_hub_out_of_reach(examine: Examine, mesh: WiredMesh) -> None:
    mesh.wired["cart"].dropped_spans = 30
    mesh.wired["web"].hub_connect_fail = 5
    codes = {(each.code, each.workload.service) for each in examine(mesh).diagnoses}
    assert codes == {("spans-dropped", "cart"), ("hub-unreachable", "web")}


def test_logs_that_were_lost_on_the_way_are_missed(examine: Examine, mesh: WiredMesh) -> None:
    mesh.wired["stock"].lost_share = 0.3
    found = only(examine(mesh))
    assert (found.code, found.workload.service) == ("access-logs-lost", "stock")
    assert found.numbers is not None
    assert found.numbers["received"] / found.numbers["counted"] == pytest.approx(0.7, abs=0.05)


def test_sampling_that_is_off_is_told_for_the_mesh(examine: Examine, mesh: WiredMesh) -> None:
    mesh.sampled_every = 0
    found = only(examine(mesh))
    assert (found.code, found.workload) == ("sampling-off", WorkloadIdentity())
    assert (found.cure.change, found.cure.remedy) == ("meshhub wire sampling 10", None)


def test_where_the_hub_configures_the_mesh_it_offers_to_mend_it(examine: Examine, mesh: WiredMesh) -> None:
    mesh.sampled_every = 0
    found = only(examine(mesh, Owned(tuple(_expected(mesh, service, 0) for service in mesh.wired))))
    assert found.cure.remedy == SamplingRemedy(10)


def test_sampling_that_is_not_what_the_mesh_file_says(examine: Examine, mesh: WiredMesh) -> None:
    owned = Owned(tuple(_expected(mesh, service, 80) for service in mesh.wired))
    found = examine(mesh, owned).diagnoses
    assert {each.code for each in found} == {"sampling-differs"}
    assert {each.workload.service for each in found} == {"web", "cart", "stock"}
    assert "samples 20 % instead of 80 %" in found[0].title


def test_sampling_that_has_just_been_changed_is_not_judged(examine: Examine, mesh: WiredMesh) -> None:
    """The window still has requests that were sampled as they were meant to be before."""
    now = datetime.now(UTC)
    owned = Owned(tuple(replace(_expected(mesh, service, 80), since=now) for service in mesh.wired))
    assert examine(mesh, owned).diagnoses == ()


def test_a_service_that_loses_the_context_is_named(examine: Examine, mesh: WiredMesh) -> None:
    mesh.lost_context = True
    found = examine(mesh).diagnoses
    assert {(each.code, each.workload.service) for each in found} == {
        ("request-id-not-propagated", "cart"),
        ("trace-not-propagated", "cart"),
    }
    assert all(each.examples for each in found)


def test_clocks_that_are_ahead_or_behind(examine: Examine, mesh: WiredMesh) -> None:
    mesh.wired["stock"].clock_ahead = 30
    mesh.wired["web"].clock_ahead = -45
    codes = {each.code: each for each in examine(mesh).diagnoses}
    assert set(codes) == {"clock-ahead", "clock-behind"}
    assert codes["clock-ahead"].workload.service == "stock"
    assert codes["clock-ahead"].numbers == {"ahead_seconds": pytest.approx(29, abs=1.5)}
    assert codes["clock-behind"].workload.service == "web"


def test_telemetry_without_a_sender_is_told(examine: Examine, mesh: WiredMesh) -> None:
    stock = mesh.wired["stock"]
    stock.logs = stock.spans = False
    stock.named = False
    codes = {each.code for each in examine(mesh).diagnoses}
    assert "identity-missing" in codes


def test_a_proxy_of_the_mesh_file_that_never_came(examine: Examine, mesh: WiredMesh) -> None:
    ghost = Expected(WorkloadIdentity("lab", "shop", "ghost"), "ghost-1", frozenset(Telemetry), 20)
    found = only(examine(mesh, Owned((ghost,))))
    assert (found.code, found.workload.service, found.severity) == ("proxy-never-reported", "ghost", Severity.CRITICAL)


def test_a_signal_that_the_mesh_file_switches_off_is_no_fault(examine: Examine, mesh: WiredMesh) -> None:
    mesh.wired["stock"].stats = False
    expected = Expected(
        WorkloadIdentity("lab", f"shop-{mesh.name}", "stock"),
        "stock-v1-1",
        frozenset({Telemetry.ACCESS_LOGS, Telemetry.SPANS}),
        20,
    )
    checkup = examine(mesh, Owned((expected,)))
    assert checkup.diagnoses == ()
    (stock,) = [each for each in checkup.standings if each.workload.service == "stock"]
    assert stock.signals[Telemetry.STATS].state is SignalState.OFF


def test_a_configuration_that_a_proxy_refuses_is_told_in_its_own_words(examine: Examine, mesh: WiredMesh) -> None:
    since, space = datetime.fromtimestamp(mesh.end / 1e9 - 60, UTC), f"shop-{mesh.name}"
    running = {
        f"cart-v1-1.{space}": Configuration("", "bbb", "Unknown cluster 'nope'", since=since),
        f"web-v1-1.{space}": Configuration("", "bbb", since=since),
        f"stock-v1-1.{space}": Configuration("bbb", "bbb", connected=False, since=since),
    }
    codes = {each.code: each for each in examine(mesh, Owned(running=running)).diagnoses}
    assert set(codes) == {"configuration-rejected", "configuration-old", "configuration-cut"}
    assert codes["configuration-cut"].workload.service == "stock"
    assert "Unknown cluster 'nope'" in codes["configuration-rejected"].evidence
    assert codes["configuration-old"].workload.service == "web"


def _expected(mesh: WiredMesh, service: str, percent: float) -> Expected:
    workload = WorkloadIdentity("lab", f"shop-{mesh.name}", service)
    return Expected(workload, f"{service}-v1-1", frozenset(Telemetry), percent)
