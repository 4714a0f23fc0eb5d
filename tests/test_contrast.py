"""Every pair of colours that the pages rely on keeps its contrast, in light and in dark."""

import re

import pytest
from django.conf import settings

TEXT, MARK = 4.5, 3.0
SURFACES = ("page", "surface", "sunken")
PAIRS = [
    *((ink, surface, TEXT) for ink in ("ink", "ink-2", "ink-3") for surface in SURFACES),
    *(
        (word, behind, TEXT)
        for word in ("good", "risk", "bad", "none", "accent")
        for behind in ("page", "surface", f"{word}-soft")
    ),
    ("on-accent", "accent", TEXT),
    *((mark, surface, MARK) for mark in ("focus", "line-strong") for surface in SURFACES[:2]),
    *((mark, "surface", MARK) for mark in ("actual", "forecast")),
]
DARK_BY_SYSTEM = r"@media screen and \(prefers-color-scheme: dark\)"
DARK_BY_CHOICE = r':root\[data-theme="dark"\]'


def tokens(css: str) -> dict[str, str]:
    """Read the colours that a piece of style sheet sets."""
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})\b", css))


def themes() -> dict[str, dict[str, str]]:
    """Read the light and the two dark sets of colours."""
    css = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    light, rest = re.split(DARK_BY_SYSTEM, css, maxsplit=1)
    by_system, by_choice = re.split(DARK_BY_CHOICE, rest, maxsplit=1)
    return {
        "light": tokens(light),
        "dark": tokens(light) | tokens(by_system),
        "chosen dark": tokens(light) | tokens(by_choice),
    }


def luminance(colour: str) -> float:
    """Give the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_both_ways_to_the_dark_theme_give_the_same_colours() -> None:
    found = themes()

    assert found["dark"] == found["chosen dark"]
    assert found["dark"] != found["light"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_keeps_its_contrast(theme: str) -> None:
    colours = themes()[theme]

    weak = {
        f"{front} on {back}": round(contrast(colours[front], colours[back]), 2)
        for front, back, bound in PAIRS
        if contrast(colours[front], colours[back]) < bound
    }

    assert weak == {}
