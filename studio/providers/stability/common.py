"""What Stability's endpoints have in common. One of its credits is a US cent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from billing.pricing import Flat
from studio.providers._answers import Build, sent_as
from studio.spec import FileLimits, Offer
from studio.words.style import ROOM

MIMES = ("image/jpeg", "image/png", "image/webp")
RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
# Its own names of styles; what is not among them goes into the prompt.
STYLES = (
    "enhance",
    "anime",
    "photographic",
    "digital-art",
    "comic-book",
    "fantasy-art",
    "line-art",
    "analog-film",
    "neon-punk",
    "isometric",
    "low-poly",
    "origami",
    "modeling-compound",
    "cinematic",
    "3d-model",
    "pixel-art",
    "tile-texture",
)
NAMES = {"format": "output_format", "style": "style_preset"}
PROMPT_LETTERS = 10_000
PROMPT = {"max_length": PROMPT_LETTERS - ROOM}
MOST = 10_000_000  # bytes of a request
# The pictures of a request have this between them.
ONE, TWO, THREE = 9_500_000, 4_700_000, 3_100_000
SEED = {"high": 2**32 - 2}


def picture(
    max_bytes: int = ONE,
    *,
    pixels: tuple[int, int] = (4096, 9_437_184),
    shaped: bool = False,
    **more: Any,
) -> FileLimits:
    """What it takes as a picture; `shaped`: between 1 : 2.5 and 2.5 : 1."""
    ratios = {"min_ratio": 0.4, "max_ratio": 2.5} if shaped else {}
    low, high = pixels
    return FileLimits(
        max_bytes=max_bytes,
        min_pixels=low,
        max_pixels=high,
        mimes=MIMES,
        **{"min_side": 64, **ratios, **more},
    )


def offer(
    key: str,
    operation: str,
    label: str,
    model: str,
    credits: str,
    accepts: Mapping[str, Any],
    *,
    names: Mapping[str, str] | None = None,
    unsent: Collection[str] = (),
    styles: Collection[str] = STYLES,
    around: Callable[[Build], Build] | None = None,
    **more: Any,
) -> Offer:
    """`model` is the path, with a colon before the model where one path has several. `names` are
    theirs, `around` changes what was built."""
    theirs = {**NAMES, **(names or {})}
    build = sent_as(theirs, styles=styles, unsent=unsent)
    return Offer(
        key=f"stability-{key}",
        provider="stability",
        operation=operation,
        label=label,
        accepts=accepts,
        price=Flat(f"{float(credits) / 100:g}"),
        model=model,
        wire=theirs,
        build=around(build) if around else build,
        styles=styles,
        **more,
    )
