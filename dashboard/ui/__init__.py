"""The hub's user interface: Dash, mounted under FastAPI."""

from dashboard.ui.app import create_ui
from dashboard.ui.security import content_security_policy

__all__ = ["content_security_policy", "create_ui"]
