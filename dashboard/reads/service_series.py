"""The course of a service's golden signals, as one side reported them."""

from dashboard.reads.service_model import Side
from topology.series import NodeSeries, Step


def steps_of(series: NodeSeries, side: Side | None) -> tuple[int, tuple[Step, ...]] | None:
    """The length of a step in seconds and the steps; None where this side is not measured."""
    calls, steps = {
        Side.CALLERS: (series.inbound, series.inbound.client),
        Side.OWN: (series.inbound, series.inbound.server),
        Side.CALLS: (series.outbound, series.outbound.client),
        None: (series.inbound, None),
    }[side]
    return None if steps is None else (calls.step_seconds, steps)
