"""Looks of drawing, painting and printing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOOKS: Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]] = {
    "line-art": (("contour", {"fine": 1.7}),),
    "anime": (
        ("smooth", {"radius": 0.012, "keep": 0.12}),
        ("posterize", {"levels": 6, "hard": 0.75}),
        ("saturate", {"by": 1.5}),
        ("bright", {"stops": 0.3}),
        ("outline", {"width": 0.0024, "strength": 0.85, "ink": "#2a1a30", "level": 0.12}),
        ("bloom", {"strength": 0.2, "radius": 0.03, "above": 0.7}),
    ),
    "comic-book": (
        ("smooth", {"radius": 0.012, "keep": 0.12}),
        ("posterize", {"levels": 5, "hard": 0.9}),
        ("saturate", {"by": 1.7}),
        ("contrast", {"amount": 0.35}),
        ("dots", {"cell": 0.014, "strength": 0.65}),
        ("outline", {"width": 0.0026, "level": 0.14}),
    ),
    "pencil-sketch": (("pencil", {}), ("paper", {"strength": 0.05, "tint": "#ffffff"})),
    "color-pencil": (
        ("saturate", {"by": 1.4}),
        ("bright", {"stops": 0.3}),
        ("crayon", {}),
        ("paper", {"strength": 0.08}),
    ),
    "charcoal": (("charcoal", {}), ("paper", {"strength": 0.06, "tint": "#ffffff"})),
    "ink-hatching": (("clarity", {"amount": 0.8}), ("hatch", {})),
    "stipple": (("clarity", {"amount": 0.8}), ("stipple", {})),
    "chalkboard": (
        ("contour", {"paper": "#1f3b31", "ink": "#f2f4ee", "width": 0.0028, "fine": 1.3}),
        ("grain", {"strength": 0.09, "size": 0.003}),
        ("haze", {"tint": "#4a6a5c", "strength": 0.3, "low": 0.5, "high": -0.6}),
        ("vignette", {"strength": 0.4}),
    ),
    "blueprint": (
        ("contour", {"paper": "#134a8e", "ink": "#eaf3ff", "width": 0.0018, "fine": 1.5}),
        ("rule", {"tint": "#bcd8ff", "count": 25, "strength": 0.3}),
        ("vignette", {"strength": 0.25, "tint": "#062048"}),
    ),
    "fantasy-art": (
        ("oil", {"radius": 0.008}),
        ("clarity", {"amount": 0.9, "radius": 0.05}),
        ("saturate", {"by": 1.45}),
        ("split", {"shadows": "#3a1a78", "lights": "#ffc860", "strength": 0.45}),
        ("bloom", {"strength": 0.5, "radius": 0.04, "above": 0.55}),
        ("vignette", {"strength": 0.55, "tint": "#12062c"}),
    ),
    "hand-painted-fantasy": (
        ("oil", {"radius": 0.012}),
        ("bright", {"stops": 0.35}),
        ("saturate", {"by": 1.45}),
        ("split", {"shadows": "#1a6a70", "lights": "#fff0b8", "strength": 0.35}),
        ("haze", {"tint": "#a8d8f0", "strength": 0.35, "low": 0.35, "high": -0.55}),
        ("paper", {"strength": 0.06, "tint": "#fffaf0"}),
    ),
    "renaissance-painting": (
        ("oil", {"radius": 0.007}),
        ("saturate", {"by": 0.9}),
        ("bright", {"stops": -0.55}),
        ("contrast", {"amount": 0.5, "middle": 0.4}),
        ("split", {"shadows": "#3a1e08", "lights": "#f0c878", "strength": 0.55}),
        ("vignette", {"strength": 0.9, "start": 0.2, "tint": "#0c0603"}),
        ("cracks", {"strength": 0.2, "count": 75}),
        ("canvas", {"strength": 0.06, "threads": 220}),
    ),
    "oil-painting": (
        ("oil", {"radius": 0.01}),
        ("saturate", {"by": 1.3}),
        ("dabs", {"length": 0.055, "width": 0.013, "lively": 0.6}),
        ("canvas", {"strength": 0.08, "threads": 170}),
    ),
    "impressionist": (
        ("saturate", {"by": 1.55}),
        ("bright", {"stops": 0.25}),
        ("split", {"shadows": "#5a3ab0", "lights": "#ffe9a8", "strength": 0.4}),
        ("dabs", {"length": 0.03, "width": 0.011}),
        ("canvas", {"strength": 0.06, "threads": 170}),
    ),
    "starry-swirls": (
        ("saturate", {"by": 1.3}),
        (
            "ink_mix",
            {"colors": ("#0a1440", "#1f4fa8", "#5f9fc0", "#f0d860", "#fff6c8"), "share": 0.45},
        ),
        (
            "strokes",
            {"length": 0.04, "width": 0.0055, "relief": 0.5, "wander": 0.6},
        ),
    ),
    "watercolor": (
        ("bright", {"stops": 0.6}),
        ("saturate", {"by": 1.6}),
        ("watercolor", {}),
        ("paper", {"strength": 0.1, "size": 0.003}),
    ),
    "pointillism": (("saturate", {"by": 1.6}), ("bright", {"stops": 0.2}), ("paint_dots", {})),
    "ink-wash": (
        ("mono", {}),
        ("curve", {"every": (0.08, 0.42, 0.74, 0.92, 1.0)}),
        ("watercolor", {"radius": 0.009, "wet": 1.2}),
        ("outline", {"width": 0.0028, "strength": 0.75, "ink": "#141416", "level": 0.02}),
        ("paper", {"strength": 0.1, "tint": "#f3ecdc"}),
    ),
    "woodblock-print": (
        ("smooth", {"radius": 0.015, "keep": 0.12}),
        (
            "palette",
            {
                "colors": (
                    "#1d2b45",
                    "#35597d",
                    "#7fa3a8",
                    "#c8502f",
                    "#d9995a",
                    "#e6cfa0",
                    "#f3e8cf",
                    "#6b4a3a",
                    "#e8b48c",
                    "#b0aea0",
                )
            },
        ),
        ("median", {"radius": 0.004}),
        ("outline", {"width": 0.002, "ink": "#18202f", "level": 0.08}),
        ("wood", {"strength": 0.1}),
        ("paper", {"strength": 0.07, "tint": "#fbf3e0"}),
    ),
    "linocut": (("clarity", {"amount": 0.6}), ("gouge", {}), ("paper", {"strength": 0.05})),
    "constructivist-poster": (
        ("contrast", {"amount": 0.4}),
        (
            "cut",
            {"levels": (0.3, 0.52, 0.78), "inks": ("#16120f", "#c8201c", "#e0857a", "#f2e6cc")},
        ),
        ("rays", {"tint": "#c8201c"}),
        ("grain", {"strength": 0.04, "size": 0.003}),
        ("paper", {"strength": 0.07}),
    ),
    "pop-art": (
        ("smooth", {"radius": 0.01, "keep": 0.12}),
        (
            "cut",
            {
                "levels": (0.2, 0.4, 0.6, 0.8),
                "inks": ("#1b0f4a", "#ff2e88", "#35c8e8", "#ffd400", "#fff8dc"),
            },
        ),
        ("dots", {"cell": 0.02, "strength": 0.45}),
        ("outline", {"width": 0.002, "ink": "#12082e", "level": 0.06}),
    ),
    "risograph": (
        ("contrast", {"amount": 0.3}),
        ("press", {"inks": ("#ff4f7b", "#1f5fd0"), "shift": 0.006}),
        ("paper", {"strength": 0.04}),
    ),
    "newsprint": (
        ("clarity", {"amount": 0.6}),
        ("contrast", {"amount": 0.2}),
        ("halftone", {"colored": False, "cell": 0.0135, "paper": "#d9d4c6", "ink": "#26241f"}),
        ("paper", {"strength": 0.08, "tint": "#f4efe2"}),
    ),
    "cyanotype": (
        ("mono", {"red": 0.15, "green": 0.45, "blue": 0.4}),
        ("contrast", {"amount": 0.45}),
        ("ink", {"colors": ("#06183a", "#14467f", "#6fa3c8", "#f2f4ec")}),
        ("brushed", {"paper": "#f0eee2"}),
        ("paper", {"strength": 0.1, "tint": "#ffffff"}),
    ),
    "retro-travel-poster": (
        ("posterize", {"levels": 6}),
        ("smooth", {"radius": 0.01, "keep": 0.1}),
        ("bright", {"stops": 0.15}),
        (
            "palette",
            {
                "colors": (
                    "#17324a",
                    "#1f6f78",
                    "#6fb3a8",
                    "#f2e2b8",
                    "#f2a65a",
                    "#d9562b",
                    "#7a2c2f",
                    "#f7f0dc",
                    "#e8b088",
                    "#a8623c",
                    "#b8b0a0",
                    "#4a5a6a",
                )
            },
        ),
        ("median", {"radius": 0.005}),
        ("wash", {"colors": ("#ffd9a0", "#ffffff"), "strength": 0.5, "mode": "multiply"}),
        ("grain", {"strength": 0.05, "size": 0.0025}),
    ),
}
