"""A picture as a relief: a body whose front rises where the picture is probably near.

Not a scan and not a guess of what is hidden: the back is flat and says so. A picture with holes
keeps its outline; everything else is a slab.
"""

import io
import warnings
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from studio.engine import EngineError, Report, depth, glb, ignore, solid
from studio.engine.picture import ALLOWED, MAX_PIXELS, rgb, too_large

Field = NDArray[np.float64]

BASE = 0.025
"""How thick the body is where it is thinnest, as a share of the longer side."""
BACK = (0.055, 0.052, 0.05)
QUALITY = 86
FALL = 0.09
"""How wide the front falls towards the edge, as a share of the shorter side."""
PUFF = 0.55
"""Of a cut-out, the share of the height that is a cushion over its outline."""


class Source(NamedTuple):
    """Upright sRGB pixels, and how much is there: 0 to 1, None where the picture has no holes."""

    pixels: NDArray[np.uint8]
    there: NDArray[np.float32] | None


def relief(
    source: Path,
    target: Path,
    *,
    depth: int = 20,
    detail: int = 192,
    texture_resolution: int = 1024,
    name: str = "Relief",
    report: Report = ignore,
) -> Path:
    """Write a GLB. `depth` is in percent of the width, `detail` the points along the longer side,
    `texture_resolution` the most pixels of its picture along that side.

    The body is one unit long. The same call makes the same bytes. Raises EngineError for a picture
    that cannot be read, or of which nothing is to be seen.
    """
    report(0.0, "reading")
    found = load(source, texture_resolution)
    report(0.3, "depth")
    height, inside = field(found, detail)
    report(0.6, "shaping")
    surfaces = body(height, inside, found, depth / 100)
    report(0.9, "writing")
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(glb.encode(surfaces, name))
    part.replace(target)
    report(1.0, "done")
    return target


# --- the picture ----------------------------------------------------------------------------------


def load(path: Path, side: int) -> Source:
    """The picture, at most `side` pixels long. Raises EngineError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise too_large(image.width, image.height)
                image.draft("RGB", (2 * side, 2 * side))
                return _source(image, side)
    except Image.DecompressionBombError as error:
        raise EngineError(f"The picture is too large. {ALLOWED}") from error
    except FileNotFoundError as error:
        raise EngineError("The picture is no longer there. Choose it again.") from error
    except (OSError, SyntaxError, ValueError) as error:
        message = "The picture cannot be read: it is damaged or not a picture. Choose another."
        raise EngineError(message) from error


def _source(image: Image.Image, side: int) -> Source:
    if not image.has_transparency_data:
        return Source(_shrunk(rgb(image), side), None)
    profile = image.info.get("icc_profile")
    whole = ImageOps.exif_transpose(image).convert("RGBA")
    there = _shrunk(np.asarray(whole.getchannel("A")), side).astype(np.float32) / 255
    plain = whole.convert("RGB")
    if profile:
        plain.info["icc_profile"] = profile
    if there.min() > 0.98:
        return Source(_shrunk(rgb(plain), side), None)
    if there.max() < 0.02:
        raise EngineError(
            "The picture is transparent everywhere: there is nothing to make a relief of. "
            "Choose another."
        )
    seen = np.asarray(whole.getchannel("A"))
    return Source(_bled(rgb(plain), seen, side), there / there.max())


def _shrunk(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    by = min(1.0, side / max(height, width))
    if by == 1:
        return pixels
    size = (max(1, round(width * by)), max(1, round(height * by)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _bled(pixels: NDArray[np.uint8], seen: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The colors of what is there, spread over the holes beside it: what is cut along the outline
    must not show a rim of the color that nobody saw."""
    weight = _shrunk(seen, side).astype(np.float32)[..., None] / 255
    color = _shrunk((pixels * (seen[..., None] / 255.0)).astype(np.uint8), side).astype(np.float32)
    total, parts = color, weight
    for sigma in (2, 8, 32, 128):
        wide = cv2.GaussianBlur(color, (0, 0), sigma)
        share = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
        total, parts = total + wide * 0.003, parts + share * 0.003
        color, weight = total, parts
    return np.clip(total / np.maximum(parts, 1e-6), 0, 255).astype(np.uint8)


