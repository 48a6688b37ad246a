"""A name or a logo on a picture, readable on any ground."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from studio.engine import EngineError, Report, ignore, lettering
from studio.engine.stills import files
from studio.engine.stills.files import Color, Field, Pixels
from studio.engine.stills.regard import faces, importance

CORNERS = {
    "top-left": (0.0, 0.0),
    "top": (0.5, 0.0),
    "top-right": (1.0, 0.0),
    "left": (0.0, 0.5),
    "center": (0.5, 0.5),
    "right": (1.0, 0.5),
    "bottom-left": (0.0, 1.0),
    "bottom": (0.5, 1.0),
    "bottom-right": (1.0, 1.0),
}
TILED, SMART, CUSTOM = "tiled", "smart", "custom"
POSITIONS = (*CORNERS, TILED, SMART, CUSTOM)
CALM = ("bottom-right", "bottom-left", "top-right", "top-left")
"""The places of the smart mark; of equally calm ones the first."""
SMALLEST = 16
"""Pixels on a side of the place that a mark needs."""
MOST = 80
"""Characters."""
TURN = 30
"""Degrees by which the rows of the tiled mark rise."""
APART = 0.55
"""Between tiled marks, in widths of the mark."""
DRAWN = 160
"""The size at which letters are drawn before they are brought to their place."""
LOOKED = 512
"""The longer side of the picture in which a calm corner is looked for."""
REGARDED = 4
"""How much what stands out counts beside plain detail."""
LIGHT, DARK = 245, 12
"""The shadow of dark and of light letters."""


def watermark(
    source: Path,
    target: Path,
    *,
    text: str = "",
    logo: Path | None = None,
    position: str = "bottom-right",
    spot: tuple[float, float] = (0.5, 0.5),
    size: float = 0.2,
    opacity: float = 0.7,
    margin: float = 0.04,
    color: Color = files.WHITE,
    format: str = "png",
    report: Report = ignore,
) -> Path:
    """Write the picture with the mark on it.

    text: on one line. logo: a picture, as transparent as it is; above the words if there are both.
    size: the mark's width, 0 to 1 of the picture's. margin: 0 to 0.25 of its shorter side.
    position: one of POSITIONS; "smart" is the corner with least detail and no face, "custom" has
    the mark's middle at the `spot` (x and y from 0 to 1) as far as the margin allows.

    Raises EngineError for input that cannot be used, such as letters that the font lacks.
    """
    if position not in POSITIONS:
        raise EngineError(f"There is no place “{position}”. Choose from {', '.join(POSITIONS)}.")
    report(0.0, "reading")
    parts = [] if logo is None else [_emblem(files.load_rgba(logo))]
    parts += [lettered(text, color)] if text.strip() else []
    if not parts:
        raise EngineError("Words and logo are both missing. Give at least one of them.")
    pixels = files.load(source)
    height, width = pixels.shape[:2]
    edge = round(margin * min(width, height))
    space = (width - 2 * edge, height - 2 * edge)
    if min(space) < SMALLEST:
        raise EngineError(
            f"The picture is {width} × {height}, which leaves {max(space[0], 0)} × "
            f"{max(space[1], 0)} px for the mark. It needs {SMALLEST} × {SMALLEST}: use a larger "
            "picture or a smaller margin."
        )
    report(0.4, "drawing")
    inner = scaled(stacked(parts), size * width, space)
    mark = shadowed(inner, opacity)
    layer = Image.fromarray(pixels).convert("RGBA")
    if position == TILED:
        _tile(layer, mark)
    else:
        free = (space[0] - inner.width, space[1] - inner.height)
        if position == SMART:
            position = calmest(pixels, inner.size, edge)
        if position == CUSTOM:
            left, top = _around(spot, (width, height), inner.size, edge, free)
        else:
            across, down = CORNERS[position]
            left, top = edge + round(free[0] * across), edge + round(free[1] * down)
        rim = (mark.width - inner.width) // 2  # the shadow reaches into the margin
        _lay(layer, mark, left - rim, top - rim)
    report(0.9, "saving")
    marked = np.asarray(layer)
    return files.save(marked if pixels.shape[2] == 4 else marked[..., :3], target, format)


def _around(
    spot: tuple[float, float],
    picture: tuple[int, int],
    mark: tuple[int, int],
    edge: int,
    free: tuple[int, int],
) -> tuple[int, int]:
    """The left upper corner of a mark with its middle at the spot, held within the margin."""
    wanted = [round(s * p - m / 2) for s, p, m in zip(spot, picture, mark, strict=True)]
    left, top = (min(max(edge, w), edge + f) for w, f in zip(wanted, free, strict=True))
    return left, top


def calmest(pixels: Pixels, mark: tuple[int, int], edge: int) -> str:
    """The corner, one of CALM, where a mark of that size covers least that stands out. A face
    counts more than anything else."""
    height, width = pixels.shape[:2]
    steps = detail_of(pixels)
    rows, columns = steps.shape
    # What stands out is told by comparison only: where nothing is, it is noise.
    regard = cv2.resize(importance(pixels), (columns, rows)) * min(1.0, float(steps.max()))
    steps = steps + REGARDED * regard
    found = faces(pixels)

    def busy(corner: str) -> tuple[float, float]:
        across, down = CORNERS[corner]
        left = edge + (width - 2 * edge - mark[0]) * across
        top = edge + (height - 2 * edge - mark[1]) * down
        right, bottom = left + mark[0], top + mark[1]
        y = slice(int(top * rows / height), int(np.ceil(bottom * rows / height)))
        x = slice(int(left * columns / width), int(np.ceil(right * columns / width)))
        hidden = sum(
            max(0.0, min(right, f.right) - max(left, f.left))
            * max(0.0, min(bottom, f.bottom) - max(top, f.top))
            for f in found
        )
        return hidden, round(float(steps[y, x].mean()), 1)

    return min(CALM, key=busy)


def detail_of(pixels: Pixels) -> Field:
    """How far each place differs from its neighbors, in steps of 255, on a small grid."""
    height, width = pixels.shape[:2]
    by = min(1.0, LOOKED / max(height, width))
    size = (max(2, round(width * by)), max(2, round(height * by)))
    small = cv2.resize(pixels[..., :3], size, interpolation=cv2.INTER_AREA)
    light = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    return np.asarray((np.abs(across) + np.abs(down)) / 8, np.float32)


def line_of(text: str) -> str:
    """The words as they are drawn. Raises EngineError for what cannot be drawn."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    line = line.translate(lettering.AS_PICTURE_OR_SIGN)
    if len(line) > MOST:
        raise EngineError(f"The words have {len(line)} characters; a mark holds {MOST}.")
    missing = lettering.unknown(line.replace(" ", ""))
    if missing:
        named = ", ".join(
            f"“{c}” (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in missing[:6]
        )
        raise EngineError(
            f"The font has no {named}. It has the Latin, Greek and Cyrillic alphabets; leave other "
            "characters out, or bring them as a logo."
        )
    return line


