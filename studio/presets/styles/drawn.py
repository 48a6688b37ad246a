"""Styles of drawing, painting and printing."""

from __future__ import annotations

from studio.presets.styles._style import Style

STYLES = (
    Style(
        "line-art",
        "Line art",
        "clean ink outlines on white, no shading, even strokes",
        "drawing",
    ),
    Style(
        "anime",
        "Anime",
        "drawn animation frame, clean outlines, flat cel shading, bright skies, expressive light",
        "drawing",
    ),
    Style(
        "comic-book",
        "Comic book",
        "comic panel, bold black outlines, dotted shadows, strong primary colors",
        "drawing",
    ),
    Style(
        "pencil-sketch",
        "Pencil sketch",
        "graphite drawing on white paper, slanting strokes, loose edges, visible construction",
        "drawing",
    ),
    Style(
        "color-pencil",
        "Colored pencil",
        "drawing in colored pencils, layered strokes, paper showing through, soft outlines",
        "drawing",
    ),
    Style(
        "charcoal",
        "Charcoal",
        "charcoal drawing, broad smudged darks, rough paper tooth, a few sharp accents",
        "drawing",
    ),
    Style(
        "ink-hatching",
        "Engraving",
        "copperplate engraving, parallel lines that swell in the shadows, cream paper",
        "drawing",
    ),
    Style(
        "stipple",
        "Stipple",
        "pen drawing made of dots alone, dense in the shadows, scientific care",
        "drawing",
    ),
    Style(
        "chalkboard",
        "Chalkboard",
        "white chalk on a dark green board, dusty strokes, hand-drawn outlines",
        "drawing",
    ),
    Style(
        "blueprint",
        "Blueprint",
        "technical drawing in white lines on blue paper, fine grid, exact outlines",
        "drawing",
    ),
    Style(
        "fantasy-art",
        "Fantasy art",
        "painted fantasy illustration, glowing light through mist, rich jewel colors, epic scale",
        "painting",
    ),
    Style(
        "hand-painted-fantasy",
        "Painted meadow",
        "hand-painted animation background, gouache clouds, lush greens, gentle summer light",
        "painting",
    ),
    Style(
        "renaissance-painting",
        "Old master",
        "old-master oil painting, dark ground, light from one side, warm glazes, fine cracks",
        "painting",
    ),
    Style(
        "oil-painting",
        "Oil painting",
        "oil on canvas, visible brush strokes, thick highlights, harmonious color",
        "painting",
    ),
    Style(
        "impressionist",
        "Impressionist",
        "impressionist painting, short broken strokes, shimmering open-air light, violet shadows",
        "painting",
    ),
    Style(
        "starry-swirls",
        "Swirling strokes",
        "expressive painting, thick swirling strokes, deep blue and yellow, restless sky",
        "painting",
    ),
    Style(
        "watercolor",
        "Watercolor",
        "watercolor, wet washes with darker rims, white paper left open, granulating pigment",
        "painting",
    ),
    Style(
        "pointillism",
        "Dots of paint",
        "painting built from small dabs of pure color that mix in the eye",
        "painting",
    ),
    Style(
        "ink-wash",
        "Ink wash",
        "brush and black ink on soft paper, pale washes, few strokes, much emptiness",
        "painting",
    ),
    Style(
        "woodblock-print",
        "Woodblock print",
        "woodblock print, flat muted colors, fine dark contour, textured paper, open areas",
        "print",
    ),
    Style(
        "linocut",
        "Linocut",
        "linocut print, black ink, carved white lines that follow the forms, bold shapes",
        "print",
    ),
    Style(
        "constructivist-poster",
        "Red and black poster",
        "geometric agitation poster, red, black and cream, diagonal shapes, flat ink",
        "print",
    ),
    Style(
        "pop-art",
        "Pop print",
        "screen print in loud flat colors, repeated commercial motif, visible dots",
        "print",
    ),
    Style(
        "risograph",
        "Two-ink print",
        "duplicator print in pink and blue inks, grainy overlaps, slightly out of register",
        "print",
    ),
    Style(
        "newsprint",
        "Newsprint",
        "newspaper picture, coarse black dots on gray paper, washed out",
        "print",
    ),
    Style(
        "cyanotype",
        "Cyanotype",
        "sun print in Prussian blue on cotton paper, brushed uneven borders",
        "print",
    ),
    Style(
        "retro-travel-poster",
        "Travel poster",
        "old travel poster, simplified shapes, few flat colors, long evening shadows",
        "print",
    ),
)
