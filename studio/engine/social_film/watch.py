"""A video watched once, small: where it cuts, and how much is to be seen where along a side."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from studio.engine import Report, ignore
from studio.engine.film.clip import Clip
from studio.engine.film.draw import planes
from studio.engine.film.frames import frames
from studio.engine.stills.files import Field, Pixels
from studio.engine.stills.regard import Face, faces, importance

A_SECOND = 4
"""Pictures a second that are looked at."""
FACES_EVERY = 3
"""Faces are looked for in one of so many of them: nothing takes as long."""
SMALL = 384
"""The longer side of what is looked at."""
SPOTS = 128
"""Into how many places a side is divided."""
TONES = 32
CUT = 0.55
"""How different (0…4) the tones of two frames are where a film cuts…"""
ABOVE = 4.0
"""…and so many times as different as frames were just before."""
SHORTEST = Fraction(1, 4)
"""Seconds that a scene lasts at least: two cuts in less are a flash."""
MOVING, LOOKING = 2.5, 4.0
"""What movement and faces weigh, where all that stands out weighs 1."""
NOISE = 10.0
"""Levels by which a place differs between two pictures though nothing moves."""

Profile = NDArray[np.float32]
Tones = NDArray[np.float32]


@dataclass
class Scene:
    """Seconds from the beginning of the clip. `profiles` are for the times `at`; each says for all
    places along the side how much is to be seen there."""

    begin: float
    end: float
    at: list[float] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)


def scenes(clip: Clip, first: int, last: int, axis: int, report: Report = ignore) -> list[Scene]:
    """Watch the frames first…last-1. axis: 0 for places from left to right, 1 from top to bottom.

    Holds two small pictures at a time, and half a kilobyte for each that was looked at.
    """
    found: list[Scene] = []
    eye, cuts, due = Eye(clip, axis), Cuts(), Fraction(0)
    for number, frame in enumerate(frames(clip, first, last)):
        report(number / (last - first), "looking")
        at = (frame.pts or 0) * clip.base - clip.origin
        if cuts.before(frame, at) or not found:
            _close(found, eye, float(at))
            found.append(Scene(float(at), float(at)))
            due = at
        if at >= due:
            eye.look(found[-1], frame, float(at))
            due = max(due, at - Fraction(1, A_SECOND)) + Fraction(1, A_SECOND)
    _close(found, eye, float(clip.time(last)))
    return found


def _close(found: list[Scene], eye: Eye, at: float) -> None:
    if found:
        eye.close(found[-1])
        found[-1].end = at


class Cuts:
    """Tells frames that begin a scene, by how their tones differ from those before."""

    def __init__(self) -> None:
        self.last: Tones | None = None
        self.usual, self.since = 0.0, Fraction(-1)

    def before(self, frame: VideoFrame, at: Fraction) -> bool:
        tones, last = tones_of(frame), self.last
        self.last = tones
        if last is None:
            self.since = at
            return False
        step = apart(last, tones)
        cut = step > max(CUT, ABOVE * self.usual) and at - self.since >= SHORTEST
        if cut:
            self.usual, self.since = 0.0, at
        else:
            self.usual = 0.8 * self.usual + 0.2 * step
        return cut


def tones_of(frame: VideoFrame) -> Tones:
    """How often each tone is seen, in light and both colors; the sum of each is 1."""
    if frame.format.name not in ("yuv420p", "yuvj420p"):
        frame = frame.reformat(320, 180, "yuv420p")
    parts = []
    for number, plane in enumerate(planes(frame)):
        by = max(1, min(plane.shape) // 120)
        counted = np.bincount((plane[::by, ::by] // (256 // TONES)).ravel(), minlength=TONES)
        parts.append(counted / max(1, counted.sum()) * (1.0 if number == 0 else 0.5))
    return np.asarray(np.concatenate(parts), np.float32)


def apart(one: Tones, other: Tones) -> float:
    """0 for the same tones, 4 for none in common. A tone that went one step on counts less."""
    rows = (one - other).reshape(3, TONES)
    soft = rows + 0.5 * (np.roll(rows, 1, 1) + np.roll(rows, -1, 1))
    return float(np.abs(soft).sum()) / 2


class Eye:
    """Looks at pictures of one scene after the other. A place counts as moving when it differs
    from the picture before or from the one after, so each waits for the next."""

    def __init__(self, clip: Clip, axis: int) -> None:
        self.clip, self.axis, self.scaler = clip, axis, VideoReformatter()
        by = min(1.0, SMALL / max(clip.width, clip.height))
        self.size = max(16, round(clip.width * by)), max(16, round(clip.height * by))
        self.number, self.faces = 0, list[Face]()
        self.grey: Pixels | None = None
        self.moved: Field | None = None

    def look(self, scene: Scene, frame: VideoFrame, at: float) -> None:
        small = self.scaler.reformat(frame, *self.size, "rgb24", interpolation="AREA")
        upright = np.rot90(small.to_ndarray(), self.clip.turn)
        rgb: Pixels = np.ascontiguousarray(upright, np.uint8)
        soft = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), 1.5)
        grey: Pixels = np.asarray(soft, np.uint8)
        moved = None if self.grey is None else _moved(self.grey, grey)
        if moved is not None:
            self._add_movement(scene, moved)
        if self.number % FACES_EVERY == 0:
            self.faces = faces(rgb)
        self.number += 1
        scene.at.append(at)
        scene.profiles.append(self._standing(rgb))
        self.grey, self.moved = grey, moved

    def close(self, scene: Scene) -> None:
        """The scene is over."""
        if self.moved is not None:
            self._add_movement(scene, self.moved)
        self.number, self.grey, self.moved, self.faces = 0, None, None, []

    def _add_movement(self, scene: Scene, after: Field) -> None:
        """To the picture that was looked at last, what moved before it and what after."""
        both = after if self.moved is None else self.moved + after
        scene.profiles[-1] += MOVING * movement(both, self.axis)

    def _standing(self, rgb: Pixels) -> Profile:
        """What stands out, and faces."""
        profile = along(importance(rgb), self.axis)
        side = rgb.shape[1 - self.axis]
        for face in self.faces:
            begin, end = face.along(self.axis)
            places = (np.arange(SPOTS) + 0.5) / SPOTS * side
            inside = ((places >= begin) & (places <= end)).astype(np.float32)
            profile += LOOKING * inside / max(1.0, float(inside.sum())) / len(self.faces)
        return profile


def _moved(one: Pixels, other: Pixels) -> Field:
    step = np.asarray(cv2.absdiff(one, other), np.float32) - NOISE
    return np.asarray(np.maximum(step, 0), np.float32)


def movement(moved: Field, axis: int) -> Profile:
    """Where it moves, up to 1 in all: less where everything does, as when the camera turns."""
    total = float(moved.sum())
    if total < moved.size * 0.01:
        return np.zeros(SPOTS, np.float32)
    everywhere = float(np.count_nonzero(moved)) / moved.size
    return along(moved, axis) * np.float32((1 - everywhere) ** 2)


def along(weights: Field, axis: int) -> Profile:
    """Summed across the other side, in SPOTS places; 1 in all."""
    line = np.asarray(weights.sum(axis=axis), np.float32).reshape(1, -1)
    even = cv2.resize(line, (SPOTS, 1), interpolation=cv2.INTER_LINEAR)[0]
    return np.asarray(even / max(float(even.sum()), 1e-9), np.float32)
