import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from meshhub.demo import hub as hub_module
from meshhub.demo.hub import HubClient, HubPorts, HubProcess
from meshhub.demo.ports import PortPool, listening_socket, port_of
from meshhub.demo.report import Journey
from meshhub.demo.serving import LoopbackServer
from meshhub.errors import MeshhubError
from meshhub.settings.model import Settings

ResultT = TypeVar("ResultT")

JOURNEY = {
    "workloads": [
        {"service": "gateway", "version": "v1", "proxy_reported": True},
        {"service": "reviews", "version": "v2", "proxy_reported": True},
        {"service": "bank.example", "version": "", "proxy_reported": False},
    ],
    "found": {"spans": 3},
}
GRAPH = {
    "edges": [
        {"source": {"service": "gateway"}, "destination": {"service": "reviews"}},
        {"source": {"service": ""}, "destination": {"service": "gateway"}},
    ]
}


async def journey(request: Request) -> Response:
    match request.path_params["id"]:
        case "known":
            return JSONResponse(JOURNEY)
        case "unknown":
            return JSONResponse({"detail": "not found"}, 404)
        case _:
            return PlainTextResponse("no JSON")


async def graph(request: Request) -> Response:
    assert request.query_params["window"] == "15m"
    return JSONResponse(GRAPH)


async def readyz(_: Request) -> Response:
    return PlainTextResponse("ready")


def asking(question: Callable[[HubClient], Awaitable[ResultT]]) -> ResultT:
    """Ask a hub that knows one request and one graph."""
    routes = [Route("/api/v1/requests/{id}", journey), Route("/api/v1/graph", graph), Route("/readyz", readyz)]

    async def run() -> ResultT:
        listener = listening_socket()
        server = LoopbackServer({listener: Starlette(routes=routes)})
        server.start()
        client = HubClient(f"http://127.0.0.1:{port_of(listener)}")
        try:
            async with asyncio.timeout(10):
                return await question(client)
        finally:
            await client.close()
            await server.stop()

    return asyncio.run(run())


def test_the_workloads_of_a_request_are_those_whose_proxies_reported() -> None:
    assert asking(lambda client: client.journey("known")) == Journey(frozenset({"gateway:v1", "reviews:v2"}), 3)
    assert asking(lambda client: client.journey("unknown")) == Journey()


def test_edges_are_pairs_of_service_names() -> None:
    assert asking(lambda client: client.edges()) == {("gateway", "reviews"), ("", "gateway")}


def test_an_answer_that_is_not_what_the_api_promises_is_an_error() -> None:
    with pytest.raises(MeshhubError, match="could not ask the hub for /api/v1/requests/odd"):
        asking(lambda client: client.journey("odd"))


def test_a_hub_that_is_not_there_is_not_ready() -> None:
    async def scenario(port: int) -> bool:
        client = HubClient(f"http://127.0.0.1:{port}")
        try:
            return await client.ready()
        finally:
            await client.close()

    pool = PortPool()
    assert asyncio.run(scenario(pool.keep())) is False
    pool.close()
    assert asking(lambda client: client.ready()) is True


def test_a_taken_default_port_moves_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = PortPool()
    free = [pool.keep() for _ in range(5)]
    pool.close()
    with listening_socket() as taken:
        names = ("OTLP/HTTP", "Zipkin", "web", "Jaeger gRPC", "ADS")
        defaults = {"OTLP/gRPC": port_of(taken), **dict(zip(names, free, strict=True))}
        monkeypatch.setattr(hub_module, "DEFAULT_PORTS", defaults)
        ports = HubPorts.choose()
    assert (ports.otlp_http, ports.zipkin, ports.web, ports.jaeger_grpc, ports.ads) == tuple(free)
    assert ports.otlp_grpc != defaults["OTLP/gRPC"]
    assert ports.moved == (f"port {defaults['OTLP/gRPC']} is taken: OTLP/gRPC is at {ports.otlp_grpc}",)


def test_the_settings_file_says_where_to_listen_and_to_keep_data(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        yaml.safe_load(yaml.safe_dump(HubPorts(1, 2, 3, 4, 5, 6).settings(tmp_path, {})))
    )
    endpoints = settings.collector.endpoints
    assert (endpoints.otlp_grpc, endpoints.otlp_http) == ("127.0.0.1:1", "127.0.0.1:2")
    assert endpoints.zipkin == "127.0.0.1:3"
    assert (settings.web.address, settings.data_dir) == ("127.0.0.1:4", tmp_path)


def test_settings_of_the_users_own_hub_are_kept_from_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printer = tmp_path / "printer"
    printer.write_text("#!/bin/sh\nenv | grep -c ^MESHHUB_\nexit 1\n")
    printer.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(printer))
    monkeypatch.setenv("MESHHUB_DATA_DIR", "/precious")

    async def scenario() -> None:
        client = HubClient("http://127.0.0.1:1")
        try:
            await HubProcess(HubPorts(1, 2, 3, 4, 5, 6), data_dir=tmp_path, work=tmp_path, sections={}).start(client)
        finally:
            await client.close()

    with pytest.raises(MeshhubError, match=r"ended with code 1\.\n0$"):
        asyncio.run(scenario())


def test_a_hub_that_ends_is_reported_with_the_end_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho 'no such setting' >&2\nexit 2\n")
    broken.chmod(0o755)

    async def scenario() -> None:
        client = HubClient("http://127.0.0.1:1")
        process = HubProcess(HubPorts(1, 2, 3, 4, 5, 6), data_dir=tmp_path, work=tmp_path, sections={})
        process.check()
        monkeypatch.setattr(sys, "executable", str(broken))
        try:
            async with asyncio.timeout(20):
                await process.start(client)
        finally:
            await process.stop()
            await client.close()

    with pytest.raises(MeshhubError, match=r"could not start the hub: it ended with code 2\.\nno such setting"):
        asyncio.run(scenario())
