"""The contract of leases, in Kubernetes and in the engine; and of the election on each of them."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerting.lease.election import Election
from alerting.lease.engine import EngineLeases
from alerting.lease.model import Lease, LeaseFault, Leases
from meshhub.app.kubernetes_lease import kubernetes_leases
from meshhub.testing.engine import shared_store
from meshhub.testing.fake_kubernetes import FakeKubernetes, serving
from meshhub.testing.memory_log import MemoryLog
from storage.shared.log import SharedEngine

LEASE = Lease("one", 15, "2026-12-01T10:00:00.000000+00:00", 0)


@dataclass
class Clock:
    """A clock to be moved; `skew` sets the wall clock only."""

    seconds: float = 100.0
    skew: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC) + self.skew

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def kubernetes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKubernetes]:
    state = FakeKubernetes()
    with serving(state, tmp_path / "kubeconfig"):
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        yield state


@pytest.fixture(params=["kubernetes", "engine", "memory"])
def leases(request: pytest.FixtureRequest) -> Iterator[Leases]:
    if request.param == "kubernetes":
        request.getfixturevalue("kubernetes")
        with kubernetes_leases("shop", "meshhub-alerting") as made:
            yield made
    elif request.param == "engine":
        yield EngineLeases(SharedEngine(shared_store()._engine).log(f"lease-{uuid.uuid4().hex}"))
    else:
        yield EngineLeases(MemoryLog())


def test_a_lease_is_kept_as_it_was_written(leases: Leases) -> None:
    assert leases.read() is None
    assert leases.write(LEASE, "")
    kept = leases.read()
    assert kept is not None
    assert kept.lease == LEASE
    assert leases.write(Lease("", 15, LEASE.renewed, 3), kept.version)
    after = leases.read()
    assert after is not None
    assert (after.lease.holder, after.lease.transitions) == ("", 3)
    assert after.version != kept.version


def test_only_the_lease_that_was_seen_is_replaced(leases: Leases) -> None:
    assert leases.write(LEASE, "")
    assert not leases.write(LEASE, ""), "somebody else made it meanwhile"
    seen = leases.read()
    assert seen is not None
    assert leases.write(LEASE, seen.version)
    assert not leases.write(LEASE, seen.version)


def test_of_many_that_take_it_one_has_it(leases: Leases) -> None:
    clock = Clock()
    elections = [Election(leases, f"candidate-{number}", 15, clock) for number in range(4)]
    if not isinstance(leases, EngineLeases):
        assert sum(each.attempt() for each in elections) == 1  # one client of Kubernetes serves one thread
        return
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(Election.attempt, elections)) == 1


def test_a_dead_holder_is_followed_within_the_time_of_the_lease(leases: Leases) -> None:
    clock = Clock()
    dead, next_one = Election(leases, "dead", 15, clock), Election(leases, "next", 15, clock)
    assert dead.attempt()
    assert not next_one.attempt()
    clock.seconds += 14
    assert not next_one.attempt()
    clock.seconds += 1.1
    assert not dead.leads
    assert next_one.attempt()
    kept = leases.read()
    assert kept is not None
    assert (kept.lease.holder, kept.lease.transitions) == ("next", 1)


def test_a_holder_that_renews_is_not_followed(leases: Leases) -> None:
    clock = Clock()
    holder, other = Election(leases, "holder", 15, clock), Election(leases, "other", 15, clock)
    for _ in range(20):
        assert holder.attempt()
        assert not other.attempt()
        clock.seconds += 2
    assert other.holder == "holder"


def test_wall_clocks_that_differ_by_hours_change_nothing(leases: Leases) -> None:
    ahead, behind = Clock(skew=timedelta(hours=5)), Clock(skew=-timedelta(hours=5))
    holder, other = Election(leases, "holder", 15, behind), Election(leases, "other", 15, ahead)
    for _ in range(10):
        assert holder.attempt()
        assert not other.attempt()
        ahead.seconds += 2
        behind.seconds += 2
        behind.skew = -behind.skew


def test_a_holder_that_was_paused_knows_at_once_that_it_leads_no_more(leases: Leases) -> None:
    clock = Clock()
    paused, other = Election(leases, "paused", 15, clock), Election(leases, "other", 15, clock)
    assert paused.attempt()
    other.attempt()
    clock.seconds += 10.1
    assert not paused.leads, "it stops before anybody else begins"
    assert not other.attempt()
    clock.seconds += 5
    assert other.attempt()
    assert not paused.attempt()
    assert paused.holder == "other"


def test_a_holder_that_ends_gives_the_lease_back(leases: Leases) -> None:
    clock = Clock()
    holder, other = Election(leases, "holder", 15, clock), Election(leases, "other", 15, clock)
    assert holder.attempt()
    holder.stop()
    assert not holder.leads
    assert other.attempt()


def test_without_an_answer_a_holder_leads_for_a_while_and_says_why_it_does_not(kubernetes: FakeKubernetes) -> None:
    clock = Clock()
    with kubernetes_leases("shop", "meshhub-alerting") as leases:
        holder = Election(leases, "holder", 15, clock)
        assert holder.attempt()
        kubernetes.away = True
        clock.seconds += 5
        assert holder.attempt()
        assert "could not read the Lease shop/meshhub-alerting" in holder.trouble
        clock.seconds += 5.1
        assert not holder.attempt()
        kubernetes.away = False
        assert holder.attempt()
        assert not holder.trouble


def test_a_lease_of_another_make_is_taken_over_as_it_is(kubernetes: FakeKubernetes) -> None:
    body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": {"holderIdentity": "", "renewTime": None}}
    kubernetes.put(body | {"metadata": {"name": "l", "namespace": "shop"}}, "kubectl")
    with kubernetes_leases("shop", "l") as leases:
        assert Election(leases, "me", 15, Clock()).attempt()
    live = kubernetes.live("Lease", "l", "shop")
    assert live is not None
    assert live["spec"]["holderIdentity"] == "me"
    assert live["spec"]["leaseDurationSeconds"] == 15


def test_what_the_roles_of_the_pod_do_not_allow_is_said(kubernetes: FakeKubernetes) -> None:
    kubernetes.forbidden.add(("POST", "leases"))
    with kubernetes_leases("shop", "l") as leases, pytest.raises(LeaseFault, match='the verb "create" on leases'):
        leases.write(LEASE, "")
