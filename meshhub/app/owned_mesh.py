"""What the doctor is told of the proxies that this hub configures over ADS."""

from datetime import datetime

from envoy_config.ads.overrides import overlaid
from envoy_config.ads.overview import ProxyOverview
from envoy_config.ads.service import AdsService
from envoy_config.ads.state import ProxyState, Standing
from envoy_config.doctor.model import Configuration, Expected, Telemetry
from envoy_config.emit.plain_envoy import proxies
from envoy_config.intent import Mesh
from meshhub.model import WorkloadIdentity


class AdsMesh:
    """The mesh file that is served, and what each proxy took of it (dashboard.reads.doctor.OwnedMesh). Thread-safe."""

    def __init__(self, ads: AdsService) -> None:
        self._ads = ads

    def expected(self) -> tuple[Expected, ...]:
        """Every proxy of the mesh file; none while no mesh file is served."""
        served = self._ads.served
        if not self._ads.on or served.mesh is None:
            return ()
        mesh = overlaid(served.mesh, served.overrides)
        signals = _signals(mesh)
        return tuple(
            Expected(
                WorkloadIdentity(mesh.cluster, proxy.namespace, proxy.service),
                proxy.instance,
                signals,
                proxy.sampling_percent,
                served.since,
            )
            for proxy in proxies(mesh)
        )

    def configurations(self) -> dict[str, Configuration]:
        """What each proxy runs with, by node id."""
        if not self._ads.on:
            return {}
        return configurations(self._ads.overview())


def configurations(overview: ProxyOverview) -> dict[str, Configuration]:
    """What each proxy runs with, by node id."""
    return {state.node: _configuration(state) for state in overview.proxies}


def _signals(mesh: Mesh) -> frozenset[Telemetry]:
    sent = {
        Telemetry.ACCESS_LOGS: mesh.signals.access_logs,
        Telemetry.SPANS: mesh.signals.spans,
        Telemetry.STATS: mesh.signals.stats,
    }
    return frozenset(signal for signal, wanted in sent.items() if wanted)


def _configuration(state: ProxyState) -> Configuration:
    """A proxy that refuses or has not answered yet runs with something older than it should, of no one version."""
    current = state.standing is Standing.CURRENT
    refused = state.rejections[-1].error if state.rejections else ""
    return Configuration(
        state.wanted if current else "",
        state.wanted,
        refused,
        state.standing is not Standing.AWAY,
        _since(state),
    )


def _since(state: ProxyState) -> datetime | None:
    return state.rejections[-1].at if state.rejections else state.since
