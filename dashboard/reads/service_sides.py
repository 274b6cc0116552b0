"""Whose reports of a service are shown: its callers', its own, or, where it answers nobody, of its own calls."""

from collections.abc import Mapping, Sequence

from dashboard.reads.service_model import Side
from topology.model import ServiceEdge

NEARLY_ALL = 0.9
"""The callers' reports stand for all requests if they have this share of what the service itself reports."""


def requests_by_side(inbound: Sequence[ServiceEdge], outbound: Sequence[ServiceEdge]) -> dict[Side, int]:
    """The requests that each side reported; sides without any are left out."""
    counted = {
        Side.CALLERS: sum(edge.client.rates.requests for edge in inbound if edge.client),
        Side.OWN: sum(edge.server.rates.requests for edge in inbound if edge.server),
        Side.CALLS: sum(edge.client.rates.requests for edge in outbound if edge.client),
    }
    return {side: requests for side, requests in counted.items() if requests}


def choose_side(sides: Mapping[Side, int]) -> Side | None:
    """The side whose numbers stand for the service; None where nobody reported any request."""
    callers, own = sides.get(Side.CALLERS, 0), sides.get(Side.OWN, 0)
    if callers or own:
        return Side.CALLERS if callers >= NEARLY_ALL * own else Side.OWN
    return Side.CALLS if Side.CALLS in sides else None


def instance_side(sides: Mapping[Side, int]) -> Side | None:
    """Which reports of its own proxies tell its instances apart."""
    return next((side for side in (Side.OWN, Side.CALLS) if side in sides), None)
