"""Tones and colours in linear light: how a band of a picture is changed.

Brightness is changed on its own and the channels keep their relation, so that nothing shifts in
hue. What would leave the range loses colour, not brightness.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from studio.engine.stills import deep
from studio.engine.stills.files import Field, Pixels

LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
SMALL = 512
"""The longer side of the picture that says where it is light and where dark."""
SHOULDER = 0.5
"""In linear light: what is brighter is compressed when exposure goes up."""
SKIN = 18.0, 52.0
"""Degrees of hue between which vibrance holds back."""
Surround = tuple[Field, Field]

# XYZ to the responses of the eye's cones: the matrix of Bradford (Lindbloom, Chromatic Adaptation),
# and linear sRGB to XYZ (IEC 61966-2-1).
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
DAYLIGHT = 153.8
"""Mireds (a million divided by kelvins) of the white of sRGB."""
WARMER, GREENER = 80.0, 0.022
"""Mireds of warmth at 100, and distance from the line of daylight (CIE 1960 v) of tint at 100."""


def recipe(
    *,
    gain: float = 1.0,
    white: tuple[float, float] = (0.0, 0.0),
    contrast: float = 0.0,
    highlights: float = 0.0,
    shadows: float = 0.0,
    saturation: float = 0.0,
    vibrance: float = 0.0,
) -> Callable[[Field, Surround | None], Field]:
    """A function from linear light to linear light, for rows of a picture and their surround.

    gain: of light. white: warmth and tint. Each of the others from -1 to 1.
    """
    matrix = white_matrix(*white) if any(white) else None

    def change(linear: Field, around: Surround | None) -> Field:
        if matrix is not None:
            linear = np.maximum(cv2.transform(linear, matrix), 0).astype(np.float32)
        if gain != 1:
            linear = exposed(linear, gain)
        if contrast or around is not None:
            linear = _tones(linear, contrast, highlights, shadows, around)
        if saturation or vibrance:
            linear = _colors(linear, saturation, vibrance)
        return _held(linear)

    return change


def white_matrix(warmth: float, tint: float) -> Field:
    """Linear sRGB to linear sRGB, as if the light had been warmer (and greener, below 0).

    The picture is taken to have been lit by a white that is as much colder, and adapted from that
    to the white of sRGB by Bradford's method; grey keeps its brightness.
    """
    lit = _white_point(1e6 / (DAYLIGHT - WARMER * warmth), GREENER * tint)
    usual = _white_point(1e6 / DAYLIGHT, 0.0)
    scale = np.diag((BRADFORD @ usual) / (BRADFORD @ lit))
    matrix = np.linalg.inv(TO_XYZ) @ np.linalg.inv(BRADFORD) @ scale @ BRADFORD @ TO_XYZ
    grey = float(LUMA[0] @ matrix.sum(1))
    return np.asarray(matrix / grey, np.float32)


def _white_point(kelvin: float, greener: float) -> Field:
    """XYZ of daylight (CIE 15:2004, equations 3.3 and 3.4), moved in v of CIE 1960."""
    t = 1e3 / kelvin
    if kelvin <= 7000:
        x = 0.244063 + 0.09911 * t + 2.9678 * t**2 - 4.6070 * t**3
    else:
        x = 0.237040 + 0.24748 * t + 1.9018 * t**2 - 2.0064 * t**3
    y = -3.0 * x * x + 2.870 * x - 0.275
    u, v = 4 * x / (-2 * x + 12 * y + 3), 6 * y / (-2 * x + 12 * y + 3) + greener
    x, y = 3 * u / (2 * u - 8 * v + 4), 2 * v / (2 * u - 8 * v + 4)
    return np.array([x / y, 1.0, (1 - x - y) / y], np.float32)


def exposed(linear: Field, gain: float) -> Field:
    """Times `gain`. Above the shoulder the lights come closer together instead of being lost, by
    the curve of Reinhard with a white point (Photographic Tone Reproduction, 2002, equation 4)."""
    if gain <= 1:
        return linear * np.float32(gain)
    most = brightest(linear) * gain
    over = np.maximum(most - SHOULDER, 0) / (1 - SHOULDER)
    white = (gain - SHOULDER) / (1 - SHOULDER)
    bent = SHOULDER + (1 - SHOULDER) * over * (1 + over / white**2) / (1 + over)
    wanted = np.where(most > SHOULDER, bent, most)
    return np.asarray(linear * (gain * wanted / np.maximum(most, 1e-6))[..., None], np.float32)


def _tones(
    linear: Field, contrast: float, highlights: float, shadows: float, around: Surround | None
) -> Field:
    """Contrast, lights and shadows: brightness changes, the relation of the channels does not."""
    light = cv2.transform(linear, LUMA)
    seen = deep.encode(light)
    if around is not None:
        base = around[0] * seen + around[1]
        stops = 1.6 * shadows * (1 - _smooth(base, 0.0, 0.62))
        stops += 1.2 * highlights * _smooth(base, 0.38, 1.0)
        seen = seen * np.exp2(stops / 2.2)
        # Lights that are raised near white come closer together there.
        seen = np.where(seen > 0.8, 0.8 + 0.2 * np.tanh((seen - 0.8) / 0.2), seen)
    if contrast:
        seen = _contrast(np.asarray(seen, np.float32), contrast)
    wanted = deep.decode(np.clip(seen, 0, 1))
    # Where black is lifted there is no colour worth as much, only noise.
    ratio = np.minimum(wanted / np.maximum(light, 1e-5), 3.5)
    return np.asarray(
        wanted[..., None] + (linear - light[..., None]) * ratio[..., None], np.float32
    )


def _contrast(seen: Field, amount: float) -> Field:
    """An S through black, middle grey and white; below 0 everything moves towards the middle."""
    if amount < 0:
        return np.asarray(0.5 + (seen - 0.5) * (1 + 0.6 * amount), np.float32)
    power = 2.0 ** (0.8 * amount)
    inside = np.clip(seen, 0, 1)
    up = cv2.pow(inside, power)
    return np.asarray(up / (up + cv2.pow(1 - inside, power)), np.float32)


def _smooth(values: Field, low: float, high: float) -> Field:
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _colors(linear: Field, saturation: float, vibrance: float) -> Field:
    """Colour stronger or weaker around the brightness of each pixel, which stays."""
    light = cv2.transform(linear, LUMA)[..., None]
    factor = np.full((*linear.shape[:2], 1), 1 + saturation, np.float32)
    if vibrance:
        most, least = brightest(linear), darkest(linear)
        # Encoded, so that "colourful" means what the eye sees.
        strong = 1 - deep.encode(least) / np.maximum(deep.encode(most), 1e-4)
        share = (1 - strong) ** 1.5 * (1 - 0.75 * _skin(linear, most, least))
        factor *= (1 + vibrance * (1.4 if vibrance > 0 else 1.0) * share)[..., None]
    return np.asarray(light + (linear - light) * factor, np.float32)


def _skin(linear: Field, most: Field, least: Field) -> Field:
    """1 where the hue is that of skin, which is orange in people of all colours."""
    red, green, blue = (linear[..., i] for i in range(3))
    spread = np.maximum(most - least, 1e-6)
    # Within orange red is the strongest and blue the weakest channel, so hue is one division. In
    # linear light green is weaker than encoded: the root brings it near.
    hue = 60 * np.sqrt(np.clip((green - blue) / spread, 0, 1))
    low, high = SKIN
    inside = _smooth(hue, low - 8, low) * (1 - _smooth(hue, high, high + 8))
    return np.asarray(inside * ((red >= green) & (green >= blue)), np.float32)


def brightest(linear: Field) -> Field:
    """The strongest channel of each pixel (a few times faster than asking along the axis)."""
    return np.maximum(np.maximum(linear[..., 0], linear[..., 1]), linear[..., 2])


def darkest(linear: Field) -> Field:
    return np.minimum(np.minimum(linear[..., 0], linear[..., 1]), linear[..., 2])


def _held(linear: Field) -> Field:
    """Back into the range: what is too bright or below 0 moves towards grey of its brightness."""
    light = np.clip(cv2.transform(linear, LUMA), 0, 1)
    most, least = brightest(linear), darkest(linear)
    if most.max() <= 1 and least.min() >= 0:
        return linear
    over = (1 - light) / np.maximum(most - light, 1e-6)
    under = light / np.maximum(light - least, 1e-6)
    share = np.minimum(np.minimum(over, under), 1)
    kept = light[..., None] + (linear - light[..., None]) * share[..., None]
    return np.asarray(np.clip(kept, 0, 1), np.float32)


def surround(pixels: Pixels, exposure: float) -> Surround:
    """How light it is around each pixel, as two small fields a and b: a times the pixel plus b (He
    and Sun, Fast Guided Filter, 2015). It follows edges, so that no halo appears along them."""
    height, width = pixels.shape[:2]
    by = min(1.0, SMALL / max(height, width))
    few = (max(1, round(width * by)), max(1, round(height * by)))
    small = cv2.resize(pixels, few, interpolation=cv2.INTER_AREA)
    light = cv2.transform(deep.to_linear(small), LUMA).reshape(few[::-1])
    seen = deep.encode(np.clip(light * np.float32(2.0**exposure), 0, 1))
    reach = 2 * max(1, round(0.04 * max(few))) + 1
    mean = cv2.blur(seen, (reach, reach))
    spread = np.maximum(cv2.blur(seen * seen, (reach, reach)) - mean * mean, 0)
    a = spread / (spread + 0.006)
    b = mean * (1 - a)
    return _field(cv2.blur(a, (reach, reach))), _field(cv2.blur(b, (reach, reach)))


def band(around: Surround, rows: slice, shape: tuple[int, ...]) -> Surround:
    """Both fields, enlarged for some rows of a picture of that shape."""
    height, width = shape[:2]
    few = around[0].shape
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * few[0] / height - 0.5
    x = (np.arange(width, dtype=np.float32) + 0.5) * few[1] / width - 0.5
    at_x, at_y = (np.ascontiguousarray(part) for part in np.meshgrid(x, y))
    edge = cv2.BORDER_REPLICATE
    a, b = (cv2.remap(p, at_x, at_y, cv2.INTER_LINEAR, borderMode=edge) for p in around)
    return _field(a), _field(b)


def _field(values: object) -> Field:
    return np.asarray(values, np.float32)
