"""Where each instance of the shop runs: its name, its ports, and what its proxy calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from meshhub.demo import shop
from meshhub.demo.ports import PortPool
from meshhub.demo.shop import Kind, Workload


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: an application on `app_port` behind a proxy of its own.

    All ports are on the loopback interface. `outbound_tcp` has one port per TCP service it calls. A gateway has no
    application, and its `inbound_port` is where visitors come in.
    """

    workload: Workload
    number: int
    app_port: int
    inbound_port: int
    outbound_port: int
    admin_port: int
    outbound_tcp: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.workload.service}-{self.workload.version}-{self.number}"


def deploy(workloads: Sequence[Workload], pool: PortPool) -> tuple[Instance, ...]:
    """Give every instance that has a proxy its ports, in the order of the workloads."""
    return tuple(
        _place(workload, number, pool)
        for workload in workloads
        if workload.kind is not Kind.EXTERNAL
        for number in range(1, workload.instances + 1)
    )


def _place(workload: Workload, number: int, pool: PortPool) -> Instance:
    tcp = [name for name in shop.callees(workload.service) if shop.workload_kind(name) is Kind.TCP]
    return Instance(
        workload,
        number,
        app_port=pool.keep(),
        inbound_port=pool.keep(),
        outbound_port=pool.keep(),
        admin_port=pool.keep(),
        outbound_tcp={name: pool.keep() for name in tcp},
    )
