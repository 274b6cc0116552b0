"""The shop in its mesh: certificates, configuration, applications and proxies, started in this order."""

from datetime import datetime
from random import Random

from meshhub.demo import shop
from meshhub.demo.applications import Applications
from meshhub.demo.calls import Caller
from meshhub.demo.deployment import deploy
from meshhub.demo.envoys import Envoy, Fleet, ProxyPlan
from meshhub.demo.faults import FaultBoard, FaultSwitch
from meshhub.demo.pki import Authority, write_mesh_certificates
from meshhub.demo.ports import PortPool
from meshhub.demo.progress import Progress
from meshhub.demo.shop import Kind
from meshhub.demo.wiring import Surroundings, write_bootstraps, write_mesh_file
from meshhub.demo.workdir import WorkDirectory


class RunningMesh:
    """The whole shop. `gateway` is the visitors' way in, `faults` are the switches."""

    def __init__(self, work: WorkDirectory, *, otlp_port: int, sampling: int, random: Random, now: datetime) -> None:
        """`otlp_port` is the hub's OTLP/gRPC receiver; `sampling` the percentage of requests that are traced."""
        self._work = work
        self._now = now
        self._pool = PortPool()
        self._instances = deploy(shop.WORKLOADS, self._pool)
        self._bank = work.subdirectory("bank")
        self._around = Surroundings(
            otlp_port=otlp_port,
            bank_port=self._pool.keep(),
            bank_authority=self._bank / "ca.pem",
            certificates=work.subdirectory("certificates"),
            sampling=sampling,
        )
        board = FaultBoard()
        self._applications = Applications(self._instances, board, random, otlp_port=otlp_port)
        self._fleet = Fleet(work.subdirectory("proxies"))
        self.faults = FaultSwitch(board, self._fleet)
        [entrance] = [i.inbound_port for i in self._instances if i.workload.kind is Kind.GATEWAY]
        self.gateway = Caller(entrance)

    async def start(self, progress: Progress) -> None:
        """Start everything.

        Raises:
            MeshhubError: a part could not be started; what was started needs `stop`.
            OSError: a port was taken.
        """
        with progress.step("Issuing certificates"):
            self._write_certificates()
        with progress.step("Configuring the proxies"):
            plans = self._write_configuration()
        with progress.step(f"Starting {len(shop.services()) - 1} services"):
            await self._applications.start()
            self._applications.start_bank(self._around.bank_port, self._bank)
        with progress.step(f"Starting {len(plans)} Envoy proxies"):
            await self._fleet.start(plans)

    async def stop(self) -> None:
        """Stop what runs, in reverse; harmless if nothing does."""
        self.gateway.close()
        await self._fleet.stop()
        await self._applications.stop()
        self._pool.close()

    def died(self) -> list[Envoy]:
        """The proxies that ended though nobody asked them to."""
        return self._fleet.died()

    def _write_certificates(self) -> None:
        services = sorted({instance.workload.service for instance in self._instances})
        write_mesh_certificates(
            self._around.certificates,
            {service: f"spiffe://{shop.TRUST_DOMAIN}/ns/{shop.NAMESPACE}/sa/{service}" for service in services},
            trust_domain=shop.TRUST_DOMAIN,
            now=self._now,
        )
        public = Authority("Public authority of the demo", now=self._now)
        public.issue(shop.BANK_HOST, dns=[shop.BANK_HOST]).write(self._bank)
        self._around.bank_authority.write_bytes(public.certificate)

    def _write_configuration(self) -> list[ProxyPlan]:
        mesh_file = self._work.path / "mesh.yaml"
        write_mesh_file(mesh_file, self._instances, self._around)
        return write_bootstraps(mesh_file, self._work.subdirectory("proxies"))
