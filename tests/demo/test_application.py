import asyncio
import json
from collections.abc import Mapping, Sequence
from random import Random

import pytest

from meshhub.demo.application import Outbound, Reply, Service, Upstreams
from meshhub.demo.faults import Fault, FaultBoard, FaultKind
from meshhub.demo.ports import listening_socket, port_of
from meshhub.demo.pricing import PricingClient, PricingService
from meshhub.demo.serving import LoopbackServer, ServiceEndpoint
from meshhub.demo.sessions import SessionStore, read_session
from meshhub.demo.shop import Call, Endpoint, Kind, Pace, Workload, workload

HEADERS = {
    "x-request-id": "2f1c6f0e-1111-9222-9333-444455556666",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "cookie": "private",
}
STEADY = Pace(0.1, 0.1)


class RecordedUpstreams(Upstreams):
    """Answers for every upstream service, except those that fail."""

    def __init__(self, failing: Sequence[str] = ()) -> None:
        super().__init__(Outbound(0))
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self._failing = failing

    async def call(self, call: Call, key: str, headers: Mapping[str, str]) -> Sequence[str]:
        self.seen.append((call.service, call.path.replace("{key}", key), dict(headers)))
        if call.service in self._failing:
            raise TimeoutError
        return (f"{call.service}:v1",)


def answer(service: Service, method: str, path: str) -> Reply:
    return asyncio.run(service.answer(method, path, HEADERS))


def make(endpoint: Endpoint, upstreams: Upstreams, board: FaultBoard | None = None) -> Service:
    front = Workload("storefront", Kind.HTTP, STEADY, (endpoint,))
    return Service(front, board or FaultBoard(), Random(1), upstreams=upstreams)


PRODUCT = Endpoint("GET", "products", (Call("catalog", path="/products/{key}"), Call("reviews", optional=True)))


def test_a_service_passes_on_what_joins_the_hops_and_nothing_else() -> None:
    upstreams = RecordedUpstreams()
    assert answer(make(PRODUCT, upstreams), "GET", "/products/7") == Reply(
        200, ("storefront:v1", "catalog:v1", "reviews:v1")
    )
    passed_on = {name: HEADERS[name] for name in ("x-request-id", "traceparent")}
    assert upstreams.seen == [("catalog", "/products/7", passed_on), ("reviews", "/", passed_on)]


def test_a_missing_optional_answer_is_done_without_and_a_required_one_is_not() -> None:
    without_reviews = answer(make(PRODUCT, RecordedUpstreams(["reviews"])), "GET", "/products/7")
    assert without_reviews == Reply(200, ("storefront:v1", "catalog:v1"))
    without_catalog = answer(make(PRODUCT, RecordedUpstreams(["catalog"])), "GET", "/products/7")
    assert without_catalog == Reply(500, ("storefront:v1", "reviews:v1"))


def test_an_unknown_path_is_not_found() -> None:
    assert answer(make(PRODUCT, RecordedUpstreams()), "GET", "/old-catalog/7").status == 404
    assert answer(make(PRODUCT, RecordedUpstreams()), "POST", "/products/7").status == 404


def test_the_n_plus_one_fault_repeats_each_call() -> None:
    board, upstreams = FaultBoard(), RecordedUpstreams()
    board.switch(Fault(FaultKind.N_PLUS_ONE, "storefront"), on=True)
    reply = answer(make(PRODUCT, upstreams, board), "GET", "/products/7")
    assert reply.passed == ("storefront:v1", "catalog:v1", "reviews:v1")
    services = [service for service, _, _ in upstreams.seen]
    assert (services.count("catalog"), services.count("reviews")) == (8, 8)


def test_the_errors_fault_makes_a_service_refuse() -> None:
    board = FaultBoard()
    board.switch(Fault(FaultKind.ERRORS, "storefront"), on=True)
    service = make(PRODUCT, RecordedUpstreams(), board)
    statuses = {answer(service, "GET", "/products/7").status for _ in range(30)}
    assert statuses == {200, 503}


def test_a_reply_repeats_the_request_id_and_the_sampling_decision() -> None:
    assert json.loads(Reply(200, ("cart:v1",)).body(HEADERS)) == {
        "passed": ["cart:v1"],
        "request_id": HEADERS["x-request-id"],
        "sampled": True,
    }
    assert json.loads(Reply(200).body({}))["sampled"] is False


def test_real_calls_reach_http_grpc_and_tcp_services() -> None:
    async def scenario() -> list[Sequence[str]]:
        board, random = FaultBoard(), Random(1)
        http, tcp = listening_socket(), listening_socket()
        reviews = Service(workload("reviews", "v1"), board, random)
        server = LoopbackServer({http: ServiceEndpoint(reviews)})
        server.start()
        store = SessionStore(lambda: 0.0, lambda: False)
        await store.start(tcp)
        upstreams = Upstreams(Outbound(port_of(http), {"sessions": port_of(tcp)}))
        try:
            async with asyncio.timeout(10):
                return [
                    await upstreams.call(Call("reviews", path="/reviews/{key}"), "7", HEADERS),
                    await upstreams.call(Call("sessions"), "7", HEADERS),
                ]
        finally:
            await upstreams.close()
            await store.stop()
            await server.stop()

    assert asyncio.run(scenario()) == [("reviews:v1",), ()]


def test_a_failing_store_closes_the_connection() -> None:
    async def scenario(*, fails: bool) -> str:
        listener = listening_socket()
        store = SessionStore(lambda: 0.0, lambda: fails)
        await store.start(listener)
        try:
            return await read_session(port_of(listener), "7")
        finally:
            await store.stop()

    assert asyncio.run(scenario(fails=False)) == "cart-of-7"
    with pytest.raises(ConnectionError, match="could not read the session"):
        asyncio.run(scenario(fails=True))


def test_a_price_is_quoted_or_unavailable() -> None:
    async def scenario(*, fails: bool) -> float:
        service = PricingService(lambda: 0.0, lambda: fails)
        port = await service.start(0)
        client = PricingClient(port, "pricing")
        try:
            return await client.quote("42", {"x-request-id": "abc"})
        finally:
            await client.close()
            await service.stop()

    assert asyncio.run(scenario(fails=False)) == 2.99
    with pytest.raises(ConnectionError, match="could not get a price: UNAVAILABLE"):
        asyncio.run(scenario(fails=True))
