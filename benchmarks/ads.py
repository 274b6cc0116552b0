"""The ADS server under thousands of streams: `python -m benchmarks.ads --streams 1000 --changes 20`.

The server is in this process, on one event loop; the proxies are clients in another one, each with a connection of its
own, and take everything at once. Every change is new routes for every proxy. CPU time is the server process's.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from datetime import datetime
from statistics import quantiles

import grpc
import psutil

from envoy_config.ads.api import message_class
from envoy_config.ads.kinds import Kind
from envoy_config.ads.server import SERVICE, AdsServer
from envoy_config.ads.settings import AdsSettings
from envoy_config.ads.snapshot import Snapshot, make_snapshot
from envoy_config.ads.state import Board
from meshhub.clock import SystemClock
from meshhub.testing.ads_clients import cluster, endpoints, listener, routes

REQUEST = "envoy.service.discovery.v3.DeltaDiscoveryRequest"
RESPONSE = "envoy.service.discovery.v3.DeltaDiscoveryResponse"
CLUSTERS = tuple(f"service-{number}.bench" for number in range(20))
OPENING = 50
"""Clients that connect at a time."""


class TimedBoard(Board):
    """Notes how long after a change each acknowledgement came."""

    def __init__(self) -> None:
        super().__init__()
        self.changed_at = 0.0
        self.delays: list[float] = []
        self.awaited = 0
        self.done = asyncio.Event()

    def change(self, awaited: int) -> None:
        self.changed_at, self.awaited = time.perf_counter(), awaited
        self.done.clear()

    def answered(self, node: str, kind: Kind, version: str, error: str | None, at: datetime) -> None:
        super().answered(node, kind, version, error, at)
        assert error is None, error
        self.delays.append(time.perf_counter() - self.changed_at)
        self.awaited -= 1
        if self.awaited <= 0:
            self.done.set()


def world(nodes: list[str], turn: int) -> dict[str, Snapshot]:
    """Twenty clusters with their endpoints, one listener; every turn leaves another cluster out of the routes."""
    named = [name for number, name in enumerate(CLUSTERS) if number != turn % len(CLUSTERS)]
    resources = [listener("in", "r"), routes("r", *named)]
    resources += [make(name) for name in CLUSTERS for make in (cluster, endpoints)]
    return {node: make_snapshot(node, "", resources) for node in nodes}


async def measure(streams: int, changes: int) -> dict[str, float]:
    nodes = [f"proxy-{number}.bench" for number in range(streams)]
    board, me = TimedBoard(), psutil.Process()
    settings = AdsSettings.model_validate({"address": "127.0.0.1:0", "mesh_file": "bench"})
    server = AdsServer(settings, board, SystemClock())
    for node, snapshot in world(nodes, 0).items():
        board.expect(node, snapshot.version, None)
    server.publish(world(nodes, 0))
    await server.start()
    before, cpu = me.memory_info().rss, time.process_time()
    board.change(4 * streams)
    command = [sys.executable, "-m", "benchmarks.ads", "--client", str(server.port), "--streams", str(streams)]
    client = subprocess.Popen(command)  # noqa: ASYNC220 - it is only started here
    try:
        await asyncio.wait_for(board.done.wait(), 600)
        opening = time.process_time() - cpu
        memory = me.memory_info().rss - before
        board.delays.clear()
        cpu = time.process_time()
        for turn in range(1, changes + 1):
            snapshots = world(nodes, turn)
            board.change(streams)
            server.publish(snapshots)
            await asyncio.wait_for(board.done.wait(), 600)
        pushing = time.process_time() - cpu
    finally:
        client.kill()
        client.wait()
        await server.stop()
    cut = quantiles(board.delays, n=100)
    return {
        "streams": streams,
        "first_configurations_per_cpu_second": round(streams / opening),
        "pushes_per_cpu_second": round(streams * changes / pushing),
        "change_to_ack_p50_ms": round(cut[49] * 1000, 1),
        "change_to_ack_p99_ms": round(cut[98] * 1000, 1),
        "kib_per_stream": round(memory / streams / 1024, 1),
    }


async def be_proxies(port: int, streams: int) -> None:
    slots = asyncio.Semaphore(OPENING)
    await asyncio.gather(*(_be_proxy(port, f"proxy-{number}.bench", slots) for number in range(streams)))


async def _be_proxy(port: int, node: str, slots: asyncio.Semaphore) -> None:
    request, response = message_class(REQUEST), message_class(RESPONSE)
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)])
    call = channel.stream_stream(SERVICE + "DeltaAggregatedResources")()

    async def ask(kind: Kind, *names: str) -> None:
        message = request(node={"id": node}, type_url=kind.type_url, resource_names_subscribe=names)
        await call.write(message.SerializeToString())

    async with slots:
        await ask(Kind.CLUSTER)
        await ask(Kind.ENDPOINTS, *CLUSTERS)
        await ask(Kind.LISTENER)
        await ask(Kind.ROUTES, "r")
    while (data := await call.read()) is not grpc.aio.EOF:
        taken = response.FromString(data)
        await call.write(request(type_url=taken.type_url, response_nonce=taken.nonce).SerializeToString())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--client", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        asyncio.run(be_proxies(given.client, given.streams))
        return
    print(json.dumps(asyncio.run(measure(given.streams, given.changes)), indent=2))


if __name__ == "__main__":
    main()
