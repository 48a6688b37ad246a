"""A picture of a 3D model: seen from the front, a little from the side and above, in soft light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from assets.media import raster
from assets.media.raster import Floats, Index
from assets.media.scene import Cover, Surface

SIZE = (960, 720)
# Each pixel of the poster is the mean of so many each way.
_FINER = 2
_SIDE, _ABOVE = np.radians(28), np.radians(15)
_VIEW = np.radians(30)
_MARGIN = 1.06
# Few enough for the processor's own memory: four times as fast as all at once.
_AT_ONCE = 30_000
# Directions in which light shines from, seen by the camera, and how bright it is.
_LIGHTS = (((-0.45, 0.65, 0.62), 0.62), ((0.75, 0.15, 0.5), 0.22))
_AROUND, _FROM_ABOVE = 0.34, 0.12


@dataclass(frozen=True)
class _Scene:
    """All surfaces as one list of triangles: points and normals seen by the camera, corners, and
    the surface of each triangle."""

    points: Floats
    corners: Index
    owner: Index
    surfaces: list[Surface]
    first: Index
    screen: Floats


def render(surfaces: list[Surface]) -> Image.Image:
    """RGBA, transparent around the model."""
    points = _turned(np.concatenate([s.points for s in surfaces]))
    canvas_size = (SIZE[0] * _FINER, SIZE[1] * _FINER)
    screen = _projected(points, canvas_size)
    counts = [len(s.points) for s in surfaces]
    first = np.concatenate([[0], np.cumsum(counts)])
    corners = np.concatenate([s.corners + first[i] for i, s in enumerate(surfaces)])
    owner = np.repeat(np.arange(len(surfaces)), [len(s.corners) for s in surfaces])
    scene = _Scene(points, corners, owner, surfaces, first, screen)
    canvas, scale = _drawn(scene, canvas_size)
    pixels = _lit(scene, canvas, scale)
    return _reduced(pixels.reshape(canvas.height, canvas.width, 4))


def _turned(points: Floats) -> Floats:
    """Around its middle as the camera sees it, and as large as a ball of radius 1."""
    middle = (points.min(0) + points.max(0)) / 2
    points = points - middle
    reach = float(np.sqrt((points**2).sum(1).max()))
    return np.asarray(points @ _camera().T / (reach or 1.0))


def _camera() -> Floats:
    """From the scene's directions to the camera's: right, up, towards the eye."""
    side = np.array(
        [[np.cos(_SIDE), 0, -np.sin(_SIDE)], [0, 1, 0], [np.sin(_SIDE), 0, np.cos(_SIDE)]]
    )
    above = np.array(
        [[1, 0, 0], [0, np.cos(_ABOVE), -np.sin(_ABOVE)], [0, np.sin(_ABOVE), np.cos(_ABOVE)]]
    )
    return np.asarray(above @ side)


def _projected(points: Floats, size: tuple[int, int]) -> Floats:
    """x and y in pixels and 1 / distance; as large as the frame allows."""
    away = 1 / np.sin(_VIEW / 2)
    near = 1 / (away - points[:, 2])
    flat = points[:, :2] * near[:, None]
    low, high = flat.min(0), flat.max(0)
    scale = float(np.min(np.array(size) / np.maximum((high - low) * _MARGIN, 1e-9)))
    middle = (low + high) / 2
    x = (flat[:, 0] - middle[0]) * scale + size[0] / 2
    y = size[1] / 2 - (flat[:, 1] - middle[1]) * scale
    return np.stack([x, y, near], -1)


def _drawn(scene: _Scene, size: tuple[int, int]) -> tuple[raster.Canvas, float]:
    """The canvas with all triangles on it, and its size as a share of what was wanted."""
    kept, scale = _facing(scene), 1.0
    while True:
        width, height = round(size[0] * scale), round(size[1] * scale)
        screen = scene.screen * (scale, scale, 1)
        work = np.cumsum(raster.tried(screen[scene.corners[kept]], width, height))
        if not len(work) or work[-1] <= raster.MOST_TRIED:
            break
        if scale > 0.3:
            scale /= 2
        else:
            kept = kept[:: -(-int(work[-1]) // raster.MOST_TRIED)]
    canvas = raster.Canvas.empty(width, height)
    solid = np.array([not s.cover.cutoff for s in scene.surfaces])
    for number in np.unique(scene.owner[kept][~solid[scene.owner[kept]]]):
        mine = kept[scene.owner[kept] == number]
        raster.draw(canvas, screen[scene.corners[mine]], mine, _Holes(scene, int(number)))
    mine = kept[solid[scene.owner[kept]]]
    raster.draw(canvas, screen[scene.corners[mine]], mine)
    return canvas, scale


def _facing(scene: _Scene) -> Index:
    """The triangles that are seen from their front, and those that have two."""
    a, b, c = (scene.screen[scene.corners[:, i], :2] for i in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    both = np.array([s.cover.both_sides for s in scene.surfaces])
    return np.flatnonzero((turn < 0) | both[scene.owner] & (turn != 0))


class _Holes:
    """Where a surface with transparent parts is there at all."""

    def __init__(self, scene: _Scene, number: int) -> None:
        self.scene, self.number = scene, number

    def __call__(self, triangles: Index, share: Floats) -> npt.NDArray[np.bool_]:
        surface = self.scene.surfaces[self.number]
        share = _straight(self.scene, triangles, share)
        corners = self.scene.corners[triangles] - self.scene.first[self.number]
        color = _colors(surface, corners, share)
        return np.asarray(color[:, 3] >= surface.cover.cutoff)


def _straight(scene: _Scene, triangles: Index, share: Floats) -> Floats:
    """Weights on the triangle itself: on the screen its far half is smaller."""
    share = share * scene.screen[scene.corners[triangles], 2]
    return np.asarray(share / np.maximum(share.sum(1, keepdims=True), 1e-12))


# --- colors ---------------------------------------------------------------------------------------


def _lit(scene: _Scene, canvas: raster.Canvas, scale: float) -> npt.NDArray[np.float32]:
    """The colors of all pixels, sRGB and alpha, 0 to 1."""
    pixels = np.zeros((canvas.width * canvas.height, 4), np.float32)
    hit = np.flatnonzero(canvas.seen >= 0)
    hit = hit[np.argsort(scene.owner[canvas.seen[hit]], kind="stable")]
    owners = scene.owner[canvas.seen[hit]]
    for start, end in zip(*raster.runs(owners), strict=True):
        for at in range(start, end, _AT_ONCE):
            spots = hit[at : min(at + _AT_ONCE, end)]
            middle = np.stack([spots % canvas.width, spots // canvas.width], -1) + 0.5
            pixels[spots, :3] = _shade(
                scene, int(owners[start]), canvas.seen[spots], np.asarray(middle / scale)
            )
            pixels[spots, 3] = 1
    return pixels


def _shade(scene: _Scene, number: int, triangles: Index, middle: Floats) -> Floats:
    """The color of one surface at these places of the screen, sRGB."""
    surface, corners = scene.surfaces[number], scene.corners[triangles]
    share = raster.weights(scene.screen[corners], middle[:, 0], middle[:, 1])
    share = _straight(scene, triangles, np.clip(share, 0, 1))
    color = _colors(surface, corners - scene.first[number], share)
    light = _light(_normals(scene, surface, corners, number, share))
    return _srgb(np.clip(color[:, :3] * light[:, None], 0, 1))


def _colors(surface: Surface, corners: Index, share: Floats) -> Floats:
    """Linear RGBA at spots of a surface."""
    cover = surface.cover
    color = np.broadcast_to(cover.color, (len(corners), 4))
    if surface.colors is not None:
        color = color * _mixed(surface.colors, corners, share)
    if cover.texture is not None and surface.places is not None:
        color = color * _sampled(cover, cover.texture, _mixed(surface.places, corners, share))
    return np.asarray(color, np.float64)


def _sampled(cover: Cover, texture: npt.NDArray[np.uint8], places: Floats) -> Floats:
    """The texture there, which goes on without end in all directions."""
    if cover.turn is not None and cover.shift is not None:
        places = places @ cover.turn.T + cover.shift
    height, width = texture.shape[:2]
    x = np.nan_to_num(np.clip(np.mod(places[:, 0], 1.000001), 0, 1)) * (width - 1)
    y = np.nan_to_num(np.clip(np.mod(places[:, 1], 1.000001), 0, 1)) * (height - 1)
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, low = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    x, y = (x - left)[:, None], (y - top)[:, None]
    upper = texture[top, left] * (1 - x) + texture[top, right] * x
    lower = texture[low, left] * (1 - x) + texture[low, right] * x
    found = (upper * (1 - y) + lower * y) / 255
    found[:, :3] = np.where(
        found[:, :3] <= 0.04045, found[:, :3] / 12.92, ((found[:, :3] + 0.055) / 1.055) ** 2.4
    )
    return np.asarray(found)


def _normals(scene: _Scene, surface: Surface, corners: Index, number: int, share: Floats) -> Floats:
    """Where the surface looks to, seen by the camera: as the file says, or as the triangle lies."""
    a, b, c = (scene.points[corners[:, i]] for i in range(3))
    flat = _unit(np.cross(b - a, c - a))
    if surface.normals is None:
        found = flat
    else:
        found = _unit(_mixed(surface.normals, corners - scene.first[number], share) @ _camera().T)
        found = np.where(np.abs(found).sum(1, keepdims=True) > 0.5, found, flat)
    return np.where(found[:, 2:] < 0, -found, found) if surface.cover.both_sides else found


def _light(normals: Floats) -> Floats:
    total = _AROUND + _FROM_ABOVE * normals[:, 1]
    for direction, bright in _LIGHTS:
        toward = np.array(direction) / np.linalg.norm(direction)
        # Light that reaches a little around a corner hides no shape in black.
        total = total + bright * np.clip((normals @ toward + 0.15) / 1.15, 0, 1)
    return np.asarray(total)


def _mixed(values: Floats, corners: Index, share: Floats) -> Floats:
    return np.asarray((values[corners] * share[:, :, None]).sum(1))


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12))


def _srgb(linear: Floats) -> Floats:
    return np.asarray(
        np.where(
            linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
        )
    )


def _reduced(pixels: npt.NDArray[np.float32]) -> Image.Image:
    """As large as a poster; what is transparent gives no color to its neighbours."""
    pixels = pixels.copy()
    pixels[..., :3] *= pixels[..., 3:]
    bytes_ = np.rint(pixels * 255).astype(np.uint8)
    image = Image.fromarray(bytes_).resize(SIZE, Image.Resampling.BOX)
    small = np.asarray(image, np.float32)
    alpha = np.maximum(small[..., 3:], 1)
    color = np.where(small[..., 3:] > 0, small[..., :3] * 255 / alpha, 0)
    done = np.concatenate([np.clip(color, 0, 255), small[..., 3:]], 2)
    return Image.fromarray(np.rint(done).astype(np.uint8))
