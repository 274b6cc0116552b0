"""Many proxies at once: none is turned away, and a restart of the hub costs them and it nearly nothing."""

import asyncio
from typing import Any

from envoy_config.ads.kinds import Kind
from envoy_config.ads.server import AdsServer, channel_options
from envoy_config.ads.settings import AdsLimitSettings, AdsSettings
from envoy_config.ads.snapshot import Snapshot
from envoy_config.ads.state import Board, Standing
from meshhub.clock import SystemClock
from meshhub.testing.ads_clients import world
from meshhub.testing.ads_proxies import LiveProxy
from meshhub.testing.envoys import LOOPBACK, free_ports

PROXIES = 60
WANTS = {Kind.CLUSTER: (), Kind.ENDPOINTS: ("a", "b"), Kind.LISTENER: (), Kind.ROUTES: ("r",)}
NODES = tuple(f"proxy-{number}" for number in range(PROXIES))


class WatchedBoard(Board):
    """Knows when every proxy is current."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.all_current = asyncio.Event()
        for node in NODES:
            self.expect(node, snapshot.version, None)

    def settled(self, node: str, version: str) -> None:
        super().settled(node, version)
        if all(state.standing is Standing.CURRENT for state in self.proxies):
            self.all_current.set()


async def serving(port: int) -> tuple[AdsServer, WatchedBoard]:
    """A hub's server as it starts: it knows of no proxy but what it should have."""
    snapshot = world("a", "b")
    board = WatchedBoard(snapshot)
    settings = AdsSettings.model_validate({"address": f"{LOOPBACK}:{port}", "mesh_file": "storm"})
    server = AdsServer(settings, board, SystemClock())
    server.publish(dict.fromkeys(NODES, snapshot))
    await server.start()
    return server, board


def test_after_a_restart_all_proxies_come_back_current_and_nothing_is_sent_again(
    loop: asyncio.AbstractEventLoop,
) -> None:
    async def storm() -> tuple[list[Any], list[int], Board]:
        [port] = free_ports(1)
        slots = asyncio.Semaphore(PROXIES)
        proxies = [LiveProxy(node, WANTS) for node in NODES]
        running = [asyncio.create_task(proxy.run(port, slots)) for proxy in proxies]
        server, board = await serving(port)
        try:
            await board.all_current.wait()
            received = [proxy.responses for proxy in proxies]
            held = [proxy.versions for proxy in proxies]
            await server.stop()
            server, board = await serving(port)
            await board.all_current.wait()
            assert [proxy.responses for proxy in proxies] == received
            return held, received, board
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await server.stop()

    held, received, board = asyncio.run_coroutine_threadsafe(storm(), loop).result(60)
    assert all(versions == held[0] for versions in held)
    assert set(received) == {4}
    assert (board.counts.pushes.total(), board.counts.refused.total(), board.counts.throttled) == (0, 0, 0)


def test_streams_wait_to_be_taken_up_as_long_as_there_may_be_streams() -> None:
    """gRPC resets them at random from 1,000 waiting ones on otherwise, and those that waited for 30 s."""
    options = dict(channel_options(AdsLimitSettings(streams=7_000)))
    assert options["grpc.server.max_pending_requests"] == 7_000
    assert options["grpc.server.max_pending_requests_hard_limit"] == 7_000
    assert options["grpc.server_max_unrequested_time_in_server"] > 60
