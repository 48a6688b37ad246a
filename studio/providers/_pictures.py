"""What the providers of still pictures have in common: shapes and sizes, files inside a request,
and answers that are the picture itself."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from studio.engine.cover import at_most, covered
from studio.engine.shape import nearest_ratio
from studio.operations.upscale import FACTORS, PRESETS
from studio.spec import Depends, ErrorKind, Output, Param, ProviderError, Sizes

# Seconds for an answer that is the result. The pump waits longer at the end of a slice.
AT_ONCE = 120.0
MB = 1024 * 1024
# Of the whole picture on the wire; what comes is put into the request as base64.
STARTS = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"glTF": "model/gltf-binary",
}

Advice = Callable[[Mapping[str, Any], Sizes], Iterable[str]]


# For a model that knows no masks: the original is put back outside of it.
HERE = ("mask",)
MASKED: Mapping[str, Any] = {
    "mask": {
        "help": "Optional. White where it may change. The model does not see it: what is black is "
        "put back from your picture afterwards, pixel by pixel.",
    }
}


# --- sizes --------------------------------------------------------------------------------------


def ratio_of(legal: tuple[str, ...]) -> Param:
    """The shapes that a model makes, proposed from the width and the height that were asked for."""

    def proposed(params: Mapping[str, Any]) -> str:
        return nearest_ratio(*asked(params), legal)

    return Param(
        "ratio",
        "choice",
        "Shape",
        help="Width to height, as the model makes it: the nearest to the size you ask for.",
        choices=legal,
        labels={ratio: ratio for ratio in legal},
        derive=proposed,
        group="output",
        advanced=True,
    )


def asked(params: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height in pixels."""
    return int(params.get("width") or 1024), int(params.get("height") or 1024)


def exact(path: Path, params: Mapping[str, Any], folder: Path) -> Path:
    """The picture in the size that was asked for."""
    return covered(path, folder, *asked(params))


def by_ratio(legal: tuple[str, ...], megapixels: float) -> Advice:
    """What is said of a model that knows shapes, and makes about so many millions of pixels."""

    def advice(params: Mapping[str, Any], sizes: Sizes) -> Iterator[str]:
        width, height = asked(params)
        ratio = params.get("ratio") or nearest_ratio(width, height, legal)
        larger = width * height > 1.3e6 * megapixels
        how = "enlarged" if larger else "fitted"
        yield (
            f"Made at {ratio}, about {megapixels:g} million pixels, then {how} to "
            f"{width} × {height} here."
        )

    return advice


def made_size(
    params: Mapping[str, Any], low: int, high: int, *, pixels: int = 0, multiple: int = 1
) -> tuple[int, int]:
    """The size nearest to the asked one that a model makes: sides from `low` to `high`, both
    multiples of `multiple`, at most so many pixels.

    >>> made_size({"width": 1080, "height": 1920}, 256, 1536)
    (864, 1536)
    """
    width, height = asked(params)
    scale = min(1.0, high / max(width, height))
    if pixels:
        scale = min(scale, (pixels / (width * height)) ** 0.5)
    scale = max(scale, low / min(width, height)) if min(width, height) * scale < low else scale
    across, down = (
        min(high, max(low, round(side * scale / multiple) * multiple)) for side in (width, height)
    )
    return across, down


def by_size(made: Callable[[Mapping[str, Any]], tuple[int, int]]) -> Advice:
    """What is said where a model makes another size."""

    def advice(params: Mapping[str, Any], sizes: Sizes) -> Iterator[str]:
        (across, down), (width, height) = made(params), asked(params)
        if (across, down) != (width, height):
            yield f"Made at {across} × {down}, then fitted to {width} × {height} here."

    return advice


# --- upscaling ----------------------------------------------------------------------------------


def upscale_sizes(as_it_comes: str, label: str) -> dict[str, Any]:
    """The sizes of an upscale model: what it makes, or less of it."""
    choices = (as_it_comes, *PRESETS, "custom")
    plain = dict.fromkeys((as_it_comes, *PRESETS), ())
    return {
        "size": {
            "choices": choices,
            "default": as_it_comes,
            "labels": {
                as_it_comes: label,
                **{key: f"{key.capitalize()} · {px} px" for key, px in PRESETS.items()},
                "a4": f"A4 at 300 dpi · {PRESETS['a4']} px",
                "4k": f"4K · {PRESETS['4k']} px",
                "custom": "My own",
            },
            "help": "The longer side of the result, where the model makes as much.",
        },
        "longest_side": {"depends": Depends("size", plain)},
    }


def no_larger(path: Path, params: Mapping[str, Any], folder: Path) -> Path:
    """An upscaled picture, made smaller where it is larger than was asked for."""
    size = params.get("size")
    if size in FACTORS or size == "most":
        return path
    longest = PRESETS.get(str(size)) or params.get("longest_side")
    return at_most(path, folder, int(longest)) if longest else path


# --- files inside requests and answers ----------------------------------------------------------


def mime_of(content: bytes) -> str:
    """The type of a file by its first bytes; empty when it is none that we know."""
    return next((mime for start, mime in STARTS.items() if content.startswith(start)), "")


def data_url(path: Path, taker: str, most: int) -> str:
    """A picture as a data address. Raises ProviderError when it has more than `most` bytes."""
    content = path.read_bytes()
    if len(content) > most:
        message = (
            f"The picture has {len(content) / MB:.1f} MB; {taker} takes less than "
            f"{most / MB:.0f} MB. Use a smaller one."
        )
        raise ProviderError(message, ErrorKind.INPUT)
    return f"data:{mime_of(content) or 'image/jpeg'};base64,{base64.b64encode(content).decode()}"


def inline(content: bytes) -> Output | None:
    """A result that is the answer itself; None when it is no file that we know."""
    mime = mime_of(content)
    return Output(url=f"data:{mime};base64,{base64.b64encode(content).decode()}") if mime else None


def decoded(text: Any) -> bytes:
    """The bytes of base64; none where it is something else."""
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        return b""
