"""Styles: a look in words of our own, for models that read a prompt.

The keys of the seventeen styles that a provider knows by name are that provider's names. How this
computer draws each style over a picture stands in `studio.presets.looks` under the same key.
"""

from studio.presets.styles import camera, drawn, made
from studio.presets.styles._style import GROUPS, Style

STYLES: tuple[Style, ...] = (*camera.STYLES, *drawn.STYLES, *made.STYLES)

__all__ = ["GROUPS", "STYLES", "Style"]