# --- the field ------------------------------------------------------------------------------------


def field(found: Source, detail: int) -> tuple[Field, Field | None]:
    """Heights from 0 to 1 on a grid with an odd number of points each way, and for a picture with
    holes on the same grid what is inside: above 0, and how far."""
    height, width = found.pixels.shape[:2]
    blocks = [max(1, round(detail / 2 * n / max(width, height))) for n in (width, height)]
    size = (2 * blocks[0] + 1, 2 * blocks[1] + 1)
    near = _sampled(depth.guess(found.pixels), size)
    if found.there is None:
        return near * _falling(size), None
    there = _sampled(found.there, size)
    inside = there / there.max() - 0.5
    near = (near * (1 - PUFF) + PUFF) * _puffed(inside)
    # An empty ring around, so that the outline is closed and never on the edge of the grid.
    return np.pad(near, 2, mode="edge"), np.pad(inside, 2, constant_values=-5.0)


def _falling(size: tuple[int, int]) -> Field:
    """1, and down to 0 along the four edges: a slab with straight sides, not a torn sheet."""
    x, y = (np.arange(n) for n in size)
    away = np.minimum(np.minimum(x, x[::-1])[None, :], np.minimum(y, y[::-1])[:, None])
    share = np.clip(away / max(1.0, FALL * min(size)), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _sampled(values: NDArray[np.float32], size: tuple[int, int]) -> Field:
    """As seen at the points of a grid that begins and ends on the picture's edges."""
    height, width = values.shape
    if width > 2 * size[0]:
        values = np.asarray(cv2.blur(values, (width // size[0], height // size[1] or 1)))
    x = np.linspace(0, width, size[0], dtype=np.float32)[None, :] - 0.5
    y = np.linspace(0, height, size[1], dtype=np.float32)[:, None] - 0.5
    x, y = np.broadcast_to(x, size[::-1]), np.broadcast_to(y, size[::-1])
    values = np.ascontiguousarray(values, np.float32)
    picked = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picked, np.float64)


def _puffed(inside: Field) -> Field:
    """A cushion: steep at the outline, flat in the middle."""
    filled = np.pad((inside > 0).astype(np.uint8), 1)
    away = cv2.distanceTransform(filled, cv2.DIST_L2, 5)[1:-1, 1:-1].astype(np.float64)
    away = np.asarray(cv2.GaussianBlur(away, (0, 0), 1.2), np.float64)
    share = np.clip(away / max(1.0, 0.8 * float(away.max())), 0, 1)
    return np.asarray(np.sqrt(1 - (1 - share) ** 2))


# --- the body -------------------------------------------------------------------------------------


class Shape(NamedTuple):
    """The grid in the world: what a step is (across, down), where the middle lies, how many steps
    the picture is, and the front's heights."""

    step: tuple[float, float]
    middle: tuple[float, float]
    size: tuple[float, float]
    front: Field

    def lifted(self, spots: Field) -> Field:
        """The points of the front over these spots of the grid."""
        flat = self.flat(spots)
        flat[:, 2] = _at(self.front, spots)
        return flat

    def flat(self, spots: Field) -> Field:
        x = (spots[:, 0] - self.middle[0]) * self.step[0]
        y = (self.middle[1] - spots[:, 1]) * self.step[1]
        return np.stack([x, y, np.full(len(x), -BASE)], -1)

    def normals(self, spots: Field) -> Field:
        down, across = (
            np.asarray(g, np.float64) for g in np.gradient(self.front, *self.step[::-1])
        )
        rise = [-_at(across, spots), _at(down, spots), np.ones(len(spots))]
        return _unit(np.stack(rise, -1))

    def places(self, spots: Field) -> NDArray[np.float32]:
        """Where these spots lie in the picture, 0 to 1."""
        x = (spots[:, 0] - self.middle[0]) / self.size[0] + 0.5
        y = (spots[:, 1] - self.middle[1]) / self.size[1] + 0.5
        return np.clip(np.stack([x, y], -1), 0, 1).astype(np.float32)


def body(height: Field, inside: Field | None, found: Source, rise: float) -> list[glb.Surface]:
    """Front and sides with the picture, and the plain back. `rise` is a share of the width."""
    rows, columns = height.shape
    ring = 0 if inside is None else 4
    size = (columns - 1 - ring, rows - 1 - ring)
    high, wide = (n / max(found.pixels.shape[:2]) for n in found.pixels.shape[:2])
    front = height * rise * wide
    step = (wide / size[0], high / size[1])
    shape = Shape(step, ((columns - 1) / 2, (rows - 1) / 2), size, front)
    filled = np.ones_like(height) if inside is None else inside
    sheet = solid.cover(filled, front)
    rim = solid.rim(sheet.triangles)
    picture = glb.Material("Picture", roughness=0.85, picture=_jpeg(found.pixels))
    plain = glb.Material("Back", color=BACK, roughness=0.9)
    back = _fan(sheet.spots, rim) if inside is None else solid.cover(filled, np.zeros_like(height))
    return [_painted(shape, sheet, rim, picture), _back(shape, back, plain)]


def _painted(
    shape: Shape, sheet: solid.Sheet, rim: solid.Index, material: glb.Material
) -> glb.Surface:
    """The front, and sides on which the edge of the picture runs down."""
    start, end = sheet.spots[rim[:, 0]], sheet.spots[rim[:, 1]]
    corners = np.concatenate([start, start, end, end])
    low = np.concatenate([shape.lifted(start), shape.flat(start), shape.flat(end)])
    walls = np.concatenate([low, shape.lifted(end)])
    along = shape.flat(end) - shape.flat(start)
    outward = _unit(np.stack([along[:, 1], -along[:, 0], np.zeros(len(along))], -1))
    count, first = len(rim), len(sheet.spots)
    a, b, c, d = (first + np.arange(count) + i * count for i in range(4))
    sides = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    return glb.Surface(
        points=np.concatenate([shape.lifted(sheet.spots), walls]).astype(np.float32),
        normals=np.concatenate([shape.normals(sheet.spots), *[outward] * 4]).astype(np.float32),
        triangles=np.concatenate([sheet.triangles, sides]).astype(np.uint32),
        material=material,
        places=np.concatenate([shape.places(sheet.spots), shape.places(corners)]),
    )


def _back(shape: Shape, sheet: solid.Sheet, material: glb.Material) -> glb.Surface:
    points = shape.flat(sheet.spots)
    normals = np.broadcast_to(np.array([0, 0, -1.0]), points.shape)
    return glb.Surface(
        points.astype(np.float32),
        normals.astype(np.float32),
        sheet.triangles[:, ::-1].astype(np.uint32),
        material,
    )


def _fan(spots: Field, rim: solid.Index) -> solid.Sheet:
    """The same outline around its middle, for a rectangle."""
    used, flat = np.unique(rim, return_inverse=True)
    flat = flat.reshape(-1, 2)
    middle = np.full((len(flat), 1), len(used))
    around = np.concatenate([spots[used], (spots.min(0) + spots.max(0))[None] / 2])
    return solid.Sheet(around, np.concatenate([flat, middle], 1))


def _at(values: Field, spots: Field) -> Field:
    """The values of a grid at any spots in it."""
    x, y = (np.clip(spots[:, i], 0, values.shape[1 - i] - 1) for i in range(2))
    left = np.minimum(x.astype(int), values.shape[1] - 2)
    top = np.minimum(y.astype(int), values.shape[0] - 2)
    x, y = x - left, y - top
    upper = values[top, left] * (1 - x) + values[top, left + 1] * x
    lower = values[top + 1, left] * (1 - x) + values[top + 1, left + 1] * x
    return np.asarray(upper * (1 - y) + lower * y)


def _unit(vectors: Field) -> Field:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12))


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
