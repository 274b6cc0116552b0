"""The hub's settings: the sections of all packages in one model, and the four places their values come from.

Defaults < settings file (`--config`) < environment (`MESHHUB_SECTION__NAME`) < command line.
"""

from meshhub.settings.flags import Flag, parse_assignment
from meshhub.settings.loading import LoadedSettings, load_settings
from meshhub.settings.model import Settings

__all__ = ["Flag", "LoadedSettings", "Settings", "load_settings", "parse_assignment"]
