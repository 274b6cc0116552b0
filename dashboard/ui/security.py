"""The content security policy under which the user interface runs."""

from dash import Dash


def content_security_policy(app: Dash) -> str:
    """The header's value: everything from this host, scripts from files and Dash's own start line only.

    Styles may be inline: Mantine writes its variables and Plotly its rules into <style> elements. Images may be data
    URLs: our icons are.
    """
    hashes = " ".join(app.csp_hashes())
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
