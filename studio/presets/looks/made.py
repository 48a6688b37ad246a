"""Looks of things made by hand or by computer, and of moods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOOKS: Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]] = {
    "origami": (
        ("saturate", {"by": 1.2}),
        ("facets", {"count": 420, "edges": 0.55, "relief": 0.12}),
        ("pastel", {"strength": 0.2}),
        ("paper", {"strength": 0.06, "tint": "#fffdf8"}),
    ),
    "modeling-compound": (
        ("oil", {"radius": 0.014}),
        ("saturate", {"by": 1.45}),
        ("fingerprints", {"strength": 0.045}),
        ("relief", {"depth": 0.55, "radius": 0.006, "gloss": 0.3}),
        ("bright", {"stops": 0.15}),
    ),
    "stained-glass": (("saturate", {"by": 1.9}), ("contrast", {"amount": 0.3}), ("glass", {})),
    "mosaic": (("saturate", {"by": 1.2}), ("clarity", {"amount": 0.5}), ("mosaic", {})),
    "paper-cut": (("saturate", {"by": 2.0}), ("layers", {})),
    "cross-stitch": (("saturate", {"by": 1.25}), ("clarity", {"amount": 0.5}), ("stitches", {})),
    "felt-puppet": (
        ("oil", {"radius": 0.014}),
        ("saturate", {"by": 1.25}),
        ("relief", {"depth": 0.4, "radius": 0.01}),
        ("fuzz", {"strength": 0.13}),
        ("soft", {"strength": 0.15, "radius": 0.006}),
    ),
    "toy-bricks": (("saturate", {"by": 1.5}), ("clarity", {"amount": 0.5}), ("bricks", {})),
    "tile-texture": (
        ("posterize", {"levels": 8, "hard": 0.4}),
        ("saturate", {"by": 1.2}),
        ("tiled", {"times": 4}),
    ),
    "digital-art": (
        ("oil", {"radius": 0.005, "longest": 1600}),
        ("clarity", {"amount": 1.2, "radius": 0.04}),
        ("saturate", {"by": 1.6}),
        ("split", {"shadows": "#1a2a9a", "lights": "#ff9ad0", "strength": 0.4}),
        ("bloom", {"strength": 0.35, "radius": 0.03, "above": 0.6}),
        ("sharpen", {"amount": 1.0, "radius": 0.004}),
    ),
    "3d-model": (
        ("smooth", {"radius": 0.012, "keep": 0.14}),
        ("saturate", {"by": 1.2}),
        ("relief", {"depth": 0.4, "radius": 0.006, "gloss": 0.5}),
        ("split", {"shadows": "#2a3a6a", "lights": "#ffffff", "strength": 0.2}),
        ("bloom", {"strength": 0.2, "radius": 0.02, "above": 0.75}),
    ),
    "low-poly": (("saturate", {"by": 1.35}), ("facets", {"count": 1100, "edges": 0.65})),
    "pixel-art": (
        ("saturate", {"by": 1.4}),
        ("contrast", {"amount": 0.3}),
        ("pixels", {"count": 84, "levels": 8}),
    ),
    "isometric": (
        ("saturate", {"by": 1.3}),
        ("clarity", {"amount": 0.6}),
        ("cubes", {"count": 34}),
    ),
    "neon-punk": (
        ("glow", {"colors": ("#ff2bd6", "#a23bff", "#19c8ff", "#3dffc8"), "ground": 0.3}),
        ("split", {"shadows": "#3a0a6a", "lights": "#ffffff", "strength": 0.25}),
    ),
    "vaporwave": (
        ("contrast", {"amount": 0.2}),
        (
            "ink_mix",
            {"colors": ("#2a0a5e", "#8a2be2", "#ff5fc8", "#ffc0e8", "#a8fff6"), "share": 0.8},
        ),
        ("wash", {"colors": ("#01cdfe", "#b967ff", "#ff71ce"), "strength": 0.35, "angle": 60}),
        ("scanlines", {"count": 110, "strength": 0.15}),
        ("chroma", {"shift": 0.004}),
    ),
    "glitch-art": (
        ("contrast", {"amount": 0.3}),
        ("glitch", {"strength": 0.05}),
        ("chroma", {"shift": 0.009}),
        ("scanlines", {"count": 120, "strength": 0.25}),
    ),
    "retro-terminal": (
        ("clarity", {"amount": 0.8}),
        ("contrast", {"amount": 0.3}),
        ("bright", {"stops": 0.5}),
        ("pixels", {"count": 200}),
        ("ink", {"colors": ("#010a04", "#0b5a2a", "#37e07a", "#c8ffd8")}),
        ("scanlines", {"count": 100, "strength": 0.5}),
        ("bloom", {"strength": 0.5, "radius": 0.012, "above": 0.4}),
        ("vignette", {"strength": 0.85, "start": 0.4}),
    ),
    "thermal": (
        ("soft", {"strength": 0.6, "radius": 0.01}),
        (
            "ink",
            {
                "colors": (
                    "#060022",
                    "#3a0a7a",
                    "#a01a8a",
                    "#e8452a",
                    "#ff9a1a",
                    "#ffe85a",
                    "#ffffff",
                )
            },
        ),
    ),
    "psychedelic": (
        ("ripple", {"amount": 0.035, "waves": 2.5}),
        ("smooth", {"radius": 0.02, "keep": 0.15}),
        ("solarize", {"turns": 3.0}),
        ("wash", {"colors": ("#ff00c8", "#ffe600", "#00ffd0", "#7a00ff"), "strength": 0.45}),
        ("saturate", {"by": 1.9}),
    ),
    "symmetric-pastel": (
        ("saturate", {"by": 1.1}),
        ("bright", {"stops": 0.2}),
        ("split", {"shadows": "#2a9a90", "lights": "#ff9ab0", "strength": 0.4}),
        ("wash", {"colors": ("#ff9fb8", "#f8e6a0"), "strength": 0.3}),
        ("curve", {"every": (0.12, 0.34, 0.57, 0.79, 0.96)}),
    ),
    "one-point-symmetry": (
        ("saturate", {"by": 0.5}),
        ("warm", {"amount": -0.14}),
        ("clarity", {"amount": 0.9}),
        ("curve", {"every": (0.02, 0.26, 0.56, 0.84, 1.0)}),
        ("vignette", {"strength": 0.35, "tint": "#0a1a2a"}),
    ),
    "uncanny-dream": (
        ("contrast", {"amount": 0.5}),
        ("bright", {"stops": -0.45}),
        ("ink_mix", {"colors": ("#080204", "#5a0a12", "#c02a24", "#f0b088"), "share": 0.7}),
        ("soft", {"strength": 0.45, "radius": 0.02}),
        ("vignette", {"strength": 0.9, "start": 0.2}),
    ),
    "lo-fi-bedroom": (
        ("bright", {"stops": -0.3}),
        ("split", {"shadows": "#4a2a8a", "lights": "#ffb060", "strength": 0.6}),
        ("leak", {"tint": "#ff9a4a", "strength": 0.7, "from_left": True}),
        ("curve", {"every": (0.1, 0.28, 0.5, 0.72, 0.9)}),
        ("grain", {"strength": 0.05, "colored": 0.5}),
        ("soft", {"strength": 0.25, "radius": 0.012}),
    ),
    "brutalist-concrete": (
        ("saturate", {"by": 0.12}),
        ("clarity", {"amount": 1.6, "radius": 0.05}),
        ("contrast", {"amount": 0.35}),
        ("split", {"shadows": "#40484c", "lights": "#b8b0a4", "strength": 0.3}),
        ("concrete", {"strength": 0.2}),
    ),
    "golden-cosmos": (
        ("contrast", {"amount": 0.4}),
        (
            "ink_mix",
            {"colors": ("#0c0326", "#3a1266", "#a8642a", "#f2c14e", "#fff3c8"), "share": 0.85},
        ),
        ("bloom", {"strength": 0.4, "radius": 0.02, "above": 0.6}),
        ("stars", {}),
        ("vignette", {"strength": 0.6, "tint": "#0c0326"}),
    ),
    "retro-sci-fi": (
        ("oil", {"radius": 0.007}),
        (
            "curve",
            {
                "every": (0.08, 0.28, 0.52, 0.76, 0.94),
                "red": (0.04, 0.28, 0.56, 0.82, 1.0),
                "blue": (0.16, 0.34, 0.5, 0.62, 0.74),
            },
        ),
        ("split", {"shadows": "#0f5a66", "lights": "#ff9a50", "strength": 0.6}),
        ("grain", {"strength": 0.045, "size": 0.002}),
        ("paper", {"strength": 0.06, "tint": "#fbf0d8"}),
    ),
    "winter-silence": (
        ("saturate", {"by": 0.35}),
        ("bright", {"stops": 0.5}),
        ("split", {"shadows": "#3a6aa8", "lights": "#e8f4ff", "strength": 0.5}),
        ("haze", {"tint": "#e6f0fa", "strength": 0.5, "low": -0.2, "high": 0.6}),
        ("snow", {}),
    ),
    "autumn-glow": (
        ("saturate", {"by": 1.2}),
        ("warm", {"amount": 0.2, "tint": 0.03}),
        ("split", {"shadows": "#5a1020", "lights": "#ffc050", "strength": 0.5}),
        ("haze", {"tint": "#ffc880", "strength": 0.35, "low": 0.3, "high": -0.5}),
        ("soft", {"strength": 0.3, "radius": 0.02}),
        ("vignette", {"strength": 0.4, "tint": "#2a0c08"}),
    ),
}
