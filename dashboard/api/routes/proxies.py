"""/api/v1/wiring/proxies: the proxies that this hub configures; and changes that reach them at once."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Response

from dashboard.api import proxies_body as bodies
from dashboard.api.parameters import INVALID, json_response
from dashboard.api.problems import problem_responses
from envoy_config.ads.overview import ProxyOverview
from envoy_config.ads.state import ProxyState
from envoy_config.intent.faults import InjectedFault

_UNKNOWN = "The mesh file that this hub serves does not have it, or the hub serves none."
_UNSERVED = "It is kept but not in force, because the mesh file as it is now cannot be served."


class ProxyReads(Protocol):
    """dashboard.reads.proxies.ProxyReads."""

    def overview(self) -> ProxyOverview: ...

    def proxy(self, node: str) -> ProxyState: ...

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str: ...

    def set_fault(self, fault: InjectedFault | None, *, service: str, author: str) -> str: ...


def add_routes(router: APIRouter, proxies: ProxyReads) -> None:
    """Add the routes of this family."""

    @router.get(
        "/wiring/proxies",
        summary="How the proxies stand to what the hub configures",
        description="Every proxy of the mesh file: connected or away, what it took, what it refused and why.",
        response_model=bodies.ProxiesBody,
    )
    def read_proxies() -> Response:
        return json_response(bodies.show_proxies(proxies.overview()))

    @router.get(
        "/wiring/proxies/{node}",
        summary="One proxy",
        description="By its node id.",
        response_model=bodies.ProxyBody,
        responses=problem_responses(status_404=_UNKNOWN, status_422=INVALID),
    )
    def read_proxy(node: Annotated[str, Path(max_length=2000)]) -> Response:
        return json_response(bodies.show_proxy(proxies.proxy(node)))

    @router.post(
        "/wiring/sampling",
        summary="Change how many requests are traced",
        description="Of all services without sampling of their own, or of one. The proxies have it at once: their "
        "routes change, no connection ends. It is kept over restarts and recorded in the history.",
        response_model=bodies.ChangeBody,
        responses=problem_responses(status_400=_UNSERVED, status_404=_UNKNOWN, status_422=INVALID),
    )
    def change_sampling(wanted: bodies.WantedSampling) -> Response:
        changed = proxies.set_sampling(wanted.percent, service=wanted.service, author=wanted.author)
        return json_response({"changed": changed})

    @router.post(
        "/wiring/faults",
        summary="Have the proxies of a service inject a fault, or stop it",
        description="A delay of a share of its requests, or an error in place of a share of its answers; at once.",
        response_model=bodies.ChangeBody,
        responses=problem_responses(status_400=_UNSERVED, status_404=_UNKNOWN, status_422=INVALID),
    )
    def change_fault(wanted: bodies.WantedFault) -> Response:
        return json_response({"changed": proxies.set_fault(wanted.fault, service=wanted.service, author=wanted.author)})