def lettered(text: str, color: Color) -> Image.Image:
    """The words on nothing, as tight as they are. Raises EngineError for what cannot be drawn."""
    line = line_of(text)
    face = lettering.font(DRAWN)
    left, top, right, bottom = face.getbbox(line, anchor="ls")
    shape = (max(1, int(np.ceil(right - left))), max(1, int(np.ceil(bottom - top))))
    mask = Image.new("L", shape)
    ImageDraw.Draw(mask).text((-left, -top), line, 255, face, anchor="ls")
    drawn = Image.new("RGBA", shape, (*color, 0))
    drawn.putalpha(mask)
    return drawn


def _emblem(pixels: Pixels) -> Image.Image:
    """The logo without what is empty around it."""
    logo = Image.fromarray(pixels)
    box = logo.getchannel("A").point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    if box is None:
        raise EngineError("The logo is wholly transparent. Choose another.")
    return logo.crop(box)


def stacked(parts: list[Image.Image]) -> Image.Image:
    """One below the other, equally wide, with a gap. A tall logo is held narrower."""
    wide = max(part.width for part in parts)
    scaled_ = []
    for part in parts:
        share = min(1.0, 0.6 * wide / part.height) if part.height > part.width else 1.0
        size = (max(1, round(wide * share)), max(1, round(part.height * wide * share / part.width)))
        alone = len(parts) == 1
        scaled_.append(part if alone else part.resize(size, Image.Resampling.LANCZOS))
    gap = round(0.06 * wide)
    tall = sum(part.height for part in scaled_) + gap * (len(scaled_) - 1)
    whole = Image.new("RGBA", (max(part.width for part in scaled_), tall))
    top = 0
    for part in scaled_:
        whole.paste(part, ((whole.width - part.width) // 2, top))
        top += part.height + gap
    return whole


def scaled(mark: Image.Image, width: float, space: tuple[int, int]) -> Image.Image:
    """As wide as wanted, but no larger than the space."""
    by = min(width / mark.width, space[0] / mark.width, space[1] / mark.height)
    size = (max(1, int(mark.width * by)), max(1, int(mark.height * by)))
    return mark.resize(size, Image.Resampling.LANCZOS)


def shadowed(mark: Image.Image, opacity: float) -> Image.Image:
    """With a soft shadow inside the same place: dark around light marks, light around dark ones."""
    alpha = mark.getchannel("A")
    values = np.asarray(mark, np.float32)
    weight = values[..., 3]
    light = values[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)
    mean = float((light * weight).sum() / max(1.0, float(weight.sum())))
    shade = DARK if mean > 110 else LIGHT
    reach = max(0.8, 0.05 * min(mark.size))
    pad = round(3 * reach)
    grown = Image.new("L", (mark.width + 2 * pad, mark.height + 2 * pad))
    grown.paste(alpha, (pad, pad))
    near = grown.filter(ImageFilter.GaussianBlur(reach * 0.45))
    wide = grown.filter(ImageFilter.GaussianBlur(reach * 1.4))
    soft = np.asarray(near, np.float32) * 0.7 + np.asarray(wide, np.float32) * 0.8
    result = Image.new("RGBA", grown.size, (shade, shade, shade, 0))
    result.putalpha(Image.fromarray(np.clip(soft * 0.9, 0, 255).astype(np.uint8)))
    over = Image.new("RGBA", grown.size)
    over.paste(mark, (pad, pad))
    result = Image.alpha_composite(result, over)
    result.putalpha(result.getchannel("A").point(lambda value: round(value * opacity)))
    return result


def _lay(layer: Image.Image, mark: Image.Image, left: int, top: int) -> None:
    """Onto the layer, cut where it reaches over an edge."""
    box = (
        max(0, left),
        max(0, top),
        min(layer.width, left + mark.width),
        min(layer.height, top + mark.height),
    )
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    part = mark.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
    layer.alpha_composite(part, box[:2])


def _tile(layer: Image.Image, mark: Image.Image) -> None:
    """All over, in rising rows, each row shifted by half."""
    turned = mark.rotate(TURN, Image.Resampling.BICUBIC, expand=True)
    across = round(mark.width * (1 + APART))
    down = max(turned.height, across // 2)
    for row in range(-1, layer.height // down + 2):
        shift = (row % 2) * across // 2
        for column in range(-1, layer.width // across + 2):
            _lay(layer, turned, column * across + shift - across // 4, row * down - down // 4)
