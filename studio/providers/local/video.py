"""Videos that this computer draws."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from billing.pricing import Free
from studio.engine import EngineError, card, gif, lettering, motion
from studio.spec import Call, Offer, Sizes


def too_large(params: Mapping[str, Any], sizes: Sizes) -> tuple[str, str] | None:
    """A GIF has a limit of pixels; better said before than while it is drawn."""
    if params.get("format") != "gif":
        return None
    width, height, seconds = params["width"], params["height"], params["duration"]
    pixels = width * height * round(seconds * params["fps"])
    if pixels <= gif.MOST_PIXELS:
        return None
    return "format", (
        f"As a GIF, {width} × {height} for {seconds:g} s at {params['fps']} frames per second is "
        f"{pixels / 1e6:,.0f} million pixels; the most is {gif.MOST_PIXELS / 1e6:,.0f} million. "
        "Make it smaller or shorter, or choose MP4 or WebM."
    )


HEAVY = 10_000_000
BYTES_A_PIXEL = 0.45  # of a photograph; flat pictures take a fraction of it


def heavy_gif(params: Mapping[str, Any], sizes: Sizes) -> list[str]:
    """GIFs surprise by their weight."""
    if params.get("format") != "gif":
        return []
    frames = round(params["duration"] * params["fps"])
    size = params["width"] * params["height"] * frames * BYTES_A_PIXEL
    if size < HEAVY:
        return []
    return [
        f"As a GIF a photograph of this size and length is up to {size / 1e6:.0f} MB. MP4 and WebM "
        "are a small part of that."
    ]


MOTION = Offer(
    key="local-motion",
    provider="local",
    operation="image-to-video",
    label="Motion engine",
    summary="Camera moves over your picture, drawn on this computer. Private, repeatable, free.",
    cannot="Moves the camera, not the things in the picture.",
    accepts={
        "image": True,
        "motion": True,
        "direction": True,
        "strength": True,
        "easing": True,
        "focus": True,
        "duration": True,
        "width": True,
        "height": True,
        "format": True,
        "fps": True,
        "audio": True,
    },
    check=too_large,
    advice=heavy_gif,
    price=Free("drawn on this computer"),
)


def undrawable(text: str) -> str | None:
    """What keeps these words from being drawn; None when nothing does."""
    try:
        lettering.paragraphs(text)
    except EngineError as error:
        return str(error)
    return None


CARD = Offer(
    key="local-title-card",
    provider="local",
    operation="text-to-video",
    label="Title card",
    summary="Sets your words over a moving background, drawn on this computer. Private, free.",
    cannot="Draws words, not what they mean: this is no AI video.",
    accepts={
        "prompt": {
            "label": "Words",
            "help": "Up to 200 characters, Latin, Greek or Cyrillic, shown as they are. The first "
            "line is the headline, further ones are set smaller.",
            "max_length": card.MOST,
            "check": undrawable,
        },
        "style": True,
        "duration": True,
        "width": True,
        "height": True,
        "format": True,
        "fps": True,
        "audio": True,
        "seed": {"help": "Another number, another background. Left empty, it follows the words."},
    },
    check=too_large,
    advice=heavy_gif,
    price=Free("drawn on this computer"),
)


def animate(call: Call) -> Path:
    p = call.params
    target = call.folder / f"video.{p['format']}"
    motion.animate(
        call.files["image"],
        target,
        motion=p["motion"],
        direction=p["direction"],
        strength=p["strength"],
        easing=p["easing"],
        duration=p["duration"],
        width=p["width"],
        height=p["height"],
        fps=p["fps"],
        format=p["format"],
        focus=tuple(p["focus"]),
        audio=call.files.get("audio"),
        report=call.report,
    )
    return target


def title(call: Call) -> Path:
    p = call.params
    target = call.folder / f"video.{p['format']}"
    card.animate(
        p["prompt"],
        target,
        style=p["style"],
        duration=p["duration"],
        width=p["width"],
        height=p["height"],
        fps=p["fps"],
        format=p["format"],
        seed=p.get("seed"),
        audio=call.files.get("audio"),
        report=call.report,
    )
    return target


OFFERS = ((MOTION, animate), (CARD, title))
