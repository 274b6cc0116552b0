"""Who is logged in, and the way out."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui.views.parts import aria
from meshhub.principal import LOCAL, Principal

LOGOUT = "/logout"


def who(principal: Principal) -> Component | None:
    """Nothing where nobody has to log in."""
    if principal is LOCAL:
        return None
    tenant = "" if principal.tenant is None else f", tenant {principal.tenant}"
    name = html.Span(principal.name, className="who-name", title=f"{principal.name}: {principal.role}{tenant}")
    out = html.Button("Log out", type="submit", className="button", **aria(label=f"Log out {principal.name}"))
    return html.Form([name, out], action=LOGOUT, method="post", className="who")
