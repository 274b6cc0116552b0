"""The colours, once: for the style sheet, the graph and the charts, light and dark.

Meaning is never carried by colour alone: each health has a shape and a word. `tests/dashboard/ui/test_theme.py` holds
every pair of text and surface to WCAG 2.2 AA (4.5:1 for text, 3:1 for shapes), and the style sheet to these values.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from topology.diff.model import Change
from topology.health import Health


class Scheme(StrEnum):
    """Which set of colours is on."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme as #rrggbb."""

    page: str
    surface: str
    raised: str
    line: str
    outline: str
    text: str
    muted: str
    accent: str
    on_accent: str
    healthy: str
    degraded: str
    failing: str
    idle: str
    unmeasured: str
    found: str

    def change(self, change: Change) -> str:
        """The colour of a change that is drawn."""
        return {
            Change.WORSE: self.failing,
            Change.BETTER: self.healthy,
            Change.ADDED: self.healthy,
            Change.REMOVED: self.idle,
        }[change]

    def health(self, health: Health) -> str:
        return {
            Health.HEALTHY: self.healthy,
            Health.DEGRADED: self.degraded,
            Health.FAILING: self.failing,
            Health.IDLE: self.idle,
            Health.NOT_MEASURED: self.unmeasured,
        }[health]


TOKENS = {
    Scheme.LIGHT: Tokens(
        page="#f4f6f8",
        surface="#ffffff",
        raised="#eaeef2",
        line="#d7dde4",
        outline="#7b8794",
        text="#18202a",
        muted="#525e6c",
        accent="#2557c4",
        on_accent="#ffffff",
        healthy="#0a7350",
        degraded="#965500",
        failing="#bb2318",
        idle="#5f6b79",
        unmeasured="#5f6b79",
        found="#c79400",
    ),
    Scheme.DARK: Tokens(
        page="#0e1217",
        surface="#161b22",
        raised="#222a33",
        line="#303945",
        outline="#76838f",
        text="#e6eaf0",
        muted="#a3b0be",
        accent="#8aaeff",
        on_accent="#0e1217",
        healthy="#46c597",
        degraded="#f0a83e",
        failing="#ff7b70",
        idle="#97a4b2",
        unmeasured="#97a4b2",
        found="#e8c547",
    ),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state of health looks and reads besides its colour."""

    glyph: str
    word: str


MARKS = {
    Health.HEALTHY: Mark("●", "healthy"),
    Health.DEGRADED: Mark("▲", "degraded"),
    Health.FAILING: Mark("■", "failing"),
    Health.IDLE: Mark("○", "idle"),
    Health.NOT_MEASURED: Mark("◌", "not measured"),
}


CHANGE_MARKS = {
    Change.WORSE: Mark("▼", "worse"),
    Change.BETTER: Mark("▲", "better"),
    Change.ADDED: Mark("+", "added"),
    Change.REMOVED: Mark("−", "removed"),
}
"""Changes that are drawn; the others look like nothing happened."""


CHART_NEUTRAL = "#7b8794"
"""For what has no colour of its own."""
SERVICE_HUES = (
    "#3f7fdc",
    "#2f9a75",
    "#b97a12",
    "#9265d3",
    "#c2557f",
    "#1f93a8",
    "#7d8f1f",
    "#c0653b",
    "#5b74b8",
    "#a14fae",
)
"""Middle tones, legible on the surfaces of both schemes."""


def service_colour(name: str) -> str:
    """The colour of a service: the same on every page and after every restart."""
    return SERVICE_HUES[zlib.crc32(name.encode()) % len(SERVICE_HUES)]


def service_colours(names: Iterable[str]) -> Mapping[str, str]:
    """The colours of services that are seen together: each its own, or the next one that no other of them has.

    More services than there are colours share them.
    """
    colours: dict[str, str] = {}
    for name in sorted(set(names)):
        own = SERVICE_HUES.index(service_colour(name))
        circle = SERVICE_HUES[own:] + SERVICE_HUES[:own]
        taken = set(colours.values())
        colours[name] = next((hue for hue in circle if hue not in taken), circle[0])
    return colours


def style_sheet() -> str:
    """The tokens as CSS custom properties: the content of assets/tokens.css."""
    blocks = [_block(scheme, tokens) for scheme, tokens in TOKENS.items()]
    head = "/* Made from dashboard/ui/theme.py, and compared with it by its test: change the colours there. */\n"
    return head + "\n".join(blocks)


def _block(scheme: Scheme, tokens: Tokens) -> str:
    lines = [f"  --mh-{name.replace('_', '-')}: {value};" for name, value in asdict(tokens).items()]
    return "\n".join([f':root[data-mantine-color-scheme="{scheme}"] {{', f"  color-scheme: {scheme};", *lines, "}", ""])
