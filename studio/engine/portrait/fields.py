"""How far each place of the picture follows each movement: smooth fields without edges.

A field tells, for a movement of 1, by how many pixels a place is displaced. All of them are small
beside the width over which they rise and fall, so that no two places change their order: nothing
can tear or fold. They are worked out on a grid, as they have no detail.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.portrait.face import Face

Field = NDArray[np.float32]

CELL = 8
"""Pixels of the video between two knots of the grid."""
MOVES = ("jaw", "wide", "tilt", "turn", "nod", "breath")
# The largest displacement, in sizes of the face (tilt: in radians).
JAW, WIDE, TILT, TURN, NOD, BREATH = 0.06, 0.012, 0.022, 0.022, 0.016, 0.014
UPPER = 0.16
"""How far the upper lip rises, of how far the jaw falls."""
SOFT = 0.03
"""Of the shorter side: how gently a mask begins."""
RIM = 0.08
"""Of the sides of the picture: towards its edges everything comes to rest."""


class Box(NamedTuple):
    """The part of the video that moves, in pixels; all are multiples of CELL."""

    left: int
    top: int
    right: int
    bottom: int


class Fields(NamedTuple):
    """`stack` is moves x rows x columns x 2 (across, down) on the knots of `box`, with one more
    knot around it."""

    box: Box
    stack: Field


def make(face: Face, width: int, height: int, mask: Field | None) -> Fields:
    """The fields of a face, in pixels of a video of width x height.

    mask: height x width, 0 to 1: what is 0 stays where it is.
    """
    columns, rows = -(-width // CELL), -(-height // CELL)
    x = (np.arange(-1, columns + 1, dtype=np.float32) + 0.5)[None, :] * CELL - 0.5
    y = (np.arange(-1, rows + 1, dtype=np.float32) + 0.5)[:, None] * CELL - 0.5
    stack = np.stack([*_mouth(face, x, y), *_head(face, x, y), _breath(face, x, y)])
    stack *= _rim(x, width, height)[..., None] * _rim(y, height, width)[..., None]
    if mask is not None:
        size = (columns, rows)
        part = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        stack *= np.pad(part, 1)[..., None]
    return _trimmed(stack, columns, rows)


def inside(mask: Field, width: int, height: int) -> Field:
    """A mask in the size of a video, softened towards its inside: what is black stays so."""
    small = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
    # Between two knots a field runs straight: one that is not 0 reaches a cell further.
    small = cv2.erode(small, np.ones((2 * CELL + 1, 2 * CELL + 1), np.uint8))
    soft = cv2.GaussianBlur(small, (0, 0), SOFT * min(width, height))
    return np.asarray(np.clip(2 * soft - 1, 0, 1) * small, np.float32)


def _bump(distance: NDArray[np.floating]) -> Field:
    """1 at 0, 0 from 1 on, and flat at both."""
    near = np.clip(1 - np.abs(distance), 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)


def _step(value: NDArray[np.floating], begin: float, end: float) -> Field:
    """0 before `begin`, 1 after `end`."""
    return _bump(np.clip((end - value) / (end - begin), 0, 1))


def _vector(
    across: NDArray[np.floating] | float, down: NDArray[np.floating] | float, like: Field
) -> Field:
    both = [np.broadcast_to(np.float32(part), like.shape) for part in (across, down)]
    return np.stack(both, axis=-1).astype(np.float32)


def _mouth(face: Face, x: Field, y: Field) -> tuple[Field, Field]:
    """The jaw falls, with the lower lip at its full depth; the corners of the mouth hardly move."""
    size, dx = face.size, x - np.float32(face.x)
    lip = _step(y, face.mouth - 0.07 * size, face.mouth + (0.05 + JAW) * size)
    neck = _step(y, face.chin + 0.01 * size, face.chin + 0.25 * size)
    # At the lips as wide as the mouth, at the chin as wide as the jaw.
    share = _step(y, face.mouth, face.chin)
    reach = (0.34 + 0.26 * share) * size
    # An open mouth is round below, not pointed.
    fall = lip * (1 - neck) * _bump(np.clip((np.abs(dx) / reach - 0.12) / 0.88, 0, 1))
    above = _bump((y - (face.mouth - 0.1 * size)) / (0.13 * size)) * _bump(dx / (0.3 * size))
    jaw = np.asarray(JAW * size * (fall - UPPER * above), np.float32)
    around = _bump((y - face.mouth) / (0.3 * size)) * _bump(dx / (0.5 * size))
    corner = np.sin(np.clip(dx / (0.5 * size), -1, 1) * np.pi).astype(np.float32)
    return _vector(0, jaw, jaw), _vector(WIDE * size * around * corner, 0, jaw)


def _head(face: Face, x: Field, y: Field) -> tuple[Field, Field, Field]:
    """The head leans about the neck; in a turn and a nod the nose goes further than the ears."""
    size, dx = face.size, x - np.float32(face.x)
    middle, pivot = face.brow + 0.4 * size, face.brow + 1.5 * size
    far = np.hypot(dx / (1.5 * size), (y - middle) / np.where(y < middle, 1.9, 1.25) / size)
    head = _bump(np.clip((far - 0.35) / 0.65, 0, 1))
    lean = TILT * head
    tilt = _vector(lean * (np.float32(pivot) - y), lean * dx, head)
    round_ = np.hypot(dx / (0.75 * size), (y - (middle + 0.2 * size)) / (0.95 * size))
    near = 0.45 * head + 0.55 * _bump(round_)
    return (
        tilt,
        _vector(TURN * size * near, 0, head),
        _vector(0, NOD * size * near, head),
    )


def _breath(face: Face, x: Field, y: Field) -> Field:
    """Chest and shoulders rise, the head a little with them."""
    size, dx = face.size, x - np.float32(face.x)
    down = (y - (face.chin + 1.0 * size)) / np.where(y < face.chin + size, 2.0, 2.4) / size
    chest = _bump(np.hypot(dx / (2.4 * size), down))
    return _vector(0, -BREATH * size * chest, chest)


def _rim(at: Field, length: int, other: int) -> Field:
    wide = RIM * min(length, other)
    return _bump(np.clip(1 - np.minimum(at, length - 1 - at) / wide, 0, 1))


def _trimmed(stack: Field, columns: int, rows: int) -> Fields:
    """Without the knots around it that nothing moves."""
    moved = np.abs(stack[:, 1:-1, 1:-1]).max(axis=(0, 3)) > 0.02
    down, across = np.flatnonzero(moved.any(axis=1)), np.flatnonzero(moved.any(axis=0))
    if not len(down):
        return Fields(Box(0, 0, 0, 0), stack[:, :0, :0])
    top, bottom = max(0, down[0] - 1), min(rows, down[-1] + 2)
    left, right = max(0, across[0] - 1), min(columns, across[-1] + 2)
    part = np.ascontiguousarray(stack[:, top : bottom + 2, left : right + 2])
    return Fields(Box(*(int(v) * CELL for v in (left, top, right, bottom))), part)
