"""What a mesh is to send: its own word, else that of the file."""

from envoy_config.bundle import Arrival, Signal, Way
from envoy_config.intent import DataPlane, Intent
from envoy_config.intent.hub import Signals

_SWITCH = {Signal.ACCESS_LOGS: "access_logs", Signal.STATS: "stats", Signal.SPANS: "spans"}


def wanted_signals(intent: Intent, mesh: DataPlane) -> Signals:
    """The signals of a mesh."""
    return mesh.signals or intent.signals


def sampling_percent(intent: Intent, mesh: DataPlane) -> float:
    """The share of requests that get spans."""
    return intent.sampling_percent if mesh.sampling_percent is None else mesh.sampling_percent


def as_wanted(signals: Signals, rows: list[Arrival]) -> tuple[Arrival, ...]:
    """The rows, those of signals that nobody wants said to be off."""
    return tuple(
        row
        if getattr(signals, _SWITCH[row.signal]) or row.way is Way.IMPOSSIBLE
        else Arrival(row.signal, row.what, Way.OFF, "not wanted by the mesh file")
        for row in rows
    )
