"""Videos that this computer draws."""

from pathlib import Path

from billing.pricing import Free
from studio.engine import EngineError, card, lettering, motion
from studio.spec import Call, Offer

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
