"""Steps of lenses, film and screens: what lies between the scene and the eye."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from studio.engine.stills.files import Field
from studio.engine.stills.looks.base import (
    blur,
    color,
    field,
    grid,
    luma,
    mix,
    noise,
    ramp,
    side,
    smaller,
)


def vignette(image: Field, strength: float, start: float = 0.35, tint: str = "#000000") -> Field:
    """Corners in `tint`; round in a square picture, oval in others."""
    height, width = image.shape[:2]
    x, y = grid(image)
    unit = side(image)
    away = np.sqrt((x * unit / width) ** 2 + (y * unit / height) ** 2) / 0.7071
    return mix(image, color(tint), field(strength * ramp(start, 1.05, field(away))))


def iris(image: Field, reach: float = 0.52) -> Field:
    """A round opening with a soft rim; black around it."""
    height, width = image.shape[:2]
    x, y = grid(image)
    unit = side(image)
    away = np.sqrt((x * unit / width) ** 2 + (y * unit / height) ** 2)
    return image * (1 - ramp(reach * 0.86, reach, field(away)))[..., None]


def bloom(image: Field, strength: float, radius: float = 0.03, above: float = 0.6) -> Field:
    """The lights spill over."""
    lights = image * ramp(above, 1.0, luma(image))[..., None]
    wide = blur(lights, radius) * 0.6 + blur(lights, radius * 3) * 0.6
    return field(1 - (1 - image) * (1 - np.clip(wide * strength, 0, 1)))


def soft(image: Field, strength: float, radius: float = 0.012) -> Field:
    """As through a fine stocking: sharp and blurred at once, lights first."""
    hazy = blur(image, radius)
    lit = 1 - (1 - image) * (1 - hazy)
    return mix(image, field(0.5 * lit + 0.5 * hazy), strength)


def haze(image: Field, tint: str, strength: float, low: float = -0.3, high: float = 0.5) -> Field:
    """Mist that is thickest at the height `high`, in shorter sides below the middle."""
    _, y = grid(image)
    return mix(image, color(tint), field(strength * ramp(low, high, field(y))))


def wash(
    image: Field, colors: Sequence[str], strength: float, angle: float = 90, mode: str = "soft"
) -> Field:
    """A gradient of colours over the picture; `mode` soft (colours it), screen or multiply."""
    x, y = grid(image)
    turn = np.deg2rad(angle)
    along = field(x * np.cos(turn) + y * np.sin(turn))
    along = (along - along.min()) / max(1e-6, float(np.ptp(along)))
    at = np.linspace(0, 1, len(colors))
    layer = np.stack([np.interp(along, at, [color(c)[i] for c in colors]) for i in range(3)], -1)
    over = field(layer)
    if mode == "screen":
        laid = 1 - (1 - image) * (1 - over)
    elif mode == "multiply":
        laid = image * over
    else:
        laid = np.where(over < 0.5, 2 * image * over, 1 - 2 * (1 - image) * (1 - over))
    return mix(image, field(laid), strength)


def leak(
    image: Field, tint: str = "#ff6a2a", strength: float = 0.6, from_left: bool = False
) -> Field:
    """Light that got in at the edge of the film."""
    x, y = grid(image)
    x = -x if from_left else x
    edge = float(x.max())
    wave = 0.08 * np.sin(y * 5) + 0.04 * np.sin(y * 13 + 1)
    amount = ramp(edge - 0.42, edge + 0.05, field(x + wave))
    return field(1 - (1 - image) * (1 - amount[..., None] * strength * color(tint)))


def flare(image: Field, tint: str = "#5aa0ff", strength: float = 0.8, above: float = 0.8) -> Field:
    """Long horizontal streaks from the brightest lights."""

    def streaks(small: Field) -> Field:
        lights = ramp(above, 1.0, luma(small))
        length = max(3, small.shape[1] // 5)
        line = np.exp(-np.abs(np.linspace(-3, 3, length | 1)))[None]
        spread = cv2.filter2D(lights, -1, line / line.sum(), borderType=cv2.BORDER_CONSTANT)
        thin = cv2.GaussianBlur(spread, (0, 0), 0.8)
        return field(thin[..., None] * color(tint) * 2.5)

    glow = smaller(image, 800, streaks)
    return field(1 - (1 - image) * (1 - np.clip(glow * strength, 0, 1)))


def grain(image: Field, strength: float, size: float = 0.0016, colored: float = 0.0) -> Field:
    """Film grain: strongest in the middle tones; `colored` 1 gives each channel its own."""
    unit = size * side(image)
    bright = luma(image)
    weight = strength * (0.35 + 2.6 * bright * (1 - bright))
    shared = noise(image.shape, unit, 11)
    parts = []
    for number, channel in enumerate(cv2.split(image)):
        own = noise(image.shape, unit, 20 + number) if colored else shared
        parts.append(channel + weight * (shared * (1 - colored) + own * colored))
    return field(np.clip(cv2.merge(parts), 0, 1))


def chroma(image: Field, shift: float = 0.004, radial: bool = False) -> Field:
    """Red and blue printed beside each other; `radial`: from the middle outwards, as lenses do."""
    height, width = image.shape[:2]
    by = shift * side(image)
    red, green, blue = cv2.split(image)

    def moved(channel: Field, sign: int) -> Field:
        if radial:
            scale = 1 + sign * by / max(height, width) * 2
            middle = ((width - 1) / 2, (height - 1) / 2)
            matrix = cv2.getRotationMatrix2D(middle, 0, scale)
        else:
            matrix = np.array([[1, 0, sign * by], [0, 1, 0]], np.float64)
        return field(
            cv2.warpAffine(channel, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        )

    return field(cv2.merge([moved(field(red), 1), green, moved(field(blue), -1)]))


def scanlines(image: Field, count: int = 160, strength: float = 0.35) -> Field:
    """The dark lines of a tube screen."""
    _, y = grid(image)
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * count * y)
    return image * field(1 - strength * wave)[..., None]


def glitch(image: Field, strength: float = 0.05, bands: int = 26) -> Field:
    """Bands of the picture slip sideways, some with their colours apart."""
    height = image.shape[0]
    random = np.random.default_rng(5)
    cuts = np.sort(random.integers(0, height, bands))
    result = image.copy()
    for top, bottom in zip([0, *cuts], [*cuts, height], strict=True):
        if bottom <= top or random.random() < 0.45:
            continue
        slip = round(random.normal() * strength * side(image))
        apart = round(abs(random.normal()) * strength * side(image) * 0.6)
        for channel, by in zip(range(3), (slip + apart, slip, slip - apart), strict=True):
            result[top:bottom, :, channel] = np.roll(image[top:bottom, :, channel], by, axis=1)
    return result


def scratches(image: Field, count: int = 14, strength: float = 0.5) -> Field:
    """Upright scratches, dust and hairs of a film that was shown too often."""
    height, width = image.shape[:2]
    unit = side(image)
    random = np.random.default_rng(9)
    marks = np.zeros((height, width), np.float32)
    for _ in range(count):
        x, lean = random.uniform(0, width), random.normal() * unit * 0.01
        top, bottom = np.sort(random.uniform(-0.3, 1.3, 2)) * height
        light = float(random.choice([-0.8, 1.0]) * random.uniform(0.3, 1))
        thick = max(1, round(unit * 0.0022))
        ends = (int(x), int(top)), (int(x + lean), int(bottom))
        cv2.line(marks, *ends, light, thick, cv2.LINE_AA)
    for _ in range(count * 5):
        at = (int(random.uniform(0, width)), int(random.uniform(0, height)))
        size = max(1, int(unit * abs(random.normal()) * 0.0035))
        axes = (size, max(1, size // 2))
        turn = random.uniform(0, 180)
        cv2.ellipse(marks, at, axes, turn, 0, 360, float(random.choice([-1, 1])), -1, cv2.LINE_AA)
    marks = blur(marks, 0.0008)
    return field(np.clip(image + strength * marks[..., None], 0, 1))


def smear(image: Field, length: float = 0.05, angle: float = 0.0, share: float = 0.7) -> Field:
    """Moved while it was exposed: several moments over each other."""
    height, width = image.shape[:2]
    turn = np.deg2rad(angle)
    reach = length * side(image)
    steps = 9
    total = np.zeros_like(image)
    for at in np.linspace(-0.5, 0.5, steps):
        move = np.array([[1, 0, at * reach * np.cos(turn)], [0, 1, at * reach * np.sin(turn)]])
        total += cv2.warpAffine(image, move, (width, height), borderMode=cv2.BORDER_REFLECT)
    return mix(image, field(total / steps), share)


def bars(image: Field, ratio: float = 2.2) -> Field:
    """Black above and below, as a wide film on a screen; nothing on pictures that are as wide."""
    height, width = image.shape[:2]
    tall = min(round(width / ratio), height)
    cut = min((height - tall) // 2, round(height * 0.08))
    result = image.copy()
    result[:cut], result[height - cut :] = 0, 0
    return result


def border(image: Field, tint: str = "#f4f1ea", edge: float = 0.05, foot: float = 0.15) -> Field:
    """A paper frame, wider below; the picture is made smaller to fit in, and cut at its sides."""
    height, width = image.shape[:2]
    unit = side(image)
    rim, low = round(edge * unit), round(foot * unit)
    wide, tall = max(1, width - 2 * rim), max(1, height - rim - low)
    by = max(wide / width, tall / height)
    size = (max(wide, round(width * by)), max(tall, round(height * by)))
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    left, top = (size[0] - wide) // 2, (size[1] - tall) // 2
    result = np.empty_like(image)
    result[:] = color(tint)
    result[rim : rim + tall, rim : rim + wide] = shrunk[top : top + tall, left : left + wide]
    return result


STEPS = {
    "vignette": vignette,
    "iris": iris,
    "bloom": bloom,
    "soft": soft,
    "haze": haze,
    "wash": wash,
    "leak": leak,
    "flare": flare,
    "grain": grain,
    "chroma": chroma,
    "scanlines": scanlines,
    "glitch": glitch,
    "scratches": scratches,
    "smear": smear,
    "bars": bars,
    "border": border,
}
