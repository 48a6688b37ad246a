"""Colors by name: the one that is nearest to a dominant color, which is what people ask for."""

from __future__ import annotations

import colorsys
import re

NAMES = (
    "red",
    "orange",
    "yellow",
    "green",
    "teal",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "gray",
    "white",
)
SAME = {"grey": "gray", "violet": "purple", "cyan": "teal", "turquoise": "teal", "magenta": "pink"}
# Where on the circle of hues, in degrees, a name ends.
_ENDS = (
    (15, "red"),
    (45, "orange"),
    (70, "yellow"),
    (160, "green"),
    (195, "teal"),
    (255, "blue"),
    (290, "purple"),
    (345, "pink"),
    (361, "red"),
)
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


def tint(color: str) -> str:
    """`#1e90ff` → `blue`; "" for what is no color."""
    match = _HEX.fullmatch(color)
    if not match:
        return ""
    digits = match[1] if len(match[1]) == 6 else "".join(d * 2 for d in match[1])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, _ = colorsys.rgb_to_hls(red, green, blue)
    spread = max(red, green, blue) - min(red, green, blue)
    if light < 0.1:
        return "black"
    if light > 0.93:
        return "white"
    if spread < 0.1:
        return "gray"
    name = next(name for end, name in _ENDS if hue * 360 < end)
    return "brown" if name in ("red", "orange") and light < 0.4 and spread < 0.55 else name


def named(text: str) -> str:
    """The name that a word or a #hex of a search means. Raises ValueError."""
    word = text.strip().lower()
    if name := (word if word in NAMES else SAME.get(word) or tint(word)):
        return name
    raise ValueError(
        f"“{text[:40]}” is not a color. Use one of: {', '.join(NAMES)}; or one like #1e90ff."
    )
