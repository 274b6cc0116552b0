"""The shop in its mesh: certificates, configuration, applications and proxies, started in this order."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any

from meshhub.demo import shop
from meshhub.demo.applications import Applications
from meshhub.demo.calls import Caller
from meshhub.demo.deployment import Instance, deploy
from meshhub.demo.envoys import Envoy, Fleet, ProxyPlan
from meshhub.demo.faults import FaultBoard, FaultSwitch
from meshhub.demo.pki import Authority, renew_mesh_certificates, write_mesh_certificates
from meshhub.demo.ports import PortPool
from meshhub.demo.progress import Progress
from meshhub.demo.shop import Kind
from meshhub.demo.wiring import HUB, HUB_IDENTITY, Surroundings, ads_settings, write_bootstraps, write_mesh_file
from meshhub.demo.workdir import WorkDirectory


class RunningMesh:
    """The whole shop. `gateway` is the visitors' way in, `faults` are the switches."""

    def __init__(
        self,
        work: WorkDirectory,
        *,
        otlp_port: int,
        sampling: int,
        random: Random,
        now: datetime,
        ads_port: int | None = None,
    ) -> None:
        """`otlp_port` is the hub's OTLP/gRPC receiver; `sampling` the percentage of requests that are traced;
        `ads_port` is where the hub configures the proxies, None if nobody does."""
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
            ads_port=ads_port,
        )
        self._mesh_file = work.path / "mesh.yaml"
        self._plans: list[ProxyPlan] = []
        self._authority: Authority | None = None
        board = FaultBoard()
        self._applications = Applications(self._instances, board, random, otlp_port=otlp_port)
        self._fleet = Fleet(work.subdirectory("proxies"))
        self.faults = FaultSwitch(board, self._fleet)
        [entrance] = [i.inbound_port for i in self._instances if i.workload.kind is Kind.GATEWAY]
        self.gateway = Caller(entrance)

    @property
    def ads_settings(self) -> dict[str, Any]:
        """The `ads` section of the settings of the hub that configures the proxies."""
        return ads_settings(self._mesh_file, self._around)

    def prepare(self, progress: Progress) -> None:
        """Write certificates, mesh file and bootstraps: what the hub needs to be able to configure the proxies."""
        with progress.step("Issuing certificates"):
            self._write_certificates()
        with progress.step("Configuring the proxies"):
            write_mesh_file(self._mesh_file, self._instances, self._around)
            self._plans = write_bootstraps(self._mesh_file, self._work.subdirectory("proxies"))

    def renew_certificates(self, now: datetime) -> None:
        """Give every proxy, and the hub, a new certificate of the same authority."""
        if self._authority is not None:
            renew_mesh_certificates(self._authority, self._around.certificates, _identities(self._instances), now=now)

    async def start(self, progress: Progress) -> None:
        """Start everything, prepared or not.

        Raises:
            MeshhubError: a part could not be started; what was started needs `stop`.
            OSError: a port was taken.
        """
        if not self._plans:
            self.prepare(progress)
        with progress.step(f"Starting {len(shop.services()) - 1} services"):
            await self._applications.start()
            self._applications.start_bank(self._around.bank_port, self._bank)
        with progress.step(f"Starting {len(self._plans)} Envoy proxies"):
            await self._fleet.start(self._plans)

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
        self._authority = write_mesh_certificates(
            self._around.certificates,
            _identities(self._instances),
            trust_domain=shop.TRUST_DOMAIN,
            now=self._now,
        )
        public = Authority("Public authority of the demo", now=self._now)
        public.issue(shop.BANK_HOST, dns=[shop.BANK_HOST]).write(self._bank)
        self._around.bank_authority.write_bytes(public.certificate)


def _identities(instances: Sequence[Instance]) -> dict[str, str]:
    """The SPIFFE id of each service, and of the hub."""
    services = {instance.workload.service for instance in instances}
    named = {service: f"spiffe://{shop.TRUST_DOMAIN}/ns/{shop.NAMESPACE}/sa/{service}" for service in services}
    return {**named, HUB: HUB_IDENTITY}
