"""The proxies that this hub configures, and changes to what they are configured with."""

from typing import Protocol

from envoy_config.ads.overview import ProxyOverview
from envoy_config.ads.state import ProxyState
from envoy_config.intent.faults import InjectedFault
from meshhub.errors import NotFound
from meshhub.principal import Role, named, require


class Ads(Protocol):
    """The ADS server (envoy_config.ads.service.AdsService), or what stands for the one of another process."""

    @property
    def on(self) -> bool: ...

    def overview(self) -> ProxyOverview: ...

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str: ...

    def set_fault(self, fault: InjectedFault | None, *, service: str, author: str) -> str: ...


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
        return ads.overview() if ads is not None and ads.on else ProxyOverview(on=False)

    def proxy(self, node: str) -> ProxyState:
        """One proxy.

        Raises:
            NotFound: the mesh file has none of this node id.
        """
        state = next((each for each in self.overview().proxies if each.node == node), None)
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
