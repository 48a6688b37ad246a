"""Title cards: words that come in one by one over a moving background.

Nothing here is a picture of what the words mean. The background is small and soft, so it is drawn
on a small grid and enlarged; only the words are drawn at full size.
"""

import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from studio.engine import EngineError, Report, gif, ignore, lettering
from studio.engine import audio as sound
from studio.engine.backdrop import Backdrop, Field
from studio.engine.encode import BT709, LIMITED, Writer
from studio.engine.lettering import SHARP, Word
from studio.engine.motion import beside, check
from studio.engine.picture import FROM_RGB, Plane, as_plane, plane

MOST = 200
"""Characters."""
GRID = 480
"""The longer side of the small background."""
LIGHT_INK, DARK_INK = (250, 248, 244), (38, 32, 28)
DIMMEST = 88.0
"""How bright the background may be behind light letters: a contrast of more than 6 : 1."""

LUMA = np.array((0.2126, 0.7152, 0.0722), np.float32)

# Seconds; a short card hurries.
BEGIN, COMING, STEP, ALL_IN = 0.15, 0.8, 0.11, 0.45
RISE = 0.45  # how far a word rises when it comes in, in sizes of its letters
NEARER = 0.035  # how much the words grow from the first frame to the last
QUIETER = 0.8  # further lines beside the headline


def animate(
    text: str,
    target: Path,
    *,
    style: str,
    duration: float,
    width: int,
    height: int,
    fps: int,
    format: str,
    seed: int | None = None,
    audio: Path | None = None,
    report: Report = ignore,
) -> None:
    """Write a video of `text` to `target`. The first line is the headline, others are smaller.

    style: of the background, one of backdrop.STYLES.
    seed: another number makes another background; without one it follows from the text.
    Everything else is as in motion.animate: the same call makes the same bytes.

    Raises EngineError for input that cannot be used, such as letters that the font lacks.
    """
    check(duration, width, height, fps, format)
    if len(text) > MOST:
        raise EngineError(f"The text has {len(text)} characters; a card holds {MOST}. Shorten it.")
    report(0.0, "reading")
    if audio:
        sound.check(audio)
    number = zlib.crc32(text.encode(errors="surrogatepass")) if seed is None else seed
    count = max(1, round(duration * fps))
    step = 1 if format == "gif" else 2
    card = Card(text, style, number, width, height, count / fps, step)
    times = [frame / fps for frame in range(count)]
    with beside(target) as partial:
        if format == "gif":
            few = [times[round(i * (count - 1) / (gif.SAMPLES - 1))] for i in range(gif.SAMPLES)]
            colours = gif.palette(card.still(t) for t in few)
            with gif.Writer(partial, colours, card.blank(), fps) as writer:
                card.play(times, writer.frame, report)
                report(1.0, "finishing")
                writer.finish()
            return
        track = sound.track(audio, Fraction(count, fps)) if audio else None
        with Writer(partial, format, width, height, fps, track) as video:
            card.play(times, video.frame, report)
            report(1.0, "finishing")
            video.finish()


