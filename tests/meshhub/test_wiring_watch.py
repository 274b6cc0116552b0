"""Faults of the wiring become tickets, and a store that does not answer changes nothing."""

from datetime import timedelta

from alerting.alerts.model import Observation, Sighting
from meshhub.app.wiring_watch import WiringWatch, observe
from meshhub.clock import SystemClock
from meshhub.errors import StorageError
from meshhub.testing.fake_doctor import FakeDoctorReads
from meshhub.testing.mood import Mood


class Heard:
    """A pager that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, list[Observation]]] = []

    def evaluate(self, source: str, observations: object, now: object) -> None:
        self.told.append((source, list(observations)))  # type: ignore[call-overload]


def test_each_fault_is_a_ticket_that_says_the_cure() -> None:
    observations = observe(FakeDoctorReads(Mood()).made)
    assert [each.labels["code"] for each in observations] == ["configuration-rejected", "spans-missing"]
    first = observations[0]
    assert first.labels == {
        "alertname": "MeshWiring",
        "severity": "ticket",
        "code": "configuration-rejected",
        "cluster": "demo",
        "namespace": "shop",
        "service": "cart",
    }
    assert (first.sighting, first.after) == (Sighting.MET, timedelta(minutes=2))
    assert first.annotations["description"].endswith("(meshhub wire rollback)")


def test_a_store_that_does_not_answer_says_nothing() -> None:
    reads, pager = FakeDoctorReads(mood := Mood()), Heard()
    watch = WiringWatch(reads.checkup, pager, SystemClock(), 60)
    mood.failure = StorageError("could not run a query: refused", retryable=True)
    watch.look()
    assert pager.told == []
    mood.failure = None
    watch.look()
    assert [(source, len(seen)) for source, seen in pager.told] == [("wiring", 2)]
