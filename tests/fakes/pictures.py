"""Real pictures for fakes: drawn from what was asked for, so that a person sees what was said."""

from __future__ import annotations

import colorsys
import io
import json
import struct
import textwrap
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

HUES = 12
MEGAPIXEL = 1_048_576


def read(content: bytes) -> Image.Image:
    """A picture that was sent. Raises OSError for what is none."""
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return ImageOps.exif_transpose(image).convert("RGB")


def written(image: Image.Image, format: str = "png") -> bytes:
    out = io.BytesIO()
    kind = format.upper().replace("JPG", "JPEG")
    (image.convert("RGB") if kind == "JPEG" else image).save(out, kind, quality=90)
    return out.getvalue()


def of_ratio(ratio: str, pixels: float = MEGAPIXEL) -> tuple[int, int]:
    """A size of that shape with about so many pixels, in steps of 8 as models like them."""
    across, down = (float(part) for part in ratio.split(":"))
    unit = (pixels / (across * down)) ** 0.5
    return round(across * unit / 8) * 8, round(down * unit / 8) * 8


@lru_cache(64)
def _ground(size: tuple[int, int], hue: int) -> Image.Image:
    """Hills under a sky, in tones of that colour (0…11)."""
    width, height = size
    x = np.linspace(0, 1, width)[None, :]
    y = np.linspace(0, 1, height)[:, None]
    tones = [
        colorsys.hsv_to_rgb((hue + n / 3) / HUES, 0.25 + 0.15 * n, 0.95 - 0.2 * n) for n in range(4)
    ]
    pixels = np.broadcast_to(np.array(tones[0]), (height, width, 3)) * (0.8 + 0.2 * y[..., None])
    for n in range(1, 4):
        ridge = 0.35 + 0.18 * n + 0.06 * np.sin((5 + 2 * n) * x + hue + 2 * n)
        pixels = np.where((y > ridge)[..., None], np.array(tones[n]), pixels)
    return Image.fromarray((pixels * 255).astype(np.uint8))


def painted(words: str, size: tuple[int, int], hue: int) -> Image.Image:
    """A landscape with the words on it."""
    return labelled(_ground(size, hue % HUES).copy(), words)


def labelled(image: Image.Image, words: str) -> Image.Image:
    """The words in a band at the foot of the picture."""
    height = max(10, min(image.size) // 24)
    font = ImageFont.load_default(height)
    across = max(8, int(image.width / (height * 0.62)))
    lines = textwrap.wrap(words, across)[:4] or ["…"]
    top = image.height - int(height * 1.35 * len(lines)) - height
    band = Image.new("L", image.size)
    ImageDraw.Draw(band).rectangle((0, top, *image.size), fill=150)
    image.paste((0, 0, 0), mask=band)
    draw = ImageDraw.Draw(image)
    draw.multiline_text((height, top + height // 2), "\n".join(lines), "white", font)
    return image


def changed(
    source: Image.Image, words: str, hue: int, mask: Image.Image | None = None
) -> Image.Image:
    """The picture with something else where the mask is white, else with another tint."""
    other = Image.blend(source, painted("", source.size, hue), 1.0 if mask else 0.35)
    if mask:
        soft = mask.convert("L").resize(source.size).filter(ImageFilter.GaussianBlur(2))
        other = Image.composite(other, source, soft)
    return labelled(other, words)


def erased(source: Image.Image, mask: Image.Image) -> Image.Image:
    """What is white in the mask is a blur of what is around it."""
    soft = source.filter(ImageFilter.GaussianBlur(max(source.size) / 12))
    hole = mask.convert("L").resize(source.size).filter(ImageFilter.GaussianBlur(2))
    return Image.composite(soft, source, hole)


def faced(base: Image.Image, faces: list[Image.Image]) -> Image.Image:
    """Ovals of the faces, side by side in the upper part of the picture."""
    across = base.width // max(3, len(faces) + 1)
    tall = min(base.height, across * 4 // 3)
    made = base.copy()
    for number, face in enumerate(faces, 1):
        hole = Image.new("L", (across, tall))
        ImageDraw.Draw(hole).ellipse((0, 0, across - 1, tall - 1), fill=255)
        left = base.width * number // (len(faces) + 1) - across // 2
        made.paste(ImageOps.fit(face, hole.size), (left, base.height // 10), hole)
    return made


def cut_out(source: Image.Image) -> Image.Image:
    """An oval of it, on nothing."""
    hole = Image.new("L", source.size)
    width, height = source.size
    box = (width // 6, height // 12, width - width // 6, height - height // 12)
    ImageDraw.Draw(hole).ellipse(box, fill=255)
    found = source.convert("RGBA")
    found.putalpha(hole.filter(ImageFilter.GaussianBlur(2)))
    return found


def extended(source: Image.Image, sides: dict[str, int], words: str) -> Image.Image:
    """Its own blur beyond its edges, by pixels on each side."""
    width = source.width + sides["left"] + sides["right"]
    height = source.height + sides["up"] + sides["down"]
    whole = source.resize((width, height)).filter(ImageFilter.GaussianBlur(max(width, height) / 30))
    whole.paste(source, (sides["left"], sides["up"]))
    return labelled(whole, words) if words else whole


def enlarged(source: Image.Image, times: float) -> Image.Image:
    size = (round(source.width * times), round(source.height * times))
    return source.resize(size, Image.Resampling.BICUBIC)


def lines(source: Image.Image, words: str, hue: int) -> Image.Image:
    """A landscape that keeps the edges of the picture."""
    edges = source.convert("L").filter(ImageFilter.FIND_EDGES).point(lambda v: min(255, v * 3))
    made = painted(words, source.size, hue)
    made.paste((30, 20, 40), mask=edges)
    return made


def solid(source: Image.Image) -> bytes:
    """A cube in binary glTF with the picture on each of its sides."""
    faces = []
    for axis in range(3):
        for sign in (1.0, -1.0):
            for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = [0.0, 0.0, 0.0]
                corner[axis], corner[(axis + 1) % 3], corner[(axis + 2) % 3] = sign, sign * u, v
                faces.append((*corner, (u + 1) / 2, (1 - v) / 2))
    points = np.array(faces, dtype="<f4")
    indices = np.array([4 * f + i for f in range(6) for i in (0, 1, 2, 0, 2, 3)], dtype="<u2")
    image = written(source.resize((256, 256)), "jpeg")
    blobs = [points[:, :3].tobytes(), points[:, 3:].tobytes(), indices.tobytes(), image]
    return _glb(blobs, len(points), len(indices))


def _glb(blobs: list[bytes], points: int, indices: int) -> bytes:
    views, body = [], b""
    for blob in blobs:
        views.append({"buffer": 0, "byteOffset": len(body), "byteLength": len(blob)})
        body += blob + bytes(-len(blob) % 4)
    kinds = ((0, 5126, points, "VEC3"), (1, 5126, points, "VEC2"), (2, 5123, indices, "SCALAR"))
    accessors: list[dict[str, Any]] = [
        {"bufferView": view, "componentType": kind, "count": count, "type": shape}
        for view, kind, count, shape in kinds
    ]
    accessors[0] |= {"min": [-1, -1, -1], "max": [1, 1, 1]}
    primitive = {"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}
    said = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [
            {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0}}
        ],
        "textures": [{"source": 0}],
        "images": [{"bufferView": 3, "mimeType": "image/jpeg"}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(body)}],
    }
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(body), b"BIN\0") + body
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks
