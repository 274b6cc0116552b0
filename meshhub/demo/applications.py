"""All of the shop's applications, in this process: each listens on its own port and calls through its own proxy."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random

from meshhub.demo import shop
from meshhub.demo.application import Outbound, Service, Upstreams
from meshhub.demo.deployment import Instance
from meshhub.demo.faults import FaultBoard
from meshhub.demo.narrator import Narrator
from meshhub.demo.ports import listening_socket
from meshhub.demo.pricing import PricingService
from meshhub.demo.serving import LoopbackServer, ServiceEndpoint
from meshhub.demo.sessions import SessionStore
from meshhub.demo.shop import Kind, Workload


class Applications:
    """Starts and stops the applications of the instances, and the external service."""

    def __init__(self, instances: Sequence[Instance], board: FaultBoard, random: Random, *, otlp_port: int) -> None:
        self._instances = instances
        self._board = board
        self._random = random
        self._otlp_port = otlp_port
        self._servers: list[LoopbackServer | PricingService | SessionStore] = []
        self._upstreams: list[Upstreams] = []
        self._narrators: list[Narrator] = []

    async def start(self) -> None:
        """Start every application on its instance's port.

        Raises:
            OSError: a port is taken.
        """
        web = {}
        for instance in self._instances:
            match instance.workload.kind:
                case Kind.HTTP:
                    listener = listening_socket(instance.app_port, kept=True)
                    web[listener] = ServiceEndpoint(self._service(instance))
                case Kind.GRPC:
                    pricing = PricingService(*self._behaviour(instance.workload))
                    await pricing.start(instance.app_port)
                    self._servers.append(pricing)
                case Kind.TCP:
                    store = SessionStore(*self._behaviour(instance.workload))
                    await store.start(listening_socket(instance.app_port, kept=True))
                    self._servers.append(store)
        self._serve(LoopbackServer(web))

    def start_bank(self, port: int, credentials: Path) -> None:
        """Start the external service: TLS on a kept port, with cert.pem and key.pem of the directory."""
        bank = Service(shop.workload(shop.BANK_HOST), self._board, self._random)
        listener = listening_socket(port, kept=True)
        certificate, key = credentials / "cert.pem", credentials / "key.pem"
        self._serve(LoopbackServer({listener: ServiceEndpoint(bank)}, certificate=certificate, key=key))

    async def stop(self) -> None:
        for server in reversed(self._servers):
            await server.stop()
        for upstreams in self._upstreams:
            await upstreams.close()
        await asyncio.gather(*(asyncio.to_thread(narrator.close) for narrator in self._narrators))

    def _serve(self, server: LoopbackServer) -> None:
        server.start()
        self._servers.append(server)

    def _service(self, instance: Instance) -> Service:
        upstreams = Upstreams(Outbound(instance.outbound_port, instance.outbound_tcp))
        self._upstreams.append(upstreams)
        narrator = None
        if instance.workload.tells:
            narrator = Narrator(self._otlp_port, resource_of(instance))
            self._narrators.append(narrator)
        return Service(instance.workload, self._board, self._random, upstreams=upstreams, narrator=narrator)

    def _behaviour(self, workload: Workload) -> tuple[partial[float], partial[bool]]:
        return (
            partial(self._board.delay, workload, self._random),
            partial(self._board.fails, workload, self._random),
        )


def resource_of(instance: Instance) -> dict[str, str]:
    """The resource attributes of an instance's own telemetry: the same identity that its proxy reports."""
    return {
        "service.name": instance.workload.service,
        "service.namespace": shop.NAMESPACE,
        "service.version": instance.workload.version,
        "service.instance.id": instance.name,
        "k8s.cluster.name": shop.CLUSTER,
    }
