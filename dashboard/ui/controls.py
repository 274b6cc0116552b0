"""Controls whose value is a parameter of the URL. assets/query.js moves it in both directions."""

from dataclasses import asdict, dataclass

from dash import Dash, Input, Output, State

from dashboard.api.windows import DEFAULT_WINDOW
from dashboard.ui import ids, query
from dashboard.ui.browser import in_browser
from dashboard.ui.state import topology
from topology.model import Perspective


@dataclass(frozen=True, slots=True)
class Control:
    """One control. `fallback` is what its parameter means where the URL does not have it.

    `kind` says how the value is written: text, list (joined by commas) or flag ("off" for false).
    """

    id: str
    property: str
    parameter: str
    kind: str
    fallback: str | bool | tuple[str, ...]


FRAME_CONTROLS = (
    Control(ids.CLUSTERS, "value", query.CLUSTERS, "list", ()),
    Control(ids.SCOPE, "value", query.NAMESPACES, "list", ()),
    Control(ids.WINDOW, "value", query.WINDOW, "text", DEFAULT_WINDOW),
)
TOPOLOGY_CONTROLS = (
    Control(ids.TOPOLOGY_LABELS, "value", query.LABELS, "list", tuple(query.DEFAULT_LABELS)),
    Control(ids.TOPOLOGY_IDLE, "checked", query.IDLE, "flag", True),
    Control(ids.TOPOLOGY_GROUPS, "value", query.GROUPS, "text", query.Groups.AUTO.value),
    Control(ids.TOPOLOGY_PERSPECTIVE, "value", topology.PERSPECTIVE, "text", Perspective.SERVICE.value),
    Control(ids.TOPOLOGY_BOXES, "value", topology.BOXES, "text", topology.Boxes.NAMESPACE.value),
    Control(ids.TOPOLOGY_MOTION, "checked", topology.MOTION, "flag", True),
    Control(ids.TOPOLOGY_HOPS, "value", topology.HOPS, "text", "1"),
    Control(ids.TOPOLOGY_FIND, "value", topology.FIND, "text", ""),
    Control(ids.TOPOLOGY_HIDE, "value", topology.HIDE, "text", ""),
)


def table() -> dict[str, dict[str, object]]:
    """Every control by id, for assets/query.js."""
    return {control.id: asdict(control) for control in (*FRAME_CONTROLS, *TOPOLOGY_CONTROLS)}


def bind(app: Dash, controls: tuple[Control, ...]) -> None:
    """Keep these controls and the URL the same."""
    for control in controls:
        in_browser(
            app,
            "meshhub_query",
            "bind",
            Output(control.id, control.property),
            Input(ids.LOCATION, "search"),
            Input(control.id, control.property),
            State(control.id, "id"),
            State(ids.CONTROLS, "data"),
        )
