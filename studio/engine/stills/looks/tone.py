"""Steps that change light and colour, pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from studio.engine.stills.files import Field
from studio.engine.stills.looks.base import blur, color, field, grey, luma, mix, ramp, side

FINE = 4096
Curve = Sequence[float]
"""What comes out at evenly spaced steps of what goes in."""


def curve(
    image: Field,
    every: Curve = (),
    red: Curve = (),
    green: Curve = (),
    blue: Curve = (),
) -> Field:
    """Tone curves: of all channels, then of each."""
    parts = []
    for channel, own in zip(cv2.split(image), (red, green, blue), strict=True):
        part = field(channel)
        for values in (every, own):
            part = _bent(part, values) if values else part
        parts.append(part)
    return field(cv2.merge(parts))


def _bent(channel: Field, values: Curve) -> Field:
    at = np.linspace(0, 1, FINE)
    table = np.interp(at, np.linspace(0, 1, len(values)), values)
    width = FINE // len(values) // 2 * 2 + 1
    padded = np.pad(table, width // 2, mode="reflect", reflect_type="odd")
    smooth = np.convolve(padded, np.hanning(width + 2)[1:-1] / (width + 1) * 2, "valid")
    index = np.rint(np.clip(channel, 0, 1) * (FINE - 1)).astype(np.uint16)
    return field(np.clip(smooth, 0, 1))[index]


def contrast(image: Field, amount: float, middle: float = 0.5) -> Field:
    """An S-curve around `middle`; a negative amount flattens."""
    if amount < 0:
        return field(np.clip(middle + (image - middle) * (1 + amount), 0, 1))
    curved = image / (image + middle * (1 - image) / (1 - middle) + 1e-6)
    power = 2.0**amount
    rest = 1 - curved
    top = cv2.pow(np.clip(curved, 0, 1), power)
    return _back(field(top / (top + cv2.pow(np.clip(rest, 0, 1), power) + 1e-6)), middle)


def _back(image: Field, middle: float) -> Field:
    odds = middle / (1 - middle)
    return field(image * odds / (1 - image + image * odds + 1e-6))


def bright(image: Field, stops: float) -> Field:
    """Lighter or darker in the middle; black and white stay."""
    return field(cv2.pow(np.clip(image, 0, 1), 2.0**-stops))


def saturate(image: Field, by: float) -> Field:
    """0 is grey, 1 leaves it; above 1 the muted colours gain most."""
    mean = luma(image)[..., None]
    if by <= 1:
        return field(np.clip(mean + (image - mean) * by, 0, 1))
    first, second, third = cv2.split(image)
    most, least = np.maximum(first, second), np.minimum(first, second)
    spread = np.maximum(most, third) - np.minimum(least, third)
    gain = (1 + (by - 1) * (1 - 0.6 * spread))[..., None]
    return field(np.clip(mean + (image - mean) * gain, 0, 1))


def warm(image: Field, amount: float, tint: float = 0.0) -> Field:
    """Towards orange, below 0 towards blue; `tint` towards magenta, below 0 towards green."""
    gains = np.array([1 + amount, 1 - tint, 1 - amount], np.float32)
    gains /= gains @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return field(np.clip(image * gains, 0, 1))


def split(image: Field, shadows: str, lights: str, strength: float = 0.3) -> Field:
    """One colour laid into the shadows, another into the lights; brightness stays."""
    bright_ = luma(image)
    dark, light = _hue(shadows), _hue(lights)
    toned = image + strength * (
        ((1 - bright_) ** 1.5)[..., None] * dark + (bright_**1.5)[..., None] * light
    )
    return field(np.clip(toned, 0, 1))


def _hue(code: str) -> Field:
    value = color(code)
    return value - value @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def mono(image: Field, red: float = 0.3, green: float = 0.59, blue: float = 0.11) -> Field:
    """Black and white, as through a coloured filter."""
    weights = np.array([[red, green, blue]], np.float32)
    return grey(field(np.clip(cv2.transform(image, weights), 0, 1)))


def ink(image: Field, colors: Sequence[str]) -> Field:
    """Brightness alone, from the first colour (black) to the last (white)."""
    at = np.linspace(0, 1, len(colors))
    table = np.stack(
        [np.interp(np.linspace(0, 1, FINE), at, [color(c)[i] for c in colors]) for i in range(3)],
        -1,
    )
    index = np.rint(np.clip(luma(image), 0, 1) * (FINE - 1)).astype(np.uint16)
    return field(table)[index]


def ink_mix(image: Field, colors: Sequence[str], share: float = 0.7) -> Field:
    """As `ink`, with some of the picture's own colours left."""
    return mix(image, ink(image, colors), share)


def clarity(image: Field, amount: float, radius: float = 0.02) -> Field:
    """More local contrast, without haloes at edges."""
    base = luma(image)
    reach = max(1, round(radius * side(image)))
    smooth = field(cv2.ximgproc.guidedFilter(base, base, reach, 0.01))
    return field(np.clip(image + amount * (base - smooth)[..., None], 0, 1))


def sharpen(image: Field, amount: float, radius: float = 0.002) -> Field:
    base = luma(image)
    return field(np.clip(image + amount * (base - blur(base, radius))[..., None], 0, 1))


def posterize(image: Field, levels: int, hard: float = 1.0) -> Field:
    """As few brightnesses as that, with colour kept; `hard` 0 leaves soft steps."""
    bright_ = luma(image)
    scaled = bright_ * (levels - 1)
    whole = np.floor(scaled)
    part = scaled - whole
    edge = 0.5 - 0.48 * hard
    stepped = (whole + ramp(edge, 1 - edge + 1e-3, part)) / (levels - 1)
    return field(np.clip(image * ((stepped + 0.02) / (bright_ + 0.02))[..., None], 0, 1))


def palette(image: Field, colors: Sequence[str]) -> Field:
    """Each pixel in the nearest of these colours (as the eye sees them)."""
    wanted = field(np.stack([color(c) for c in colors]))[None]
    target = cv2.cvtColor(wanted, cv2.COLOR_RGB2Lab)[0]
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2Lab)
    best = np.full(image.shape[:2], np.inf, np.float32)
    choice = np.zeros(image.shape[:2], np.uint8)
    weights = np.array([[1.0, 0.5, 0.5]], np.float32)
    for number, value in enumerate(target):
        apart = field(cv2.transform((lab - value) ** 2, weights))
        nearer = apart < best
        best[nearer], choice[nearer] = apart[nearer], number
    return field(wanted[0])[choice]


def solarize(image: Field, turns: float = 1.0) -> Field:
    """Brightness goes up and down again, `turns` times."""
    return field(0.5 - 0.5 * np.cos(image * np.pi * (1 + turns)))


def foliage(image: Field, strength: float = 1.0) -> Field:
    """Greens glow and skies go dark, as film sees that is sensitive to infrared."""
    red, green, blue = (image[..., i] for i in range(3))
    leaf = np.clip((green - np.maximum(red, blue)) * 4 + 0.1, 0, 1)
    light = np.clip(0.75 * red + 0.65 * green - 0.4 * blue + 0.5 * leaf * strength, 0, 1)
    return grey(field(light))


STEPS = {
    "curve": curve,
    "contrast": contrast,
    "bright": bright,
    "saturate": saturate,
    "warm": warm,
    "split": split,
    "mono": mono,
    "ink": ink,
    "ink_mix": ink_mix,
    "clarity": clarity,
    "sharpen": sharpen,
    "posterize": posterize,
    "palette": palette,
    "solarize": solarize,
    "foliage": foliage,
}
