"""Real results for fakes: small movies that play, and ways to send them badly."""

from __future__ import annotations

import asyncio
import colorsys
import io
from functools import lru_cache

import av
import numpy as np
from aiohttp import web
from PIL import Image, ImageDraw, ImageFont

FPS = 24
HUES = 12
HTML = b"<!doctype html><title>Sign in</title><p>Please sign in to see this file."


@lru_cache(256)
def movie(words: str, hue: int, size: tuple[int, int] = (320, 180), seconds: float = 2) -> bytes:
    """An MP4 with these words on a drifting ground of that colour (0…11)."""
    width, height = size
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        label = np.asarray(_label(words, size), dtype=np.float32)[..., None] / 255
        for number in range(round(seconds * FPS)):
            ground = _ground(hue, size, number / FPS)
            pixels = (ground * (1 - label) + 255 * label).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


def _label(words: str, size: tuple[int, int]) -> Image.Image:
    image = Image.new("L", size)
    font = ImageFont.load_default(max(10, size[1] // 12))
    ImageDraw.Draw(image).multiline_text((12, 12), words, fill=255, font=font)
    return image


def _ground(hue: int, size: tuple[int, int], at: float) -> np.ndarray:
    width, height = size
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    wave = 0.5 + 0.35 * np.sin(6 * (across + down) + 3 * at)
    colour = np.array(colorsys.hsv_to_rgb(hue / HUES, 0.6, 0.75), dtype=np.float32)
    return wave * colour * 255


async def short(request: web.Request, body: bytes, mime: str) -> web.StreamResponse:
    """Less than was announced, then the line is cut."""
    response = web.StreamResponse(headers={"Content-Type": mime})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport:
        request.transport.abort()
    return response


async def drip(
    request: web.Request, body: bytes, mime: str, *, pause: float, endless: bool
) -> web.StreamResponse:
    """Byte after byte; endless: big pieces of nothing, for ever."""
    response = web.StreamResponse(headers={"Content-Type": mime})
    await response.prepare(request)
    try:
        while endless:
            await response.write(bytes(64 * 1024))
            await asyncio.sleep(0)
        for byte in body:
            await response.write(bytes([byte]))
            await asyncio.sleep(pause)
    except ConnectionError:
        pass
    return response
