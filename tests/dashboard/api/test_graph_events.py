"""Server-sent events of the live graph: what is told to whom, bounds, heartbeats, the end."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from dashboard.api import events
from dashboard.api.events import GraphEvents, TooManyClients
from dashboard.api.events_body import Change, Glance, changes_between
from dashboard.api.routes.events import add_routes
from dashboard.api.streams import Streams
from dashboard.settings import WebSettings
from meshhub.clock import SystemClock
from meshhub.errors import StorageError
from meshhub.testing.fake_reads import FakeReads
from meshhub.web.server import WebServer

AT = datetime(2026, 3, 1, tzinfo=UTC)
WELL, ILL = {"a~b": "healthy"}, {"a~b": "failing"}


def glance(edges: dict[str, str]) -> Glance:
    return Glance(AT, dict.fromkeys(("a", "b"), "healthy"), edges)


class Scene:
    """A graph that changes when told; looks are counted."""

    def __init__(self) -> None:
        self.now = glance(WELL)
        self.looks = 0
        self.failing = False

    def look(self) -> Glance:
        assert threading.current_thread() is not threading.main_thread(), "it would block the loop"
        self.looks += 1
        if self.failing:
            raise StorageError("the engine is away", retryable=True)
        return self.now


async def event(stream: AsyncIterator[bytes]) -> dict[str, Any]:
    """The data of the next event; heartbeats and hints are passed over."""
    async with asyncio.timeout(10):
        async for piece in stream:
            if piece.startswith(b"event: graph\n"):
                made: dict[str, Any] = json.loads(piece.partition(b"data: ")[2])
                return made
    raise AssertionError("the stream ended")


def told(scene: Scene, **changes: float) -> GraphEvents:
    return GraphEvents(scene.look, **({"look_seconds": 0.01, "heartbeat_seconds": 5.0} | changes))


def test_the_first_event_says_how_things_stand_and_the_next_what_changed() -> None:
    async def run() -> None:
        scene = Scene()
        stream = told(scene).listen()
        first = await event(stream)
        assert (first["first"], first["edges"], first["states"]) == (True, 1, {"healthy": 1})
        assert first["changed"]["counts"] == {"added": 0, "removed": 0, "health": 0}
        scene.now = glance(ILL | {"b~c": "healthy"})
        second = await event(stream)
        assert not second["first"]
        assert second["changed"]["health"] == {"a~b": "failing"}
        assert second["changed"]["added"] == ["b~c"]

    asyncio.run(run())


def test_nothing_is_told_while_nothing_changes_but_the_heart_beats() -> None:
    async def run() -> None:
        scene = Scene()
        stream = told(scene, heartbeat_seconds=0.05).listen()
        await event(stream)
        looked = scene.looks
        async with asyncio.timeout(10):
            pieces = [await anext(stream) for _ in range(3)]
        assert pieces == [b": still here\n\n"] * 3
        assert scene.looks > looked

    asyncio.run(run())


def test_a_client_that_does_not_read_gets_all_changes_as_one() -> None:
    client = events._Client()
    client.tell(Change(None, glance(WELL)))
    client.tell(Change(glance(WELL), glance(ILL)))
    client.tell(Change(glance(ILL), glance({})))
    waiting = client.waiting.get_nowait()
    assert waiting == Change(None, glance({}))
    assert client.waiting.empty()


def test_one_watcher_looks_for_all_and_stops_with_the_last() -> None:
    async def run() -> None:
        scene = Scene()
        watched = told(scene)
        streams = [watched.listen() for _ in range(5)]
        await asyncio.gather(*map(event, streams))
        assert watched.clients == 5
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]
        assert watched.clients == 0
        async with asyncio.timeout(10):
            await watched._watch  # type: ignore[misc]
        looked = scene.looks
        await asyncio.sleep(0)
        assert scene.looks == looked

    asyncio.run(run())


def test_there_are_only_so_many_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MAX_CLIENTS", 2)

    async def run() -> None:
        watched = told(Scene())
        streams = [watched.listen(), watched.listen()]
        late = watched.listen()
        await asyncio.gather(*map(event, streams))
        with pytest.raises(TooManyClients):
            watched.listen()
        assert [piece async for piece in late] == []
        watched.stop()

    asyncio.run(run())


def test_stopping_ends_every_stream() -> None:
    async def run() -> None:
        watched = told(Scene())
        stream = watched.listen()
        await event(stream)
        watched.stop()
        async with asyncio.timeout(10):
            assert [piece async for piece in stream if piece.startswith(b"event")] == []
        assert watched.clients == 0

    asyncio.run(run())


def test_an_engine_that_is_away_is_asked_again() -> None:
    async def run() -> None:
        scene = Scene()
        scene.failing = True
        stream = told(scene, heartbeat_seconds=0.02).listen()
        async with asyncio.timeout(10):
            async for _ in stream:
                if scene.looks >= 3:
                    break
        scene.failing = False
        assert (await event(stream))["first"]

    asyncio.run(run())


def test_an_event_names_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    many = glance({f"a~{number}": "failing" for number in range(1_000)})
    change = changes_between(glance({}), many)
    assert change is not None
    body = change.body()
    assert len(body["changed"]["added"]) == 200
    assert body["changed"]["counts"]["added"] == 1_000
    assert changes_between(many, many) is None


@pytest.mark.timeout(60)
def test_a_server_that_stops_ends_the_streams_instead_of_waiting_for_them() -> None:
    streams = Streams()
    router, reads = APIRouter(prefix="/api/v1"), FakeReads()
    add_routes(router, reads.graphs, reads.insights, SystemClock(), streams)
    app = FastAPI()
    app.include_router(router)
    server = WebServer(WebSettings(address="127.0.0.1:0", stop_seconds=600))
    server.bind()
    server.start(app, streams.end)
    url = f"{server.url}/api/v1/graph/events"
    with httpx.stream("GET", url, trust_env=False, timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith("event")) == "event: graph"
        server.stop()
        assert not [line for line in lines if line.startswith("event")]
