"""What a file is for, and the settings that suit it. Each row says all of them, None no limit."""

from collections.abc import Mapping
from typing import Any


def _row(format: str, quality: int, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "target_kb": None,
        "longest_side": None,
        "color_space": "srgb",
        "strip_metadata": True,
    }
    return {"format": format, "quality": quality, **usual, **more}


COMPRESSION: Mapping[str, Mapping[str, Any]] = {
    "web": _row("webp", 80, longest_side=2048),
    "email": _row("jpeg", 70, target_kb=200, longest_side=1600),
    "social": _row("jpeg", 85, longest_side=2048),
    "archive": _row("png", 100, color_space="keep", strip_metadata=False),
    "smallest": _row("webp", 60),
}
LABELS = {"own": "Own", "email": "E-mail", "smallest": "Small"}
