"""The bodies of /api/v1/wiring/proxies and of the changes of what proxies are configured with."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from envoy_config.ads.overview import ProxyOverview
from envoy_config.ads.state import ProxyState, Refused, Rejected
from envoy_config.intent.faults import InjectedFault

Author = Annotated[str, Field(min_length=1, max_length=200, description="Who does it, for the history.")]
ServiceName = Annotated[str, Field(min_length=1, max_length=253, description="<name> or <name>.<namespace>.")]


class WantedSampling(BaseModel):
    """A change of sampling."""

    model_config = ConfigDict(extra="forbid")

    percent: Annotated[
        float | None,
        Field(ge=0, le=100, strict=True, description="Share of requests that get spans; null: as the mesh file says."),
    ]
    service: ServiceName | None = None
    author: Author


class WantedFault(BaseModel):
    """A change of the fault that a service's proxies inject."""

    model_config = ConfigDict(extra="forbid")

    fault: Annotated[InjectedFault | None, Field(description="null: none.")]
    service: ServiceName
    author: Author


class ChangeBody(TypedDict):
    """What was changed, in words."""

    changed: str


class KindBody(TypedDict):
    """What a proxy was sent of one API and what it took."""

    api: Annotated[str, Field(examples=["LDS"])]
    sent: str
    taken: str


class RejectionBody(TypedDict):
    """What a proxy refused, in its own words."""

    api: str
    version: str
    error: str
    at: str
    count: int


class ProxyBody(TypedDict):
    """One proxy. `since` is when it came or went."""

    node: str
    standing: Annotated[str, Field(description="current, pending, rejected or away.")]
    wanted: Annotated[str, Field(description="The version of all that it should have.")]
    kinds: list[KindBody]
    rejections: Annotated[list[RejectionBody], Field(description="Those that stand.")]
    last_rejection: RejectionBody | None
    build: str
    address: str
    variant: Annotated[str, Field(description="delta or sotw.")]
    streams: int
    since: str | None
    certificate_ends: str | None


class RefusedBody(TypedDict):
    """A stream that was not served."""

    node: str
    address: str
    reason: str
    detail: str
    at: str


class ProxiesBody(TypedDict):
    """All proxies of the mesh file that this hub serves."""

    on: bool
    mesh: str
    sampling_percent: float | None
    overrides: dict[str, object]
    faults: list[str]
    proxies: list[ProxyBody]
    refused: list[RefusedBody]


def show_proxies(overview: ProxyOverview) -> ProxiesBody:
    """The body."""
    return {
        "on": overview.on,
        "mesh": overview.mesh,
        "sampling_percent": overview.sampling_percent,
        "overrides": overview.overrides.model_dump(mode="json"),
        "faults": list(overview.faults),
        "proxies": [show_proxy(state) for state in overview.proxies],
        "refused": [_refused(each) for each in overview.refused],
    }


def show_proxy(state: ProxyState) -> ProxyBody:
    """The body of one proxy."""
    return {
        "node": state.node,
        "standing": state.standing.value,
        "wanted": state.wanted,
        "kinds": [{"api": api, "sent": taken.sent, "taken": taken.taken} for api, taken in state.kinds],
        "rejections": [_rejection(each) for each in state.rejections],
        "last_rejection": _rejection(state.last_rejection) if state.last_rejection else None,
        "build": state.build,
        "address": state.address,
        "variant": state.variant,
        "streams": state.streams,
        "since": state.since.isoformat() if state.since else None,
        "certificate_ends": state.certificate_ends.isoformat() if state.certificate_ends else None,
    }


def _rejection(each: Rejected) -> RejectionBody:
    return {
        "api": each.api,
        "version": each.version,
        "error": each.error,
        "at": each.at.isoformat(),
        "count": each.count,
    }


def _refused(each: Refused) -> RefusedBody:
    return {
        "node": each.node,
        "address": each.address,
        "reason": each.reason,
        "detail": each.detail,
        "at": each.at.isoformat(),
    }
