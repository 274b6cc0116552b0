from pathlib import Path

import pytest

from dashboard.ui import theme
from dashboard.ui.theme import MARKS, TOKENS, Scheme
from topology.health import Health

TOKENS_FILE = Path(theme.__file__).parent / "assets" / "tokens.css"
TEXT, SHAPE = 4.5, 3.0


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("surface", ["page", "surface", "raised"])
@pytest.mark.parametrize("text", ["text", "muted", "accent", "healthy", "degraded", "failing", "idle", "unmeasured"])
def test_text_is_legible_on_every_surface(scheme: Scheme, surface: str, text: str) -> None:
    tokens = TOKENS[scheme]
    assert contrast(getattr(tokens, text), getattr(tokens, surface)) >= TEXT


@pytest.mark.parametrize("scheme", Scheme)
def test_buttons_and_outlines_are_legible(scheme: Scheme) -> None:
    tokens = TOKENS[scheme]
    assert contrast(tokens.on_accent, tokens.accent) >= TEXT
    assert contrast(tokens.outline, tokens.page) >= SHAPE


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("colour", [*theme.SERVICE_HUES, theme.CHART_NEUTRAL])
def test_chart_colours_are_seen_on_both_schemes(scheme: Scheme, colour: str) -> None:
    assert contrast(colour, TOKENS[scheme].surface) >= SHAPE


def test_each_health_has_a_shape_and_a_word_of_its_own() -> None:
    assert set(MARKS) == set(Health)
    assert len({mark.glyph for mark in MARKS.values()}) == len({mark.word for mark in MARKS.values()}) == len(Health)


def test_a_service_keeps_its_colour() -> None:
    assert theme.service_colour("checkout") == theme.service_colour("checkout")
    together = ["gateway", "storefront", "catalog", "reviews", "ratings", "cart", "pricing"]
    colours = theme.service_colours(together)
    assert len(set(colours.values())) == len(together)
    assert theme.service_colours(reversed(together)) == colours
    assert theme.service_colours(["checkout"]) == {"checkout": theme.service_colour("checkout")}
    assert len(theme.service_colours(map(str, range(99)))) == 99
    assert len({theme.service_colour(f"service-{index}") for index in range(60)}) == len(theme.SERVICE_HUES)


def test_the_style_sheet_has_the_tokens() -> None:
    assert TOKENS_FILE.read_text(encoding="utf-8") == theme.style_sheet(), "write theme.style_sheet() to tokens.css"
