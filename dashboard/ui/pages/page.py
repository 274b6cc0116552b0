"""What a page is."""

from collections.abc import Callable
from dataclasses import dataclass

from dash import Dash
from dash.development.base_component import Component

from dashboard.ui.reads import Reads
from meshhub.clock import Clock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page's callbacks work with.

    `prefix` is where the app is mounted, with slashes around it; `otlp_port` that of the OTLP/gRPC receiver.
    """

    reads: Reads
    clock: Clock
    prefix: str
    otlp_port: int


@dataclass(frozen=True, slots=True)
class Page:
    """One entry of the navigation. `key` follows "g" on the keyboard."""

    path: str
    title: str
    icon: str
    key: str
    layout: Callable[[], Component]
    register: Callable[[Dash, Surroundings], None]
