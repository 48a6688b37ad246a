"""Data only: looks and sizes to choose from. A new one is a row."""

from studio.presets.styles import STYLES, Style
from studio.presets.templates import TEMPLATES, Template

__all__ = ["STYLES", "TEMPLATES", "Style", "Template"]
