import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from random import Random

import pytest

from meshhub.demo.calls import Answer
from meshhub.demo.shop import VISITS
from meshhub.demo.traffic import Traffic, VisitRecord, examples, record_of

ID = "2f1c6f0e-1111-4222-9333-444455556666"


def body(*passed: str, sampled: bool = False, request_id: str = ID) -> bytes:
    return json.dumps({"passed": passed, "request_id": request_id, "sampled": sampled}).encode()


class RecordedGateway:
    """Answers at once and sets `enough` after so many calls."""

    def __init__(self, enough: int, failing: bool = False) -> None:
        self.seen: list[tuple[str, str]] = []
        self.enough = asyncio.Event()
        self._left = enough
        self._failing = failing

    async def call(
        self, method: str, authority: str, path: str, headers: Mapping[str, str], *, body: bytes, seconds: float
    ) -> Answer:
        self.seen.append((method, path.strip("/").partition("/")[0]))
        assert path.count("{") == 0
        self._left -= 1
        if self._left == 0:
            self.enough.set()
        if self._failing:
            raise ConnectionRefusedError
        return Answer(200, {}, globals()["body"]("storefront:v1", "catalog:v1"))


async def drive(gateway: RecordedGateway) -> Traffic:
    traffic = Traffic(gateway, rate=1000.0, random=Random(7))
    task = asyncio.create_task(traffic.run())
    async with asyncio.timeout(10):
        await gateway.enough.wait()
    task.cancel()
    await asyncio.wait([task], timeout=10)
    assert task.cancelled()
    return traffic


def test_visitors_use_every_route_and_each_answer_is_counted_and_recorded() -> None:
    async def scenario() -> tuple[RecordedGateway, Traffic]:
        gateway = RecordedGateway(enough=300)
        return gateway, await drive(gateway)

    gateway, traffic = asyncio.run(scenario())
    assert set(gateway.seen) == {
        ("GET", ""),
        ("GET", "products"),
        ("GET", "cart"),
        ("POST", "cart"),
        ("POST", "checkout"),
        ("GET", "old-catalog"),
    }
    assert traffic.answers == {200: len(gateway.seen)}
    assert len(traffic.records) == len(gateway.seen)
    assert traffic.records[0].passed == ("gateway:v1", "storefront:v1", "catalog:v1")


def test_a_tour_makes_every_visit_as_often_as_asked() -> None:
    async def scenario() -> RecordedGateway:
        gateway = RecordedGateway(enough=10**6)
        await Traffic(gateway, rate=1.0, random=Random(7)).tour(rounds=2)
        return gateway

    seen = Counter(asyncio.run(scenario()).seen)
    assert len(seen) == len(VISITS)
    assert set(seen.values()) == {2}


@pytest.mark.parametrize(
    ("answers", "both"),
    [
        ([(True, 200), (True, 200)], False),
        ([(True, 200), (False, 503)], False),
        ([(True, 200), (False, 404)], True),
    ],
)
def test_it_is_known_when_both_sorts_were_answered(answers: list[tuple[bool, int]], both: bool) -> None:
    class Scripted(RecordedGateway):
        async def call(self, *_: object, **__: object) -> Answer:
            sampled, status = next(script)
            return Answer(status, {}, body("storefront:v1", sampled=sampled))

    script = iter(answers * len(VISITS))
    traffic = Traffic(Scripted(enough=1), rate=1.0, random=Random(7))
    asyncio.run(traffic.tour(rounds=1))
    assert traffic.both_sorts.is_set() is both


def test_visits_without_an_answer_are_counted_and_not_recorded() -> None:
    async def scenario() -> Traffic:
        return await drive(RecordedGateway(enough=20, failing=True))

    traffic = asyncio.run(scenario())
    assert set(traffic.answers) == {0}
    assert traffic.records == ()


def test_a_record_has_each_workload_once_behind_the_gateway() -> None:
    answer = Answer(502, {}, body("checkout:v1", "cart:v1", "cart:v1", sampled=True))
    record = record_of("checkout", answer)
    assert record == VisitRecord("checkout", ID, True, 502, ("gateway:v1", "checkout:v1", "cart:v1"))
    assert record.services == {"gateway", "checkout", "cart"}


@pytest.mark.parametrize("content", [b"", b"upstream connect error", b"[]", b"{}", b'{"passed": 3}'])
def test_a_proxys_own_answer_is_no_record(content: bytes) -> None:
    assert record_of("home", Answer(503, {}, content)) is None


def test_examples_are_of_both_sorts_and_show_the_most_different_journeys_first() -> None:
    def record(request_id: str, passed: str, *, sampled: bool, status: int = 200) -> VisitRecord:
        return VisitRecord("product", request_id, sampled, status, tuple(passed))

    records = [
        record("1", "gs", sampled=True),
        record("2", "gscr", sampled=True),
        record("3", "gscr", sampled=True),
        record("4", "gscrp", sampled=True, status=503),
        record("5", "gc", sampled=False),
    ]
    chosen = examples(records, each=2)
    assert [r.request_id for r in chosen] == ["2", "1", "5"]
    assert [r.request_id for r in examples(records, each=3)] == ["2", "1", "3", "5"]
