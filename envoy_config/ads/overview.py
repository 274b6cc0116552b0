"""How all proxies that are configured stand, as one value."""

from dataclasses import dataclass

from envoy_config.ads.overrides import NO_OVERRIDES, Overrides
from envoy_config.ads.state import ProxyState, Refused


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
