"""The path of the camera over a still picture, as a pure function of time.

Lengths are in pixels of the picture, measured from its top left corner (the centre of the first
pixel is 0.5, 0.5); y grows downwards. static/js/path.js is the same function for the preview in
the page, and a test compares the two number by number.

The camera looks through a window with the shape of the output. Where the motion turns the
camera, the window is given the room that its widest turn needs, so that turning is the same
problem as not turning with a slightly larger output. For an upright window the allowed
(centre, scale) pairs form a convex set: a movement that is a straight line between two allowed
pairs can never leave the picture, and that is how every motion here is made.
"""

import math
from typing import NamedTuple

from studio.engine import EngineError

DIRECTIONS: dict[str, tuple[str, ...]] = {
    "zoom": ("in", "out"),
    "pan": ("left", "right", "up", "down"),
    "rotation": ("left", "right"),
    "complex": ("in", "out", "left", "right", "up", "down"),
}
MOTIONS = tuple(DIRECTIONS)
EASINGS = ("linear", "ease-in", "ease-out", "ease-in-out")

# What strength 100 means.
ZOOM = 0.8  # the picture ends 1.8 times as large
PAN = 0.4  # of the window's width where the camera has to make room for itself
SWEEP = math.radians(14)  # from first to last frame, half of it on either side of level
COMPLEX_ZOOM, COMPLEX_PAN, COMPLEX_DRIFT = 0.5, 0.25, 0.1
COMPLEX_TILT = math.radians(3)

STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}

Pair = tuple[float, float]


class View(NamedTuple):
    """What the camera sees in one frame."""

    cx: float
    """Centre of the window, in pixels of the picture."""
    cy: float
    scale: float
    """Pixels of the picture per pixel of the output."""
    angle: float
    """How far the window is turned clockwise on the picture, in radians."""


class Window(NamedTuple):
    """Centre and scale of a window that is not turned."""

    cx: float
    cy: float
    scale: float


def check(motion: str, direction: str, easing: str) -> None:
    """Raise EngineError unless the three words belong together."""
    if motion not in DIRECTIONS:
        raise EngineError(f"There is no motion “{motion}”. Choose {' or '.join(MOTIONS)}.")
    if direction not in DIRECTIONS[motion]:
        known = " or ".join(DIRECTIONS[motion])
        raise EngineError(f"The motion “{motion}” cannot go “{direction}”. Choose {known}.")
    if easing not in EASINGS:
        raise EngineError(f"There is no easing “{easing}”. Choose {' or '.join(EASINGS)}.")


def ease(easing: str, t: float) -> float:
    """Share of the way that is done at time `t`; both from 0 to 1, never running backwards."""
    if easing == "ease-in":
        return t * t
    if easing == "ease-out":
        return t * (2 - t)
    if easing == "ease-in-out":
        return t * t * (3 - 2 * t)
    return t


def view(
    motion: str,
    direction: str,
    strength: float,
    easing: str,
    source: Pair,
    output: Pair,
    focus: Pair,
    t: float,
) -> View:
    """Where the camera is at time `t`.

    strength: 1 (hardly moves) to 100 (dramatic).
    source, output: width and height of the picture and of the video, in pixels.
    focus: the point of the picture to keep in sight, as shares (0 to 1) of its size. A zoom
        moves towards it; the other motions stay as close to it as the border allows.
    t: 0 for the first frame, 1 for the last. Frame i of n has t = i / (n - 1).

    Directions are those of the camera: "pan left" shows more and more of the picture's left
    side. "rotation left" is the one exception, because people mean the picture when they turn
    it: the picture turns counter-clockwise on the screen.

    Raises EngineError for words that do not belong together.
    """
    check(motion, direction, easing)
    power = 0.04 + 0.96 * strength / 100
    tilt = {"rotation": power * SWEEP / 2, "complex": power * COMPLEX_TILT}.get(motion, 0.0)
    frame = (reach(output[0], output[1], tilt), reach(output[1], output[0], tilt))
    start, end = ends(motion, direction, power, source, frame, focus)
    done = ease(easing, t)
    turn = tilt * angle(motion, direction, done)
    cx, cy, scale = between(start, end, done)
    return View(cx, cy, scale, turn)


def reach(along: float, across: float, tilt: float) -> float:
    """The widest that a rectangle gets along its first side while it turns from 0 to `tilt`."""
    worst = min(tilt, math.atan2(across, along))
    return along * math.cos(worst) + across * math.sin(worst)


