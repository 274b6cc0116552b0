"""The find and hide fields of the topology page: what is wrong in them, and what can come next."""

from dataclasses import asdict
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboard.ui import finding, ids
from dashboard.ui.browser import in_browser
from dashboard.ui.pages.topology_source import TopologySource
from dashboard.ui.state import topology as state
from dashboard.ui.views.expression_fault import expression_fault

LONGEST_TEXT = 4_000


def register(app: Dash, source: TopologySource) -> None:
    """Connect the fields."""
    outputs = Output(ids.TOPOLOGY_FIND_FAULT, "children"), Output(ids.TOPOLOGY_HIDE_FAULT, "children")

    @app.callback(*outputs, Input(ids.LOCATION, "search"), on_error=lambda _error: (no_update, no_update))
    def judge(search: str | None) -> tuple[list[Component], list[Component]]:
        asked = state.parse(search)
        find, hide = (expression_fault(text, finding.fault(text)) for text in (asked.find, asked.hide))
        return find, hide

    @app.callback(
        Output(ids.TOPOLOGY_SUGGESTIONS, "data"),
        Input(ids.TOPOLOGY_COMPLETE, "data"),
        State(ids.LOCATION, "search"),
        on_error=lambda _error: no_update,
    )
    def suggest(question: Any, search: str | None) -> Any:
        if not isinstance(question, dict):
            return no_update
        text, cursor = str(question.get("text", ""))[:LONGEST_TEXT], int(question.get("cursor", 0))
        graph = source.see(state.parse(search)).graph
        return question | {"suggestions": [asdict(each) for each in finding.suggest(graph, text, cursor)]}

    in_browser(
        app,
        "meshhub_expressions",
        "show",
        Output(ids.TOPOLOGY_FIND_FAULT, "data-done"),
        Input(ids.TOPOLOGY_SUGGESTIONS, "data"),
    )
