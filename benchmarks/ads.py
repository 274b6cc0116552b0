"""The ADS server under thousands of streams: `python -m benchmarks.ads --streams 1000 --changes 20`.

The server is in this process, on one event loop; the proxies are clients in another one, each with a connection of its
own, and take everything at once. Every change is new routes for every proxy. Then the server goes away for `--away`
seconds, and another one takes its place: all proxies come back at once, as Envoy does. CPU time is the server
process's, without the making of snapshots.
"""

import argparse
import asyncio
import gc
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil
import uvloop

from envoy_config.ads.building import Builder
from envoy_config.ads.kinds import Kind
from envoy_config.ads.server import AdsServer
from envoy_config.ads.settings import AdsSettings
from envoy_config.ads.snapshot import Snapshot, make_snapshot
from envoy_config.ads.state import Board
from envoy_config.intent import Mesh
from meshhub.app.serving import allow_descriptors
from meshhub.clock import SystemClock
from meshhub.demo.pki import Authority
from meshhub.testing.ads_clients import cluster, endpoints, listener, routes
from meshhub.testing.ads_proxies import LiveProxy
from meshhub.testing.envoys import free_ports

CLUSTERS = tuple(f"service-{number}.bench" for number in range(20))
WANTS = {Kind.CLUSTER: (), Kind.ENDPOINTS: CLUSTERS, Kind.LISTENER: (), Kind.ROUTES: ("r",)}
SERVICES = 50
OPENING = 50
"""Clients that connect at a time."""
PATIENCE_SECONDS = 300.0


