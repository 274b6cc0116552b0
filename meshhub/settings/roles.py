"""The roles of a process: what of the hub it runs, and which of them can be in different processes."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from meshhub.configuration import Location

if TYPE_CHECKING:
    from meshhub.settings.model import Settings


class HubRole(StrEnum):
    """What a process of the hub does. One process has all of them by default."""

    COLLECTOR = "collector"
    """Receives, scrapes, journals and loads telemetry. Any number, each with a volume of its own."""
    WEB = "web"
    """Pages and API. Any number."""
    ALERTING = "alerting"
    """Evaluates SLOs and tells receivers. Any number, of which one at a time is active."""
    ADS = "ads"
    """Configures proxies over xDS. Any number, each with the same mesh file."""


ALL_ROLES = tuple(HubRole)


def undivided(settings: "Settings") -> Iterator[tuple[Location, str]]:
    """Why these roles cannot be in a process of their own, if they cannot."""
    missing = {HubRole.COLLECTOR, HubRole.WEB} - set(settings.roles)
    if settings.is_embedded and missing:
        reason = (
            "roles: the embedded engine belongs to one process, so nobody else could be "
            f"{' and '.join(sorted(missing))}: add what is missing, or set store to a ClickHouse server "
            "(clickhouse://host:8123), which processes share"
        )
        yield ("roles",), reason
