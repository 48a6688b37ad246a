"""Data only: looks and sizes to choose from. A new one is a row."""

from studio.presets.styles import STYLES, Style

__all__ = ["STYLES", "Style"]
