"""The proxies that this hub configures, and changes to what they are configured with."""

from dataclasses import dataclass
from typing import Protocol

from envoy_config.ads.overrides import NO_OVERRIDES, Overrides
from envoy_config.ads.service import Served
from envoy_config.ads.state import Board, ProxyState, Refused
from envoy_config.intent.faults import InjectedFault
from meshhub.errors import NotFound
from meshhub.principal import Role, named, require


class Ads(Protocol):
    """The ADS server (envoy_config.ads.service.AdsService)."""

    @property
    def on(self) -> bool: ...

    @property
    def board(self) -> Board: ...

    @property
    def served(self) -> Served: ...

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str: ...

    def set_fault(self, fault: InjectedFault | None, *, service: str, author: str) -> str: ...


@dataclass(frozen=True, slots=True)
class ProxyOverview:
    """All proxies of the mesh file. `faults` are why something is not served as it says; `refused` the last streams
    that were not served, newest first."""

    on: bool
    proxies: tuple[ProxyState, ...] = ()
    faults: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    overrides: Overrides = NO_OVERRIDES
    mesh: str = ""
    sampling_percent: float | None = None
    """What the mesh file says."""


class ProxyReads:
    """Every method is thread-safe; the changes block until the proxies are being told."""

    def __init__(self) -> None:
        self._connected: Ads | None = None

    def connect(self, ads: Ads) -> None:
        """Ask this server from now on."""
        self._connected = ads

    def overview(self) -> ProxyOverview:
        """How the proxies stand to what they should have."""
        ads = self._connected
        if ads is None or not ads.on:
            return ProxyOverview(on=False)
        served = ads.served
        return ProxyOverview(
            True,
            ads.board.proxies,
            served.faults,
            ads.board.refused,
            served.overrides,
            served.mesh.cluster if served.mesh else "",
            served.mesh.sampling_percent if served.mesh else None,
        )

    def proxy(self, node: str) -> ProxyState:
        """One proxy.

        Raises:
            NotFound: the mesh file has none of this node id.
        """
        state = self._connected.board.get(node) if self._connected is not None else None
        if state is None:
            raise NotFound(f"could not find the proxy {node}: the mesh file that this hub serves has none of this id")
        return state

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str:
        """Change sampling; see AdsService.set_sampling."""
        require(Role.OPERATOR, "change sampling")
        return self._ads.set_sampling(percent, service=service, author=named(author))

    def set_fault(self, fault: InjectedFault | None, *, service: str, author: str) -> str:
        """Change a fault; see AdsService.set_fault."""
        require(Role.OPERATOR, "inject a fault")
        return self._ads.set_fault(fault, service=service, author=named(author))

    @property
    def _ads(self) -> Ads:
        if self._connected is None or not self._connected.on:
            raise NotFound(
                "could not change the mesh: this hub configures no proxies. Set ads.address and ads.mesh_file."
            )
        return self._connected
