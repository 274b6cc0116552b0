"""Callbacks that run in the browser: functions of assets/*.js, never inline scripts, which the policy would refuse."""

from typing import Any

from dash import ClientsideFunction, Dash


def in_browser(app: Dash, namespace: str, function: str, *wiring: Any) -> None:
    """Call `dash_clientside.<namespace>.<function>` when an input changes."""
    app.clientside_callback(ClientsideFunction(namespace, function), *wiring)  # type: ignore[no-untyped-call]
