"""Pictures of few colors, as GIF and small PNG files hold them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

MOST = 256
"""Colors of a palette."""
LOOKED = 250_000
"""Pixels that the choice of colors looks at; more change it little and take long."""
SEEN = 128
"""The opacity from which a pixel counts as there, where it can only be there or not."""


def with_few(pixels: Pixels, count: int = MOST) -> Image.Image:
    """An indexed picture of at most `count` colors: those that are there if they are few enough,
    else chosen by median cut and mixed by error diffusion (Floyd and Steinberg, 1976).

    pixels: height x width x 3, or x 4 where one color is given up for what is transparent; then
    the picture's info has its index as "transparency".
    """
    if pixels.shape[2] == 3:
        return _chosen(pixels, pixels.reshape(-1, 3), count)
    there = pixels[..., 3] >= SEEN
    if there.all():
        return with_few(np.ascontiguousarray(pixels[..., :3]), count)
    opaque = pixels[there][:, :3]
    if not opaque.size:
        opaque = np.zeros((1, 3), np.uint8)
    # What is not seen must neither take a color nor pass on an error.
    shown = np.where(there[..., None], pixels[..., :3], opaque.mean(0).astype(np.uint8))
    image = _chosen(np.ascontiguousarray(shown), opaque, count - 1)
    index = np.array(image)
    clear = count - 1
    index[~there] = clear
    palette = (image.getpalette() or [])[: 3 * clear]
    result = Image.fromarray(index)
    result.putpalette(palette + [0] * (3 * count - len(palette)))
    result.info["transparency"] = clear
    return result


def _chosen(pixels: Pixels, of: Pixels, count: int) -> Image.Image:
    """The pixels in `count` colors that are chosen for those in `of`."""
    if Image.fromarray(of[None]).getcolors(count):
        return _exact(pixels, of, count)
    some = np.ascontiguousarray(of[:: -(-len(of) // LOOKED)])[None]
    palette = Image.fromarray(some).quantize(count, method=Image.Quantize.MEDIANCUT)
    return Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def _exact(pixels: Pixels, of: Pixels, count: int) -> Image.Image:
    """Pillow would look for the nearest color in a coarse table, and miss."""
    weights = np.array([65_536, 256, 1])
    colors = np.unique(of @ weights)[:count]
    at = np.minimum(np.searchsorted(colors, pixels @ weights), len(colors) - 1)
    image = Image.fromarray(at.astype(np.uint8))
    image.putpalette((colors[:, None] // weights % 256).astype(np.uint8).tobytes())
    return image
