"""The Dash application, made whole: the only place that knows all pages."""

from pathlib import Path

import dash_cytoscape  # noqa: F401  (registers its scripts, wherever in the app the graph first appears)
from dash import Dash, html

from dashboard.ui import frame, frame_callbacks
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.pages.table import PAGES
from dashboard.ui.reads import Reads
from meshhub.clock import Clock

_ASSETS = Path(__file__).parent / "assets"


def create_ui(reads: Reads, clock: Clock, prefix: str = "/ui/", *, otlp_port: int = 4317) -> Dash:
    """The user interface as a WSGI application (`.server`) to be mounted at `prefix`.

    The server in front strips the prefix; Dash puts it before every address that it gives to the browser. `otlp_port`
    is where the page that connects the first proxy sends it: the port of the OTLP/gRPC receiver.
    """
    app = Dash(
        "meshhub",
        assets_folder=str(_ASSETS),
        requests_pathname_prefix=prefix,
        routes_pathname_prefix="/",
        serve_locally=True,
        update_title="",
        title="meshhub",
        add_log_handler=False,
        use_pages=False,
    )
    app.layout = frame.layout(PAGES, prefix)
    # Dash declares it as None only.
    app.validation_layout = html.Div([app.layout, *(page.layout() for page in PAGES)])  # type: ignore[assignment]
    surroundings = Surroundings(reads, clock, prefix, otlp_port)
    frame_callbacks.register(app, surroundings)
    for page in PAGES:
        page.register(app, surroundings)
    return app
