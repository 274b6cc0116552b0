"""Tables of any number of rows: only those that are seen are drawn (assets/grid.js has how cells look)."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashboard.ui.views.parts import aria

_THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--mh-surface)', foregroundColor: 'var(--mh-text)', "
    "headerBackgroundColor: 'var(--mh-surface)', headerTextColor: 'var(--mh-muted)', borderColor: 'var(--mh-line)', "
    "rowHoverColor: 'var(--mh-raised)', selectedRowBackgroundColor: 'var(--mh-raised)', "
    "accentColor: 'var(--mh-accent)', oddRowBackgroundColor: 'var(--mh-surface)', fontFamily: 'inherit', "
    "fontSize: 13, headerFontSize: 12, headerFontWeight: 500, spacing: 5, wrapperBorder: false, "
    "wrapperBorderRadius: 0, iconSize: 12, cellHorizontalPaddingScale: 0.8, columnBorder: false})"
)

Column = dict[str, Any]


def grid(
    element_id: str,
    columns: Sequence[Column],
    row_id: str,
    *,
    label: str,
    class_name: str = "",
    options: Mapping[str, Any] | None = None,
) -> Component:
    """An empty grid. `row_id` is the field that tells rows apart, so that scroll and selection survive a refresh."""
    made: Component = dag.AgGrid(
        id=element_id,
        columnDefs=list(columns),
        rowData=[],
        getRowId=f"params.data.{row_id}",
        defaultColDef={
            "resizable": True,
            "sortable": True,
            "suppressHeaderMenuButton": True,
            "minWidth": 60,
            "cellDataType": False,
        },
        dashGridOptions={
            "theme": {"function": _THEME},
            "rowHeight": 30,
            "headerHeight": 32,
            "animateRows": False,
            "ensureDomOrder": True,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "tooltipShowDelay": 400,
            "tooltipInteraction": True,
            "suppressDragLeaveHidesColumns": True,
            "suppressNoRowsOverlay": True,
            **(options or {}),
        },
        className=f"grid {class_name}".strip(),
        style={"height": "100%", "width": "100%"},
        dangerously_allow_code=False,
    )
    return html.Div(made, className="grid-frame", role="region", **aria(label=label))


def column(field: str, head: str, **more: Any) -> Column:
    """A column of text."""
    return {"field": field, "headerName": head, **more}


def number_column(field: str, head: str, **more: Any) -> Column:
    """A column that sorts by a number and shows the text that the row has for it in `text`."""
    return {
        "field": field,
        "headerName": head,
        "type": "rightAligned",
        "sortingOrder": ["desc", "asc", None],
        "valueFormatter": {"function": f"params.data.text.{field}"},
        **more,
    }