class TimedBoard(Board):
    """Notes how long after a moment each proxy had all that it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0
        self.delays: list[float] = []
        self._began, self._awaited = 0.0, 0
        self._done = asyncio.Event()

    def begin(self, awaited: int) -> None:
        """Time is counted from now on, until so many proxies have it."""
        self._began, self._awaited, self.delays = time.perf_counter(), awaited, []
        self._done.clear()

    async def all_have_it(self, proxies: asyncio.subprocess.Process) -> None:
        """Wait for it.

        Raises:
            RuntimeError: it took too long, or the clients ended; with how far it came.
        """
        waiting = [asyncio.ensure_future(self._done.wait()), asyncio.ensure_future(proxies.wait())]
        await asyncio.wait(waiting, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        if not self._done.is_set():
            raise RuntimeError(
                f"{self._awaited} of the proxies do not have what they should: {self.streams} streams are open, "
                f"{self.opened} were opened; {self.counts}; the clients' exit code: {proxies.returncode}"
            )

    def came(self, node: str, **of_stream: Any) -> None:
        super().came(node, **of_stream)
        self.opened += 1

    def settled(self, node: str, version: str) -> None:
        before = self.get(node)
        super().settled(node, version)
        if before is not None and before.has != version:
            self.delays.append(time.perf_counter() - self._began)
            self._awaited -= 1
            if self._awaited == 0:
                self._done.set()


def world(nodes: list[str], turn: int) -> dict[str, Snapshot]:
    """Twenty clusters with their endpoints, one listener; every turn leaves another cluster out of the routes."""
    named = [name for number, name in enumerate(CLUSTERS) if number != turn % len(CLUSTERS)]
    resources = [listener("in", "r"), routes("r", *named)]
    resources += [make(name) for name in CLUSTERS for make in (cluster, endpoints)]
    return {node: make_snapshot(node, "", resources) for node in nodes}


async def serving(port: int, snapshots: dict[str, Snapshot]) -> tuple[AdsServer, TimedBoard]:
    """A new server that knows of no proxy but what it should have."""
    board = TimedBoard()
    settings = AdsSettings.model_validate({"address": f"127.0.0.1:{port}", "mesh_file": "bench"})
    server = AdsServer(settings, board, SystemClock())
    for node, snapshot in snapshots.items():
        board.expect(node, snapshot.version, None)
    server.publish(snapshots)
    board.begin(len(snapshots))
    await server.start()
    return server, board


async def measure(streams: int, changes: int, away: float) -> dict[str, float]:
    nodes = [f"proxy-{number}.bench" for number in range(streams)]
    [port], me = free_ports(1), psutil.Process()
    snapshots = world(nodes, 0)
    before, cpu = me.memory_info().rss, time.process_time()
    server, board = await serving(port, snapshots)
    command = ["-m", "benchmarks.ads", "--client", str(port), "--streams", str(streams)]
    proxies = await asyncio.create_subprocess_exec(sys.executable, *command)
    try:
        await board.all_have_it(proxies)
        opening, memory = time.process_time() - cpu, me.memory_info().rss - before
        pushing, delays = 0.0, []
        for turn in range(1, changes + 1):
            snapshots = world(nodes, turn)
            gc.collect()
            cpu = time.process_time()
            board.begin(streams)
            server.publish(snapshots)
            await board.all_have_it(proxies)
            pushing += time.process_time() - cpu
            delays += board.delays
        opened = board.opened
        await server.stop()
        await asyncio.sleep(away)
        cpu = time.process_time()
        server, board = await serving(port, snapshots)
        await board.all_have_it(proxies)
        returning = time.process_time() - cpu
    finally:
        if proxies.returncode is None:
            proxies.kill()
        await proxies.wait()
        await server.stop()
    changed, back = quantiles(delays, n=100), quantiles(board.delays, n=100)
    return {
        "streams": streams,
        "first_configurations_per_cpu_second": round(streams / opening),
        "streams_opened_per_proxy": opened / streams,
        "pushes_per_cpu_second": round(streams * changes / pushing),
        "change_to_ack_p50_ms": round(changed[49] * 1000, 1),
        "change_to_ack_p99_ms": round(changed[98] * 1000, 1),
        "kib_per_stream": round(memory / streams / 1024, 1),
        "return_cpu_seconds": round(returning, 2),
        "return_p50_s": round(back[49], 2),
        "return_last_s": round(max(board.delays), 2),
        "return_streams_opened_per_proxy": board.opened / streams,
        "return_responses": board.counts.pushes.total(),
    }


def build(proxies: int) -> dict[str, float]:
    """What snapshots of so many proxies of 50 services cost: the first ones, and those with other sampling."""
    with tempfile.TemporaryDirectory() as directory:
        certificates = Path(directory)
        authority = Authority("bench", now=datetime.now(UTC), uri="spiffe://bench")
        (certificates / "ca.pem").write_bytes(authority.certificate)
        for number in range(SERVICES):
            identity = f"spiffe://bench/ns/bench/sa/service-{number}"
            authority.issue(f"service-{number}", uris=[identity]).write(certificates / f"service-{number}")
        builder, seconds = Builder(), []
        for percent in (10, 20):
            mesh = Mesh.model_validate(_mesh(certificates, percent, proxies // SERVICES))
            began = time.process_time()
            built = builder.build(mesh)
            seconds.append(round(time.process_time() - began, 2))
    return {"proxies": len(built.snapshots), "first_cpu_seconds": seconds[0], "changed_cpu_seconds": seconds[1]}


def _mesh(certificates: Path, percent: int, instances: int) -> dict[str, Any]:
    """Every service calls five others."""
    services = [
        {
            "name": f"service-{number}",
            "namespace": "bench",
            "calls": [f"service-{(number + further) % SERVICES}" for further in range(1, 6)],
            "versions": [
                {
                    "version": "v1",
                    "instances": [
                        {"address": f"10.{number}.{each // 250}.{each % 250 + 1}", "app_port": 8080}
                        for each in range(instances)
                    ],
                }
            ],
        }
        for number in range(SERVICES)
    ]
    return {
        "apiVersion": "meshhub/v1",
        "cluster": "bench",
        "trust_domain": "bench",
        "hub": {"otlp": "hub.bench:4317"},
        "control_plane": {"ads": "hub.bench:18000"},
        "certificates": str(certificates),
        "sampling_percent": percent,
        "services": services,
    }


async def be_proxies(port: int, streams: int) -> None:
    slots = asyncio.Semaphore(OPENING)
    await asyncio.gather(*(LiveProxy(f"proxy-{n}.bench", WANTS).run(port, slots) for n in range(streams)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--away", type=float, default=3.0, help="Seconds without a server.")
    parser.add_argument("--build", type=int, help="Only make the snapshots of so many proxies.")
    parser.add_argument("--client", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        uvloop.run(be_proxies(given.client, given.streams))
        return
    if given.build:
        print(json.dumps(build(given.build), indent=2))
        return
    allow_descriptors()
    print(json.dumps(uvloop.run(measure(given.streams, given.changes, given.away)), indent=2))


if __name__ == "__main__":
    main()
