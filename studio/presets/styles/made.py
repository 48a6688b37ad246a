"""Styles of things made by hand or by computer, and moods."""

from __future__ import annotations

from studio.presets.styles._style import Style

STYLES = (
    Style(
        "origami",
        "Origami",
        "folded from paper, crisp creases, flat facets, soft studio shadow",
        "craft",
    ),
    Style(
        "modeling-compound",
        "Modeling clay",
        "shaped from modeling clay, rounded forms, fingerprints, toy-like colors, soft light",
        "craft",
    ),
    Style(
        "stained-glass",
        "Stained glass",
        "window of colored glass, dark lead lines, curved ornament, light from behind",
        "craft",
    ),
    Style(
        "mosaic",
        "Mosaic",
        "mosaic of small stones in pale mortar, slightly uneven, antique colors",
        "craft",
    ),
    Style(
        "paper-cut",
        "Paper cut",
        "layered paper scene, each sheet a different color, soft shadows between the layers",
        "craft",
    ),
    Style(
        "cross-stitch",
        "Cross-stitch",
        "embroidered in small crosses on linen, limited thread colors",
        "craft",
    ),
    Style(
        "felt-puppet",
        "Felt",
        "made of felt and wool, fuzzy fibres, visible seams, cozy handmade stage",
        "craft",
    ),
    Style(
        "toy-bricks",
        "Toy bricks",
        "built from small plastic building blocks with round studs, bright plain colors",
        "craft",
    ),
    Style(
        "tile-texture",
        "Seamless tile",
        "seamless repeating pattern, even lighting, motif that joins at every edge",
        "craft",
    ),
    Style(
        "digital-art",
        "Digital art",
        "polished digital illustration, luminous colors, smooth shading, dramatic rim light",
        "digital",
    ),
    Style(
        "3d-model",
        "3D model",
        "three-dimensional computer model, smooth materials, soft global light, neutral backdrop",
        "digital",
    ),
    Style(
        "low-poly",
        "Low poly",
        "low-polygon model, flat triangular facets, clean gradients, simple shapes",
        "digital",
    ),
    Style(
        "pixel-art",
        "Pixel art",
        "pixel art, coarse square pixels, small palette, crisp edges, game-like view",
        "digital",
    ),
    Style(
        "isometric",
        "Isometric",
        "isometric view, equal angles, tidy small-scale world, crisp light and dark sides",
        "digital",
    ),
    Style(
        "neon-punk",
        "Neon punk",
        "futuristic scene drawn in glowing neon tubes, violet darkness, hot pink and electric blue",
        "digital",
    ),
    Style(
        "vaporwave",
        "Vaporwave",
        "pink and cyan retro-computer dream, gradients, sunset grid, marble calm",
        "digital",
    ),
    Style(
        "glitch-art",
        "Glitch",
        "broken digital signal, shifted color channels, torn rows, scan lines",
        "digital",
    ),
    Style(
        "retro-terminal",
        "Green screen",
        "picture on an old green monitor, glowing phosphor, scan lines, curved dark corners",
        "digital",
    ),
    Style(
        "thermal",
        "Heat camera",
        "thermal camera view, violet cold to yellow heat, soft outlines",
        "digital",
    ),
    Style(
        "psychedelic",
        "Psychedelic",
        "psychedelic vision, melting waves, rainbow contours, impossible colors",
        "mood",
    ),
    Style(
        "symmetric-pastel",
        "Pastel storybook",
        "centred storybook composition, powder pink, mint and butter yellow, neat props",
        "mood",
    ),
    Style(
        "one-point-symmetry",
        "Cold symmetry",
        "exact central perspective, cold white light, long corridor, unsettling calm",
        "mood",
    ),
    Style(
        "uncanny-dream",
        "Red unease",
        "dreamlike unease, deep red curtains, pools of lamp light, slow dread",
        "mood",
    ),
    Style(
        "lo-fi-bedroom",
        "Late-night room",
        "cozy room at night, one warm lamp, violet dusk in the window, soft grain",
        "mood",
    ),
    Style(
        "brutalist-concrete",
        "Concrete",
        "raw concrete, hard shade, drained color, massive plain forms",
        "mood",
    ),
    Style(
        "golden-cosmos",
        "Golden cosmos",
        "regal figure of a far future, gold ornament, deep violet night, star patterns",
        "mood",
    ),
    Style(
        "retro-sci-fi",
        "Yesterday's future",
        "space age as once imagined, chrome and orange panels, matte painted sky, faded print",
        "mood",
    ),
    Style(
        "winter-silence",
        "Winter silence",
        "still winter morning, pale blue snow light, breath in the air, few colors",
        "mood",
    ),
    Style(
        "autumn-glow",
        "Autumn glow",
        "late autumn, copper and wine-red leaves, low honey light, mild haze",
        "mood",
    ),
)