def angle(motion: str, direction: str, done: float) -> float:
    """The turn, in units of the largest one."""
    if motion == "rotation":
        return 2 * done - 1 if direction == "left" else 1 - 2 * done
    if direction in ("in", "left", "up"):
        return done - 1
    return 1 - done if direction == "right" else done


def ends(
    motion: str, direction: str, power: float, source: Pair, frame: Pair, focus: Pair
) -> tuple[Window, Window]:
    """The windows of the first and the last frame, for a `frame` of that many output pixels."""
    fit = min(source[0] / frame[0], source[1] / frame[1])
    if motion == "rotation":
        still = place(source, frame, focus, fit)
        return still, still
    if direction in STEPS:
        room = PAN if motion == "pan" else COMPLEX_PAN
        closer = 1.0 if motion == "pan" else 1 + 0.1 * power
        return travel(STEPS[direction], power, room, closer, source, frame, focus)
    if motion == "zoom":
        far = place(source, frame, focus, fit)
        near = place(source, frame, focus, fit / (1 + ZOOM * power))
    else:
        drift = COMPLEX_DRIFT * power * fit
        shift = (-drift * frame[0], drift / 2 * frame[1])
        far = place(source, frame, focus, fit / (1 + COMPLEX_DRIFT * power), shift)
        near = place(source, frame, focus, fit / (1 + (COMPLEX_DRIFT + COMPLEX_ZOOM) * power))
    return (far, near) if direction == "in" else (near, far)


def travel(
    step: tuple[int, int],
    power: float,
    room: float,
    closer: float,
    source: Pair,
    frame: Pair,
    focus: Pair,
) -> tuple[Window, Window]:
    """A walk sideways past the focus, coming `closer` by that factor on the way.

    The camera goes near enough to have `room` (in windows, at full power). A picture that is
    longer than that anyway is used further, up to one whole window.
    """
    axis = 0 if step[0] else 1
    need = [1.0, 1.0]
    need[axis] += room * power
    scale = min(source[0] / (frame[0] * need[0]), source[1] / (frame[1] * need[1]))
    window = scale * frame[axis]
    way = min(source[axis] - window, power * window)
    middle = [0.0, 0.0]
    half = (window + way) / 2
    middle[axis] = clamp(focus[axis] * source[axis], half, source[axis] - half)
    other = 1 - axis
    half = scale * frame[other] / 2
    middle[other] = clamp(focus[other] * source[other], half, source[other] - half)
    dx, dy = step[0] * way / 2, step[1] * way / 2
    start = Window(middle[0] - dx, middle[1] - dy, scale)
    return start, Window(middle[0] + dx, middle[1] + dy, scale / closer)


def place(source: Pair, frame: Pair, focus: Pair, scale: float, shift: Pair = (0.0, 0.0)) -> Window:
    """The window of that scale whose centre is as near as can be to the shifted focus."""
    half = (scale * frame[0] / 2, scale * frame[1] / 2)
    return Window(
        clamp(focus[0] * source[0] + shift[0], half[0], source[0] - half[0]),
        clamp(focus[1] * source[1] + shift[1], half[1], source[1] - half[1]),
        scale,
    )


def clamp(value: float, low: float, high: float) -> float:
    """The nearest value from `low` to `high`; their middle where rounding has crossed them."""
    if low >= high:
        return (low + high) / 2
    return min(max(value, low), high)


def between(start: Window, end: Window, done: float) -> Window:
    """The window after that share of the way.

    The scale grows by equal factors in equal steps, which is what the eye takes for an even
    zoom. The centre follows the scale, so that one point of the picture stands still on the
    screen while everything grows around it.
    """
    scale = start.scale * math.pow(end.scale / start.scale, done)
    part = done if end.scale == start.scale else (start.scale - scale) / (start.scale - end.scale)
    part = min(max(part, 0.0), 1.0)
    return Window(
        start.cx + (end.cx - start.cx) * part,
        start.cy + (end.cy - start.cy) * part,
        scale,
    )


def matrix(at: View, output: Pair) -> tuple[float, float, float, float, float, float]:
    """From the picture to the screen, as the six numbers (a, b, c, d, e, f) of a CSS matrix().

    A point (x, y) of the picture appears at (a x + c y + e, b x + d y + f) of the output.
    """
    cos, sin = math.cos(at.angle) / at.scale, math.sin(at.angle) / at.scale
    return (
        cos,
        -sin,
        sin,
        cos,
        output[0] / 2 - cos * at.cx - sin * at.cy,
        output[1] / 2 + sin * at.cx - cos * at.cy,
    )