class Card:
    """Draws the frames of one card. `step` is how many pixels of light share one of colour."""

    def __init__(
        self, text: str, style: str, seed: int, width: int, height: int, seconds: float, step: int
    ) -> None:
        self.width, self.height, self.seconds, self.step = width, height, seconds, step
        small = min(1.0, GRID / max(width, height))
        grid = (max(2, round(width * small)), max(2, round(height * small)))
        self.backdrop = Backdrop(style, seed, *grid)
        self.words = lettering.compose(text, width, height)
        self.pace = min(1.0, ALL_IN * seconds / (BEGIN + COMING + STEP * len(self.words)))
        self.box = self.reached()
        self.calm = self.quiet_place(grid)
        ink = DARK_INK if self.backdrop.light else LIGHT_INK
        self.ink = [float(v) for v in FROM_RGB @ np.array(ink) + (16, 128, 128)]
        strong = 1.6 if self.backdrop.light else 0.8
        grain = np.random.default_rng(seed).normal(0, strong, (height, width))
        self.grain = grain.astype(np.float32)  # hides the steps between close colours

    def reached(self) -> tuple[int, int, int, int]:
        """The part of the frame that the words ever touch, on whole pixels of colour."""
        near = 1 + NEARER
        cx, cy = self.width / 2, self.height / 2
        rights = [w.x + w.mask.shape[1] / SHARP for w in self.words]
        bottoms = [w.y + w.mask.shape[0] / SHARP + RISE * w.size for w in self.words]
        left = cx + (min(w.x for w in self.words) - cx) * near - 2
        top = cy + (min(w.y for w in self.words) - cy) * near - 2
        right = cx + (max(rights) - cx) * near + 2
        bottom = cy + (max(bottoms) - cy) * near + 2
        even = self.step
        return (
            max(0, int(left) // even * even),
            max(0, int(top) // even * even),
            min(self.width, -int(-right // even) * even),
            min(self.height, -int(-bottom // even) * even),
        )

    def quiet_place(self, grid: tuple[int, int]) -> Field:
        """1 behind the words, softly 0 elsewhere, on the small grid."""
        scale = grid[0] / self.width
        mask = np.zeros((grid[1], grid[0]), np.float32)
        for w in self.words:
            x, y = int(w.x * scale), int(w.y * scale)
            right = int((w.x + w.mask.shape[1] / SHARP) * scale) + 1
            bottom = int((w.y + w.mask.shape[0] / SHARP) * scale) + 1
            mask[max(0, y) : bottom, max(0, x) : right] = 1
        reach = max(1.0, max(grid) * 0.035)
        size = 2 * int(reach) + 1
        wider = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
        return np.asarray(cv2.GaussianBlur(wider, (0, 0), reach), np.float32)

    def blank(self) -> av.VideoFrame:
        frame = av.VideoFrame(self.width, self.height, "nv12" if self.step == 2 else "nv24")
        frame.colorspace, frame.color_range = BT709, LIMITED
        return frame

    def still(self, t: float) -> av.VideoFrame:
        frame = self.blank()
        self.draw(t, frame)
        return frame

    def play(
        self, times: list[float], show: Callable[[av.VideoFrame], None], report: Report
    ) -> None:
        """Draw every frame and hand it to `show`, which must be done with it when it returns."""
        frame = self.blank()
        for number, t in enumerate(times, 1):
            self.draw(t, frame)
            show(frame)
            report(number / len(times), "rendering")

    def draw(self, t: float, frame: av.VideoFrame) -> None:
        self.draw_backdrop(t, plane(frame, 0), plane(frame, 1))
        left, top, right, bottom = self.box
        mask = self.letters(t)
        light = plane(frame, 0)[top:bottom, left:right]
        light[:] = blended(light, mask, self.ink[0])
        s = self.step
        colour = plane(frame, 1)[top // s : bottom // s, left // s : right // s]
        small = cv2.resize(mask, colour.shape[1::-1], interpolation=cv2.INTER_AREA)
        for index in (0, 1):
            colour[..., index] = blended(colour[..., index], as_plane(small), self.ink[1 + index])

    def draw_backdrop(self, t: float, light: Plane, colour: Plane) -> None:
        rgb = self.backdrop.at(t)
        if not self.backdrop.light:
            bright = rgb @ LUMA
            held = np.minimum(1, DIMMEST / np.maximum(bright, 1))
            rgb *= (1 - self.calm * (1 - held))[..., None]
        offsets = np.array([[16], [128], [128]])
        yuv = cv2.transform(np.clip(rgb, 0, 255), np.hstack([FROM_RGB, offsets]))
        large = cv2.resize(yuv[..., 0], light.shape[::-1], interpolation=cv2.INTER_CUBIC)
        cv2.add(large, self.grain, dst=large)
        light[:] = cv2.convertScaleAbs(large)
        wide = cv2.resize(yuv[..., 1:], colour.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        colour[:] = cv2.convertScaleAbs(wide)

    def letters(self, t: float) -> Plane:
        """How much ink there is on each pixel of the box."""
        left, top, right, bottom = self.box
        mask = np.zeros((bottom - top, right - left), np.uint8)
        near = 1 + NEARER * t / self.seconds
        for number, word in enumerate(self.words):
            since = t / self.pace - BEGIN - number * STEP
            come = 1 - (1 - min(max(since / COMING, 0.0), 1.0)) ** 3
            if come > 0:
                self.stamp(mask, word, come, near)
        return mask

    def stamp(self, mask: Plane, word: Word, come: float, near: float) -> None:
        """Lay a word onto the mask where it is now, to a fraction of a pixel."""
        cx, cy = self.width / 2, self.height / 2
        x = cx + (word.x - cx) * near - self.box[0]
        y = cy + (word.y + (1 - come) * RISE * word.size - cy) * near - self.box[1]
        scale = near / SHARP
        left, top = max(0, int(x)), max(0, int(y))
        right = min(mask.shape[1], int(x + word.mask.shape[1] * scale) + 2)
        bottom = min(mask.shape[0], int(y + word.mask.shape[0] * scale) + 2)
        if right <= left or bottom <= top:
            return
        move = np.array([[scale, 0, x - left], [0, scale, y - top]])
        size = (right - left, bottom - top)
        seen = cv2.warpAffine(word.mask, move, size, flags=cv2.INTER_LINEAR)
        strength = come * (1 if word.headline else QUIETER)
        part = mask[top:bottom, left:right]
        np.maximum(part, cv2.convertScaleAbs(seen, alpha=strength), out=part)


def blended(ground: Plane, mask: Plane, ink: float) -> Plane:
    """The ground with ink on it, as much as the mask says."""
    rest = cv2.multiply(ground, cv2.bitwise_not(mask), scale=1 / 255)
    return as_plane(cv2.add(rest, cv2.convertScaleAbs(mask, alpha=ink / 255)))
